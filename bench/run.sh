#!/usr/bin/env bash
# Measures HubStorage beside other tools on a synthetic S3, and cleans up also on Ctrl-C.
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
Usage: bench/run.sh [options]

Copies buckets of a synthetic S3 server on this machine with HubStorage and with other tools, in turns, checks the
copies, and prints tables: wall time, CPU time and peak memory of the client.

  --cases a,b      some of: small, large, mixed, unchanged, slow-lists, million, latency, faults (all)
  --tools a,b      some of: hubstorage (a run of a warm service), hubstorage-cold (a process a run), rclone, aws,
                   bare (the lower bound: plain sockets, nothing checked) (all)
  --runs N         measured runs of each tool in each case (5); warm-ups come on top
  --warm-ups N     runs of a service before it is measured (6)
  --quick          small buckets: shows that everything works, measures nothing
  --jar FILE       HubStorage (what was built last)
  --jar-vs FILE    another HubStorage to compare with: "hubstorage-vs"
  --java-options S of HubStorage's JVMs ("-Xmx512m --add-modules jdk.incubator.vector")
  --etags KIND     "parts": objects from 8 MiB on have ETags as after an upload in parts, as most tools make them;
                   "md5": every ETag is the body's MD5, which costs who checks it (parts)
  --target FOLDER  where the copies go (/dev/shm)
  --profile FOLDER one more run of each service in each case, recorded by JDK Flight Recorder: FOLDER/<case>-<tool>.jfr
  --out FILE       put the tables into this page, docs/benchmarks.md for example
  --no-build       use what was built before, whatever has changed since
  -h, --help       this text

All cases with all tools take about an hour. On a tmpfs the copies are memory: 5 GiB for the large and mixed cases, 6 for
a million keys (twice that with --jar-vs), where rclone takes another 5 for itself. Needs Linux, a JDK 25 and Maven 3.9 or
newer.
TEXT
}

bench bench "--jar --jar-vs --target --profile --out" \
  "--cases --tools --runs --warm-ups --java-options --etags" "$@"
