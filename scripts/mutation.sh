#!/usr/bin/env bash
# Plants small faults in a room, one after the other, and tells which of them no test of that room notices.
set -euo pipefail
cd "$(dirname "$0")/.."

rooms='keys manifest integrity snapshot transfer schedule'

usage() {
  cat <<TEXT
Usage: scripts/mutation.sh [room ...]

Runs PIT over rooms (packages below io.hubstorage; $rooms): it changes a condition, a number, a call in their
classes, one at a time, and runs the unit tests of the room that pass there. What stays green is printed, with file and line:
a test is missing, or the change makes no difference. The reports are in target/mutation/<room>/index.html.

A room takes from a minute to a quarter of an hour. Needs a JDK 25 and Maven 3.9 or newer.
TEXT
}

case "${1:-}" in
  -h | --help)
    usage
    exit 0
    ;;
esac
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

# PIT starts its own JVMs, and Maven may run on an older one than the classes are for.
mvn -B -q test-compile exec:exec@mutation-launch
java=$(cat target/mutation/launch.java)

# file:line, method, what was changed: of each change that no test noticed; then how many were noticed.
summarise() {
  local report=$1
  sed -n -E "s@.*status='(SURVIVED|NO_COVERAGE)'.*<sourceFile>([^<]*)</sourceFile>.*<mutatedMethod>([^<]*)</mutatedMethod>.*<lineNumber>([0-9]+)</lineNumber>.*<description>([^<]*)</description>.*@  \2:\4 \3: \5@p" "$report" \
    | sort -V
  local all missed
  all=$(grep -c '<mutation ' "$report" || true)
  missed=$(grep -c -E "status='(SURVIVED|NO_COVERAGE)'" "$report" || true)
  if [ "$all" -eq 0 ]; then all=1 missed=1; fi
  printf '%s: %d of %d changes noticed, %d %%\n' "$(basename "$(dirname "$report")")" $((all - missed)) "$all" $((100 * (all - missed) / all))
}

for room in "$@"; do
  mvn -B -q org.pitest:pitest-maven:mutationCoverage -Dmutation.jvm="$java" -DreportsDirectory="$PWD/target/mutation/$room" \
    -DtargetClasses="io.hubstorage.$room.*" -DtargetTests="io.hubstorage.$room.*Test" -DexcludedTestClasses="*.SmallHeap*"
  summarise "target/mutation/$room/mutations.xml"
done
