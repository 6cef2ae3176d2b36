#!/usr/bin/env bash
# Shows what HubStorage in Docker logs.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/docker-logs.sh [options]

Shows the last lines of the container's log.

  -f, --follow     go on with what comes, until Ctrl-C
  -n, --tail N     how many lines (100), or "all"
  -h, --help       this text
TEXT
}

tail=100 options=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    -f | --follow) options+=(--follow) ;;
    -n | --tail)
      need_value "$@"
      [ "$2" = all ] || is_number "$2" || misuse "$1 takes a number or 'all', not '$2'"
      tail=$2
      shift
      ;;
    *) misuse "unknown option: $1" ;;
  esac
  shift
done

require_docker
compose logs --no-log-prefix --tail "$tail" ${options[@]+"${options[@]}"} | without_escapes
