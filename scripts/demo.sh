#!/usr/bin/env bash
# HubStorage on an embedded S3 whose buckets keep changing: builds what is needed, starts both, and cleans up on Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'TEXT'
Usage: scripts/demo.sh [options]

Starts an S3 server with three buckets that keep changing, and HubStorage beside it, which backs them up every
72 seconds. It prints the address of the dashboard; Ctrl-C stops everything and removes what it wrote.

  --port N      port of the dashboard (5002; any free one if that is taken)
  --host H      address to listen on (127.0.0.1)
  --keep        keep configuration, data and logs afterwards
  --no-build    use what was built before, whatever has changed since
  -h, --help    this text

Needs a JDK 25 and Maven 3.9 or newer.
TEXT
}

fail() {
  printf 'demo.sh: %s\n' "$1" >&2
  exit 1
}

build=yes
arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    --no-build)
      build=no
      ;;
    --keep)
      arguments+=("$1")
      ;;
    --port | --host)
      [ $# -gt 1 ] || fail "$1 needs a value"
      arguments+=("$1" "$2")
      shift
      ;;
    --port=* | --host=*)
      arguments+=("$1")
      ;;
    *)
      usage >&2
      fail "unknown option: $1"
      ;;
  esac
  shift
done

launch=target/demo
log=$launch/build.log

# The newest jar: there is one, unless the version has just changed.
find_jar() {
  local newest="" candidate
  for candidate in target/hubstorage-*.jar; do
    if [ -f "$candidate" ] && { [ -z "$newest" ] || [ "$candidate" -nt "$newest" ]; }; then
      newest=$candidate
    fi
  done
  printf '%s' "$newest"
}

# Whether everything that goes into the demo is older than the last build, and all of that is still there.
is_built() {
  [ -n "$(find_jar)" ] && [ -f "$launch/launch.args" ] && [ -x "$(cat "$launch/launch.java" 2>/dev/null)" ] || return 1
  local roots=(pom.xml src) root
  for root in conf webroot; do
    if [ -e "$root" ]; then roots+=("$root"); fi
  done
  [ -z "$(find "${roots[@]}" -newer "$launch/launch.args" -print -quit)" ]
}

explain_build_failure() {
  if grep -q -i -E 'cannot find matching toolchain|no toolchain' "$log"; then
    cat >&2 <<'TEXT'
demo.sh: no JDK 25 was found. Maven itself may run on an older Java, but HubStorage needs a JDK 25 to be built and run:
  Debian 13, Ubuntu 25.10 and newer:  sudo apt-get install openjdk-25-jdk-headless
  any other system:                   https://adoptium.net/temurin/releases/?version=25
Maven finds it in /usr/lib/jvm, ~/.jdks, ~/.sdkman and where JAVA_HOME or JAVA25_HOME points.
TEXT
  else
    tail -n 40 "$log" >&2
    printf 'demo.sh: the build failed; the whole log is in %s\n' "$log" >&2
  fi
  exit 1
}

if [ "$build" = yes ] && ! is_built; then
  command -v mvn >/dev/null || fail "Maven is missing: sudo apt-get install maven, or https://maven.apache.org/download.cgi"
  mkdir -p "$launch"
  echo "Building HubStorage (the first time takes a minute, and longer where Maven has to download) ..."
  rm -f "$launch/launch.args"
  mvn -B -DskipTests package exec:exec@demo-launch >"$log" 2>&1 || explain_build_failure
fi

jar=$(find_jar)
if [ -z "$jar" ] || [ ! -f "$launch/launch.args" ]; then
  fail "nothing has been built yet: run it without --no-build"
fi

# In this shell's place, so that Ctrl-C and kill reach it first hand and it cleans up itself.
exec "$(cat "$launch/launch.java")" "@$launch/launch.args" --jar "$jar" "${arguments[@]}"
