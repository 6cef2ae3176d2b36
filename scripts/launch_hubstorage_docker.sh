#!/usr/bin/env bash
# The friendly way: checks everything, sets up and builds what is missing, starts HubStorage and opens the dashboard.
# For macOS, Linux and Git Bash on Windows.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/launch_hubstorage_docker.sh [options]

Checks Docker, .env and the port, builds the image where there is none, starts HubStorage, waits until it is healthy and
opens the dashboard in the browser. Can be started by a double click, and again at any time.

  --no-browser   do not open a browser
  --rebuild      build the image anew, after an update of this folder
  -h, --help     this text
TEXT
}

browser=yes rebuild=no
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --no-browser) browser=no ;;
    --rebuild) rebuild=yes ;;
    *) misuse "unknown option: $1" ;;
  esac
  shift
done

step() { say "${bold}$*${plain}"; }

# Whether somebody listens on a port of this machine; without a tool for it, by trying to connect.
port_taken() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

open_browser() {
  case "$(uname -s)" in
    Darwin) open "$1" ;;
    MINGW* | MSYS* | CYGWIN*) cmd.exe /c start "" "$1" ;;
    *) if command -v xdg-open >/dev/null 2>&1; then xdg-open "$1"; else return 1; fi ;;
  esac >/dev/null 2>&1
}

step "1/4  Docker"
require_docker

step "2/4  Settings"
if [ ! -f "$project_dir/.env" ]; then
  "$project_dir/scripts/docker-setup.sh"
fi
check_env_file
port=$(env_value HUBSTORAGE_WEB_PORT 5002)
require_port "$port"
running=$(compose ps --status running --quiet 2>/dev/null || true)
if [ -z "$running" ] && port_taken "$port"; then
  fail "port $port is taken by another program. Choose another one: ./scripts/docker-setup.sh --port 5003"
fi

step "3/4  Image"
image=$(setting IMAGE hubstorage:latest)
if [ "$rebuild" = yes ] || ! docker image inspect "$image" >/dev/null 2>&1; then
  say "Building it; the first time takes some minutes ..."
  "$project_dir/scripts/docker-build.sh" --tag "$image"
fi

step "4/4  Start"
"$project_dir/scripts/docker-start.sh"
if [ "$browser" = yes ] && ! open_browser "$(dashboard_url)"; then
  say "Open $(dashboard_url) in a browser."
fi
