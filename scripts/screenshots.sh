#!/usr/bin/env bash
# Makes the pictures in docs/screenshots from the demo's data: every page, 1440 and 390 pixels wide, light and dark.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h | --help)
    cat <<'TEXT'
Usage: scripts/screenshots.sh [folder]

Builds HubStorage, starts it on an embedded S3 with the demo's data, and takes a picture of every page, idle and during a
backup, into the folder (docs/screenshots). Replaces pictures of the same name. Takes some two minutes.

Needs a JDK 25, Maven 3.9 or newer, and Chromium.
TEXT
    exit 0
    ;;
esac

exec mvn -q -B -DskipTests package exec:exec@screenshots -Dscreenshots.folder="${1:-docs/screenshots}"
