#!/usr/bin/env bash
# Measures a cycle of proofs over many snapshots, and what it costs a backup, and cleans up also on Ctrl-C.
# shellcheck source=scripts/lib/bench.sh
. "$(dirname "$0")/../scripts/lib/bench.sh"

usage() {
  cat <<'TEXT'
Usage: bench/scrub.sh [options]

Makes a data folder with snapshots in which what did not change is a hard link, and has a service prove its files: how often it
reads each, how fast, when, and what that costs a backup of the synthetic S3. Ends with 1 when a file was read twice or not at all,
when more was read in a second or at another hour than is allowed, or when something was read while a backup ran.

  --snapshots N       in the data folder (50)
  --keys N            of each (200000)
  --changed P         percent of the keys that change from one to the next (1)
  --size N            bytes of an object (4096)
  --mb-per-second N   the limit that has to be held, in million bytes (10)
  --parts A,B         some of it: cycle, limit, window, backup
  --objects N         of 4 KiB, which a backup copies (10000)
  --runs N            pairs of backups, without and with a cycle under way (10)
  --warm-ups N        of the service, before that (8)
  --quick             few of everything, and without the window: shows that it works, measures nothing
  --out FILE          the page that gets the text, between its marks; else it is printed alone
  --jar FILE          HubStorage (what was built last)
  --java-options S    of HubStorage's JVM ("-Xmx512m")
  --target FOLDER     where all of it goes (/dev/shm)
  --no-build          use what was built before, whatever has changed since
  -h, --help          this text

Each link takes an inode of a tmpfs, which has a bound on these (df -i): for the ten million of the defaults name a folder on a disk,
or a tmpfs with nr_inodes=0. Needs Linux, a JDK 25 and Maven 3.9 or newer.
TEXT
}

bench scrub "--jar --target --out" "--snapshots --keys --changed --size --mb-per-second --parts --objects --runs --warm-ups --java-options" "$@"
