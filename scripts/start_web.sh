#!/usr/bin/env bash
# The old tool's way to start the dashboard; the same as docker-start.sh.
set -euo pipefail

case "${1:-}" in
  -h | --help)
    cat <<'TEXT'
Usage: scripts/start_web.sh [options of docker-start.sh]

Starts HubStorage in Docker and prints the address of its dashboard. The name is the old tool's; scripts/docker-start.sh
does the same, and its --help lists the options.
TEXT
    exit 0
    ;;
esac
exec "$(dirname "$0")/docker-start.sh" "$@"
