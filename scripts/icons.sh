#!/usr/bin/env bash
# Makes the pictures of webroot/icons/app.svg that devices show for the installed dashboard.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h | --help)
    cat <<'TEXT'
Usage: scripts/icons.sh

Draws webroot/icons/app.svg in the sizes that manifest.webmanifest and the pages name, into the same folder.

Needs a JDK 25, Maven 3.9 or newer, and Chromium.
TEXT
    exit 0
    ;;
esac

exec mvn -q -B test-compile exec:exec@icons
