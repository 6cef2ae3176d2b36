# What the scripts for Docker share; sourced by them, never run. Works with bash 3.2, which macOS has.
# shellcheck shell=bash

project_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
script_name=$(basename "$0")

# Colours for a terminal only, and not where NO_COLOR asks for none.
# shellcheck disable=SC2034  # not every script uses every one
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  green=$'\033[32m' red=$'\033[31m' yellow=$'\033[33m' bold=$'\033[1m' plain=$'\033[0m'
else
  green='' red='' yellow='' bold='' plain=''
fi

say() { printf '%s\n' "$*"; }
good() { printf '%s\n' "${green}$*${plain}"; }
warn() { printf '%s\n' "${yellow}$script_name: $*${plain}" >&2; }
fail() {
  printf '%s\n' "${red}$script_name: $*${plain}" >&2
  exit 1
}
# Wrong usage: what is wrong, and where help is.
misuse() {
  printf '%s\n' "${red}$script_name: $*${plain}" "Try '$script_name --help'." >&2
  exit 2
}

# The value of an option that needs one: need_value --port "$@"
need_value() {
  if [ $# -lt 2 ] || [ -z "$2" ] || [ "${2#--}" != "$2" ]; then misuse "$1 needs a value"; fi
}

is_number() {
  case "$1" in '' | *[!0-9]*) return 1 ;; esac
}

require_port() {
  if ! is_number "$1" || [ "${#1}" -gt 5 ] || [ "$1" -lt 1 ] || [ "$1" -gt 65535 ]; then
    misuse "a port is a whole number from 1 to 65535, not '$1'"
  fi
}

require_docker() {
  command -v docker >/dev/null 2>&1 \
    || fail "Docker is missing. Install Docker Desktop or Docker Engine: https://docs.docker.com/get-docker/"
  docker info >/dev/null 2>&1 \
    || fail "Docker is installed but does not answer. Start it (Docker Desktop, or: sudo systemctl start docker); on Linux your user must be in the group docker."
  docker compose version >/dev/null 2>&1 \
    || fail "The Compose plug-in is missing: https://docs.docker.com/compose/install/"
}

compose() { docker compose --project-directory "$project_dir" -f "$project_dir/docker-compose.yml" "$@"; }

# Whether .env can be handed over as it stands, which Compose can from 2.30 on.
compose_takes_raw() {
  local version major minor
  version=$(docker compose version --short 2>/dev/null) || return 1
  version=${version#v}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  is_number "$major" && is_number "$minor" || return 1
  [ "$major" -gt 2 ] || { [ "$major" -eq 2 ] && [ "$minor" -ge 30 ]; }
}

# The value of a variable in .env, or the second argument: env_value HUBSTORAGE_WEB_PORT 5002
env_value() {
  local value=''
  if [ -f "$project_dir/.env" ]; then
    value=$(sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$project_dir/.env" | tail -n 1 | tr -d '\r')
    value=${value#[\"\']}
    value=${value%[\"\']}
  fi
  printf '%s' "${value:-$2}"
}

dashboard_url() { printf 'http://localhost:%s' "$(env_value HUBSTORAGE_WEB_PORT 5002)"; }

# Where the password of the dashboard is, for whoever has not set one.
say_password() {
  if [ -n "$(env_value HUBSTORAGE_WEB_PASSWORD '')$(env_value HUBSTORAGE_WEB_PASSWORD_HASH '')$(env_value HUBSTORAGE_WEB_PASSWORD_FILE '')" ] \
    || [ "$(env_value HUBSTORAGE_AUTH '')" = none ]; then
    return
  fi
  local printed
  printed=$(compose logs --no-log-prefix hubstorage 2>/dev/null | grep -A 2 'The dashboard asks for a password' | tail -n 1 || true)
  if [ -n "$printed" ]; then
    say "It asks for a password. The one of the first start, if it was not reset since:  ${bold}$(printf '%s' "$printed" | tr -d '[:space:]')${plain}"
  else
    say "It asks for a password. If you do not know it: docker compose exec hubstorage hubstorage password --reset"
  fi
}

# Stops before Compose does with a message that helps nobody.
check_env_file() {
  local file=$project_dir/.env
  if [ -d "$file" ]; then
    fail ".env is a folder (Docker makes one when it mounts a file that is not there). Remove it and run ./scripts/docker-setup.sh"
  fi
  [ -f "$file" ] || fail "there is no .env yet: run ./scripts/docker-setup.sh first"
  if ! compose_takes_raw && ! grep -q '^ENV_FILE_FORMAT=$' "$file"; then
    fail "this Compose ($(docker compose version --short)) is older than 2.30 and needs a line ENV_FILE_FORMAT= in .env: run ./scripts/docker-setup.sh again"
  fi
}
