#!/usr/bin/env bash
# Measures how much sooner several processes over one data folder are done than one, and cleans up also on Ctrl-C.
set -euo pipefail
# shellcheck disable=SC2034 # of lib/bench.sh
here=$PWD
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/launch.sh
. scripts/lib/launch.sh
# shellcheck source=scripts/lib/bench.sh
. scripts/lib/bench.sh

usage() {
  cat <<'TEXT'
Usage: bench/workers.sh [options]

Copies a bucket by a service alone, and by a service with workers, all on this machine, from a server that is far away: it waits
before each answer, and gives each only so many bytes a second. So one process is held up by how many requests it can have under
way, as over a long line. Prints a table: wall time of each pair, and the median of their ratios.

  --processes N       with the service (3)
  --objects N         (24000)
  --size N            of an object (16KiB)
  --latency-ms N      before each answer (50)
  --bandwidth-each N  a second, of each answer (32KiB)
  --runs N            pairs (3)
  --warm-ups N        pairs before them (1)
  --quick             few of everything: shows that it works, measures nothing
  --jar FILE          HubStorage (what was built last)
  --java-options S    of each JVM ("-Xmx512m")
  --target FOLDER     where the copies go (/dev/shm)
  --mounts A,B,…      where they go instead, as one folder of a network file system: A as the service has it mounted, B and those
                      that follow as each worker has, absolute; the last one counts for all that have none
  --no-build          use what was built before, whatever has changed since
  -h, --help          this text

Takes some minutes, and twice the size of the bucket in the target. Needs Linux, a JDK 25 and Maven 3.9 or newer.
TEXT
}

bench workers "--jar --target" \
  "--processes --objects --size --latency-ms --bandwidth-each --runs --warm-ups --java-options --mounts" "$@"
