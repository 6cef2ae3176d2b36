#!/usr/bin/env bash
# Stops HubStorage in Docker.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/docker-stop.sh [options]

Stops the container in order. A backup that is under way goes on at the next start. Configuration, history, logs and
snapshots stay.

  --remove       remove the container and its network as well
  -h, --help     this text
TEXT
}

action=(stop)
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --remove) action=(down) ;;
    --volumes | -v) misuse "volumes hold your backups; remove them by hand if you are sure: docker volume rm ..." ;;
    *) misuse "unknown option: $1" ;;
  esac
  shift
done

require_docker
compose "${action[@]}"
good "Stopped. ./scripts/docker-start.sh goes on."
