#!/usr/bin/env bash
# Measures HubStorage beside other tools on a synthetic S3, and cleans up also on Ctrl-C.
# shellcheck source=scripts/lib/bench.sh
. "$(dirname "$0")/../scripts/lib/bench.sh"

usage() {
  cat <<'TEXT'
Usage: bench/run.sh [options]

Copies buckets of a synthetic S3 server on this machine with HubStorage and with other tools, or back into one, in turns,
checks the copies, and prints tables: wall time, CPU time and peak memory of the client. After Ctrl-C, or when something goes wrong, it
prints what it had measured until then.

  --cases a,b      some of these, or groups of them (all):
                     main   small, large, mixed, unchanged, slow-lists, latency, faults
                     cost   what differs in nothing but the number of keys, for the picture: copy-1k, copy-10k, copy-100k,
                            copy-1m (measured once), keys-1k, keys-10k, unchanged, million
                     restore  restore-small, restore-large: a snapshot into an empty bucket; rclone, aws and s5cmd write its files there
                     million, verify, start, copy-200k, keys-200k: each by itself
  --tools a,b      some of: hubstorage (a run of a warm service), hubstorage-cold (a process a run), rclone, aws, s5cmd, mc,
                   restic (a copy by rclone, and then restic of that copy),
                   bare (the lower bound: plain sockets, nothing checked) (all of these); hubstorage-image (a warm service
                   with the image's own flags, an AOT cache and a heap as in a container). What is not installed is left out
  --runs N         measured runs of each tool in each case (5); warm-ups come on top
  --warm-ups N     runs of a service before it is measured (each case has its own number: 8 for small objects, 3 where one
                   takes long)
  --quick          small buckets: shows that everything works, measures nothing
  --jar FILE       HubStorage (what was built last)
  --jar-vs FILE    another HubStorage to compare with: "hubstorage-vs"
  --vs-name TEXT   what the tables call that one ("vs")
  --java-options S of HubStorage's JVMs ("-Xmx512m"), but for hubstorage-image
  --container MIB  the memory that hubstorage-image has (512). With it, services rest for a minute after each case, and a
                   table tells their memory
  --etags KIND     "parts": objects from 8 MiB on have the ETags of an upload in parts of 8 MiB, as most tools make them;
                   "md5": every ETag is the body's MD5 (parts)
  --target FOLDER  where the copies go (/dev/shm)
  --profile FOLDER one more run of each service in each case, recorded by JDK Flight Recorder: FOLDER/<case>-<tool>.jfr
  --out FILE       put the tables into this page, docs/benchmarks.md for example, and the picture beside it
  --section NAME   which of the page's texts by this script it is: a page keeps one of each name
  --no-build       use what was built before, whatever has changed since
  -h, --help       this text

The main cases with hubstorage, a second one and rclone take about half an hour, everything about two. On a tmpfs the copies
are memory: 5 GiB for the large and mixed cases, 6 for a million keys (twice that with --jar-vs), where rclone takes another 5
for itself. Needs Linux, a JDK 25 and Maven 3.9 or newer.
TEXT
}

bench bench "--jar --jar-vs --target --profile --out" \
  "--cases --tools --runs --warm-ups --vs-name --java-options --container --etags --section" "$@"
