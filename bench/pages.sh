#!/usr/bin/env bash
# Measures how quickly and how heavy the dashboard's pages open, and cleans up also on Ctrl-C.
# shellcheck source=scripts/lib/bench.sh
. "$(dirname "$0")/../scripts/lib/bench.sh"

usage() {
  cat <<'TEXT'
Usage: bench/pages.sh [options]

Makes some backups of a synthetic S3 server on this machine, and opens each page of the dashboard in Chromium: as a browser
that was never here, and then once more. Says when something was painted (first contentful paint), and what came over the
network. Everything listens on loopback and ends with it.

  --objects N      of 1 KiB in the bucket (20000)
  --backups N      before the pages are opened (30)
  --runs N         browsers that open each page (15)
  --quick          few of everything: shows that everything works, measures nothing
  --jar FILE       HubStorage (what was built last)
  --java-options S of HubStorage's JVM ("-Xmx512m")
  --target FOLDER  where the copies go (/dev/shm)
  --out FILE       put the table into this page, docs/benchmarks.md for example
  --no-build       use what was built before, whatever has changed since
  -h, --help       this text

It takes about five minutes. Needs Linux, a JDK 25, Maven 3.9 or newer, and Chromium.
TEXT
}

bench pages "--jar --target --out" \
  "--objects --backups --runs --java-options" "$@"
