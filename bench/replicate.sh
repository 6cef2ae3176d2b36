#!/usr/bin/env bash
# Measures a replication of many snapshots beside rsync -aH, and cleans up also on Ctrl-C.
# shellcheck source=scripts/lib/bench.sh
. "$(dirname "$0")/../scripts/lib/bench.sh"

usage() {
  cat <<'TEXT'
Usage: bench/replicate.sh [options]

Makes a data folder with snapshots in which what did not change is a hard link, copies it by "replicate" and by "rsync -aH", then
once more with one more snapshot, and prints a table: wall time, CPU time, and the memory of all processes of the tool.

  --snapshots N    in the data folder (30)
  --keys N         of each (20000)
  --changed P      percent of the keys that change from one to the next (1)
  --size N         bytes of an object (1024)
  --preview        then how long a service takes to say what retention would remove
  --no-copies      without the copies
  --certificates N further, older snapshots of which there are certificate and manifest alone, for --preview (0)
  --quick          few of everything: shows that it works, measures nothing
  --jar FILE       HubStorage (what was built last)
  --class-path S   HubStorage by its classes, in place of a jar
  --java-options S of HubStorage's JVM ("-Xmx192m")
  --target FOLDER  where all of it goes (/dev/shm)
  --no-build       use what was built before, whatever has changed since
  -h, --help       this text

Each link and each file takes an inode's worth of memory or disk, three times. Needs rsync, Linux, a JDK 25 and Maven 3.9 or newer.
TEXT
}

bench replicate "--jar --target" "--snapshots --keys --changed --size --certificates --class-path --java-options" "$@"
