#!/usr/bin/env bash
# Starts HubStorage in Docker, and waits until it is healthy.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/docker-start.sh [options]

Starts the container, waits until it is healthy and prints the address of the dashboard. Needs the .env that
scripts/docker-setup.sh makes; builds the image where there is none, or pulls it where .env names one to be pulled.
A container that runs is replaced only if .env, docker-compose.yml or the image changed.

  --wait SECONDS   how long to wait (120)
  --build          build the image first, whatever there is
  -h, --help       this text
TEXT
}

patience=120 options=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --wait)
      need_value "$@"
      is_number "$2" || misuse "--wait takes seconds, not '$2'"
      patience=$2
      shift
      ;;
    --build) options+=(--build) ;;
    *) misuse "unknown option: $1" ;;
  esac
  shift
done

require_docker
check_env_file
warn_of_own_address
repair_ownership
if ! compose up --detach --wait --wait-timeout "$patience" ${options[@]+"${options[@]}"}; then
  warn "HubStorage is not healthy after $patience s. What it said last:"
  compose logs --no-log-prefix --tail 20 | without_escapes >&2 || true
  exit 1
fi
good "HubStorage is running: $(dashboard_url)"
say_password
