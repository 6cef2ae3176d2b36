#!/usr/bin/env bash
# Makes the pictures in docs/screenshots: every page with the demo's data, 1440 and 390 pixels wide, light and dark; bad days; and a
# film of a run for the README.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h | --help)
    cat <<'TEXT'
Usage: scripts/screenshots.sh [folder [good|bad|bad-NAME|film]]

Builds HubStorage, starts it on an embedded S3 with the demo's data, and takes a picture of every page, idle and during a
backup, into the folder (docs/screenshots). Then makes each bad day (S3 away, a full disk, a folder that cannot be written, half
a million failures, ...) and takes that. And films a run of the demo, light and dark, as animated WebP. Replaces pictures of the same
name. Takes some six minutes.

  good, bad        only the good days, or only the bad ones
  bad-NAME         only the bad days whose pictures are called so
  film             only the film: film.webp and film-dark.webp. The quieter the machine, the smoother it is

Needs a JDK 25, Maven 3.9 or newer, Chromium and, for the film, img2webp (Debian: webp).
TEXT
    exit 0
    ;;
esac

exec mvn -q -B -DskipTests package exec:exec@screenshots -Dscreenshots.folder="${1:-docs/screenshots}" \
  -Dscreenshots.wanted="${2:-all}"
