#!/usr/bin/env bash
# Plants small faults in a room, one after the other, and tells which of them no test of that room notices.
set -euo pipefail
cd "$(dirname "$0")/.."

rooms='keys manifest integrity snapshot transfer schedule'

usage() {
  cat <<TEXT
Usage: scripts/mutation.sh [--class <name>]... [room ...]

Runs PIT over rooms (packages below io.hubstorage; $rooms): it changes a condition, a number, a call in their
classes, one at a time, and runs the unit tests of the room that pass there. What stays green is printed, with file and line:
a test is missing, or the change makes no difference. The reports are in target/mutation/<room>/index.html.

  --class <name>   Change only this class of the rooms, as after a test was written for it; may be repeated

A change after which a test no longer ends counts as noticed; how many did is said, because on a busy machine a test may
only have been slow. A room takes from a minute to a quarter of an hour on an idle one. Needs a JDK 25 and Maven 3.9 or newer.
TEXT
}

classes=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    --class)
      if [ -z "${2:-}" ]; then
        usage >&2
        exit 1
      fi
      classes+=("$2")
      shift 2
      ;;
    *) break ;;
  esac
done
if [ $# -eq 0 ]; then
  # shellcheck disable=SC2086 # a list of words
  set -- $rooms
fi
for room in "$@"; do
  if [ ! -d "src/main/java/io/hubstorage/${room//.//}" ]; then
    usage >&2
    printf 'mutation.sh: there is no room %s\n' "$room" >&2
    exit 1
  fi
done

for class in ${classes[@]+"${classes[@]}"}; do
  if ! compgen -G "src/main/java/io/hubstorage/*/$class.java" >/dev/null; then
    usage >&2
    printf 'mutation.sh: there is no class %s\n' "$class" >&2
    exit 1
  fi
done

# PIT starts its own JVMs, and Maven may run on an older one than the classes are for.
mvn -B -q test-compile exec:exec@mutation-launch
java=$(cat target/mutation/launch.java)

# What is changed of a room: all of it, or those of the named classes that it has, with the classes inside of them.
targets() {
  if [ ${#classes[@]} -eq 0 ]; then
    printf 'io.hubstorage.%s.*' "$1"
    return
  fi
  local list=''
  for class in "${classes[@]}"; do
    if [ -f "src/main/java/io/hubstorage/${1//.//}/$class.java" ]; then
      list+=",io.hubstorage.$1.$class,io.hubstorage.$1.$class\$*"
    fi
  done
  printf '%s' "${list#,}"
}

# file:line, method, what was changed: of each change that no test noticed; then how many were noticed.
summarise() {
  local report=$1
  sed -n -E "s@.*status='(SURVIVED|NO_COVERAGE)'.*<sourceFile>([^<]*)</sourceFile>.*<mutatedMethod>([^<]*)</mutatedMethod>.*<lineNumber>([0-9]+)</lineNumber>.*<description>([^<]*)</description>.*@  \2:\4 \3: \5@p" "$report" \
    | sort -V
  local all missed endless
  all=$(grep -c '<mutation ' "$report" || true)
  missed=$(grep -c -E "status='(SURVIVED|NO_COVERAGE)'" "$report" || true)
  endless=$(grep -c -E "status='TIMED_OUT'" "$report" || true)
  if [ "$all" -eq 0 ]; then all=1 missed=1; fi
  printf '%s: %d of %d changes noticed, %d %%; %d of them because a test no longer ended\n' \
    "$(basename "$(dirname "$report")")" $((all - missed)) "$all" $((100 * (all - missed) / all)) "$endless"
}

for room in "$@"; do
  changed=$(targets "$room")
  if [ -z "$changed" ]; then
    continue
  fi
  mvn -B -q org.pitest:pitest-maven:mutationCoverage -Dmutation.jvm="$java" -DreportsDirectory="$PWD/target/mutation/$room" \
    -DtargetClasses="$changed" -DtargetTests="io.hubstorage.$room.*Test" -DexcludedTestClasses="*.SmallHeap*"
  summarise "target/mutation/$room/mutations.xml"
done
