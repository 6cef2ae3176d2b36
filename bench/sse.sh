#!/usr/bin/env bash
# Measures what watchers of the event stream see and cost during a backup, and cleans up also on Ctrl-C.
# shellcheck source=scripts/lib/bench.sh
. "$(dirname "$0")/../scripts/lib/bench.sh"

usage() {
  cat <<'TEXT'
Usage: bench/sse.sh [options]

Backs up a bucket of a synthetic S3 server on this machine with nobody watching and with many clients of the event stream,
in turns; checks that each of them sees the states in their order and the end of the run; and then lets some clients read
nothing, and looks at the server's heap. Everything listens on loopback and ends with it.

  --watchers N     clients of the event stream (1000)
  --stalled N      clients that never read (20)
  --objects N      of 16 KiB in the bucket (60000): a run should take long enough to send many states, five a second
  --runs N         measured runs of each kind (7); warm-ups come on top
  --warm-ups N     runs of each kind before they are measured (2)
  --quick          few of everything: shows that everything works, measures nothing
  --jar FILE       HubStorage (what was built last)
  --java-options S of HubStorage's JVM ("-Xmx512m")
  --target FOLDER  where the copies go (/dev/shm)
  --out FILE       put the table into this page, docs/benchmarks.md for example
  --no-build       use what was built before, whatever has changed since
  -h, --help       this text

It takes about five minutes, and on a tmpfs 1 GiB of memory. Needs Linux, a JDK 25 and Maven 3.9 or newer.
TEXT
}

bench sse "--jar --target --out" \
  "--watchers --stalled --objects --runs --warm-ups --java-options" "$@"
