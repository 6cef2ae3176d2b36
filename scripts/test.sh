#!/usr/bin/env bash
# Everything that must hold before a change goes in: the whole build with all its tests, and clean logs of those tests.
# Arguments go to Maven, for example -Dtest='Snapshot*Test'.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h | --help)
    cat <<'TEXT'
Usage: scripts/test.sh [arguments for Maven]

Installs what the browser, bus, disk-format, proxy, monitoring and script tests need where it is missing (Chromium, Node, jq,
zstd, shellcheck, nginx, Prometheus, and where Docker answers a registry; with apt-get, as root or through sudo; HUBSTORAGE_NO_INSTALL=1 prevents it), runs "mvn verify", and then fails
also if a test's log shows a blocked event loop, an unhandled exception or a leaked buffer, or if the compiler warned about
a file of ours. A test that fails is run once more; one that passes then is named at the end as unsteady, which is a defect to be
mended, and more than three of them fail. Where Docker answers, the image is built and tried as well.

Needs a JDK 25 and Maven 3.9 or newer.
TEXT
    exit 0
    ;;
esac

say() { printf '%s\n' "test.sh: $1" >&2; }

has_any() {
  local name
  for name in "$@"; do
    if command -v "$name" >/dev/null; then return 0; fi
  done
  return 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

can_install() {
  [ -z "${HUBSTORAGE_NO_INSTALL:-}" ] && command -v apt-get >/dev/null || return 1
  # Without a terminal nobody can type sudo's password.
  [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; }
}

install_missing() {
  local missing=()
  has_any chromium chromium-browser google-chrome || missing+=(chromium)
  has_any node nodejs || missing+=(nodejs)
  has_any npm || missing+=(npm)
  has_any jq || missing+=(jq)
  has_any zstdcat || missing+=(zstd)
  has_any shellcheck || missing+=(shellcheck)
  has_any nginx /usr/sbin/nginx || missing+=(nginx-light)
  has_any prometheus || missing+=(prometheus)
  # For a release that goes nowhere.
  has_any docker-registry || ! docker info >/dev/null 2>&1 || missing+=(docker-registry)
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  if can_install; then
    say "installing ${missing[*]}"
    if as_root apt-get update -qq \
      && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
      # Debian starts these at once, on ports 80, 9090 and 5000, which nobody asked for.
      case " ${missing[*]} " in *" nginx-light "*) as_root systemctl disable --now nginx >/dev/null 2>&1 || true ;; esac
      case " ${missing[*]} " in *" prometheus "*) as_root systemctl disable --now prometheus >/dev/null 2>&1 || true ;; esac
      case " ${missing[*]} " in *" docker-registry "*) as_root systemctl disable --now docker-registry >/dev/null 2>&1 || true ;; esac
      return
    fi
  fi
  say "missing and not installed: ${missing[*]}; the tests that need them will be skipped, and say so below"
}

if ! has_any mvn; then
  say "Maven is missing: sudo apt-get install maven, or https://maven.apache.org/download.cgi (3.9 or newer)"
  exit 1
fi
install_missing

rm -rf target/surefire-reports target/failsafe-reports
mkdir -p target
log=target/test.log
status=0
steady=(-Dsurefire.rerunFailingTestsCount=1 -Dsurefire.failOnFlakeCount=4)
steady+=(-Dfailsafe.rerunFailingTestsCount=1 -Dfailsafe.failOnFlakeCount=4)
mvn -B verify "${steady[@]}" "$@" 2>&1 | tee "$log" || status=$?

reports=()
for folder in target/surefire-reports target/failsafe-reports; do
  if [ -d "$folder" ]; then reports+=("$folder"); fi
done

# What Vert.x and Netty print when an event loop was blocked, an exception met no handler, or a buffer was never released. Vert.x
# shows by what it was blocked from 5 s on; less a busy machine can do. One test blocks a loop to see that it is told.
trouble='Thread blocked|Unhandled exception|LEAK:'
problems=0
if [ ${#reports[@]} -gt 0 ] \
  && grep -r -n -E --include='*.txt' --exclude='*.BlockedLoopsTest-output.txt' "$trouble" "${reports[@]}"; then
  say "the logs above show a blocked thread, an unhandled exception or a leak"
  problems=1
fi
if grep -n -E '^\[WARNING\].*(COMPILATION WARNING|\.java:\[)' "$log"; then
  say "the compiler warned (lines above, of $log)"
  problems=1
fi

summarise() {
  local line='Tests run: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+), Skipped: ([0-9]+)'
  local run=0 bad=0 skipped=0 text
  while IFS= read -r text; do
    if [[ $text =~ $line ]]; then
      run=$((run + BASH_REMATCH[1]))
      bad=$((bad + BASH_REMATCH[2] + BASH_REMATCH[3]))
      skipped=$((skipped + BASH_REMATCH[4]))
      if [ "${BASH_REMATCH[4]}" -gt 0 ]; then say "skipped ${BASH_REMATCH[4]}: ${text##* in }"; fi
    fi
  done < <(grep -r -h -E --include='*.txt' '^Tests run: .* in ' "${reports[@]}" || true)
  say "$run tests, $bad failed, $skipped skipped"
}

if [ ${#reports[@]} -gt 0 ]; then summarise; fi
# Maven lists them below this title, each with what went wrong the first time.
if grep -q -E '^\[WARNING\] Flakes: *$' "$log"; then
  say "unsteady, passed only when run once more (a defect of the test or of what it tests):"
  sed -n '/^\[WARNING\] Flakes: *$/,/^\[\(ERROR\|WARNING\)\] Tests run:/p' "$log" >&2
fi
if [ "$status" -ne 0 ]; then
  say "FAILED: Maven ended with $status; the whole output is in $log, each test's in target/*-reports"
  exit "$status"
fi
if [ "$problems" -ne 0 ]; then
  say "FAILED: the tests passed, but see above"
  exit 1
fi
say "all is well"
