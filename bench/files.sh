#!/usr/bin/env bash
# Measures how fast the files page moves through the snapshots of a bucket, and cleans up also on Ctrl-C.
# shellcheck source=scripts/lib/bench.sh
. "$(dirname "$0")/../scripts/lib/bench.sh"

usage() {
  cat <<'TEXT'
Usage: bench/files.sh [options]

Makes a data folder with the manifests and certificates of many snapshots of one bucket, starts HubStorage on it, and steps through all
of them as the files page does: one request for the rows of a folder, in each snapshot. Of the files there are none.

  --snapshots N         in the data folder (200)
  --keys N              in one folder (100000)
  --folders N           in another one (100)
  --keys-of-a-folder N  in each of these (200)
  --changed P           percent of the keys that change from one snapshot to the next (1)
  --rows N              that a step shows (100)
  --page                steps through them in Chromium too, by the arrow keys
  --quick               few of everything: shows that it works, measures nothing
  --out FILE            the page that gets the text, between its marks; else it is printed alone
  --jar FILE            HubStorage (what was built last)
  --java-options S      of HubStorage's JVM ("-Xmx512m")
  --target FOLDER       where the manifests go, 7 MB for 100,000 keys (the folder for temporary files)
  --no-build            use what was built before, whatever has changed since
  -h, --help            this text

It takes about five minutes. Needs Linux, a JDK 25 and Maven 3.9 or newer.
TEXT
}

bench files "--jar --target --out" "--snapshots --keys --folders --keys-of-a-folder --changed --rows --java-options" "$@"
