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

# From the project's folder, so that docker-compose.override.yml and COMPOSE_FILE count as they do without the scripts. Of
# what .env may set under a name that others use too, the caller's shell must not win unseen: HUBSTORAGE_… is for that.
compose() {
  (cd "$project_dir" && env -u IMAGE -u CONTAINER_NAME -u PUID -u PGID -u DATA_DIR -u BIND_ADDRESS -u MEMORY_LIMIT \
    docker compose "$@")
}

# What terminals are told, which is no part of the text; Compose tells it to files as well.
without_escapes() { sed $'s/\033\\[[0-9;]*[A-Za-z]//g'; }

# A value as .env spells it: read alike by every Compose and by HubStorage itself.
env_literal() {
  local value=$1
  case "$value" in
    *[!A-Za-z0-9_./+=:@,%-]*)
      value=${value//\\/\\\\}
      value=${value//\"/\\\"}
      value=${value//\$/\\\$}
      printf '"%s"' "$value"
      ;;
    *) printf '%s' "$value" ;;
  esac
}

# The value of a variable in .env, or the second argument: env_value HUBSTORAGE_WEB_PORT 5002
env_value() {
  local value=''
  if [ -f "$project_dir/.env" ]; then
    value=$(sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$project_dir/.env" | tail -n 1 | tr -d '\r')
    case "$value" in
      \"*)
        value=${value#\"}
        value=${value%\"}
        value=${value//\\\$/\$}
        value=${value//\\\"/\"}
        value=${value//\\\\/\\}
        ;;
      \'*)
        value=${value#\'}
        value=${value%\'}
        ;;
    esac
  fi
  printf '%s' "${value:-$2}"
}

# The value of one of Compose's variables, which the shell may set as HUBSTORAGE_… and .env under both names:
# setting PUID 10001
setting() {
  local name=HUBSTORAGE_$1
  printf '%s' "${!name:-$(env_value "$name" "$(env_value "$1" "$2")")}"
}

# Names in .env whose values Compose reads otherwise than they look: $ begins a variable, " #" a comment.
misread_values() {
  sed -n -E \
    -e "/^[[:space:]]*[A-Za-z_][A-Za-z0-9_]*=[[:space:]]*[\"']/d" \
    -e 's/^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=(.*\$|.*[[:space:]]#).*$/\1/p' "$project_dir/.env" | tr '\n' ' '
}

dashboard_url() {
  local scheme=http
  if [ -n "$(env_value HUBSTORAGE_TLS '')$(env_value HUBSTORAGE_TLS_CERT '')" ]; then scheme=https; fi
  printf '%s://localhost:%s' "$scheme" "$(env_value HUBSTORAGE_WEB_PORT 5002)"
}

# Where the password of the dashboard is, for whoever has not set one.
say_password() {
  if [ -n "$(env_value HUBSTORAGE_WEB_PASSWORD '')$(env_value HUBSTORAGE_WEB_PASSWORD_HASH '')$(env_value HUBSTORAGE_WEB_PASSWORD_FILE '')" ] \
    || [ "$(env_value HUBSTORAGE_AUTH '')" = none ]; then
    return
  fi
  local printed
  printed=$(compose logs --no-log-prefix hubstorage 2>/dev/null | without_escapes | grep -A 2 'The dashboard asks for a password' | tail -n 1 || true)
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
  local misread
  misread=$(misread_values)
  if [ -n "$misread" ]; then
    warn "in .env, a value with \$ or # must stand in double quotes, with a \\ before every \" \$ and \\ of its own, or Compose reads another one: ${misread% }"
  fi
}

# In a container, what leads a machine to itself leads to the container.
warn_of_own_address() {
  case "$(env_value AWS_ENDPOINT_URL '')" in
    *://localhost | *://localhost[:/]* | *://127.* | *://\[::1\]*)
      warn "AWS_ENDPOINT_URL in .env is this machine's address for itself; from inside the container nobody answers there. Name the machine as others in the network do, and have the S3 server listen there: ./scripts/docker-setup.sh --endpoint http://$(uname -n):9000"
      ;;
  esac
}

# Hands what the container keeps over to the user that it will run as, where that was another one: Docker gives a volume to
# whom it was made for, and for good. A folder of the host is its owner's affair.
repair_ownership() {
  local user container image data
  user=$(setting PUID 10001):$(setting PGID 10001)
  # Where there is no image yet, nothing has ever run; building it is not to be waited for in silence.
  docker image inspect "$(setting IMAGE hubstorage:latest)" >/dev/null 2>&1 || return 0
  compose create >/dev/null 2>&1 || return 0
  container=$(compose ps --all --quiet hubstorage 2>/dev/null | head -n 1)
  [ -n "$container" ] || return 0
  image=$(docker inspect --format '{{.Config.Image}}' "$container")
  data=$(docker inspect --format '{{range .Mounts}}{{if eq .Destination "/app/data"}}{{.Type}} {{.Source}}{{end}}{{end}}' "$container")
  as_root() {
    docker run --rm --user 0:0 --network none --volumes-from "$container" --entrypoint sh "$image" -c "$@"
  }
  # shellcheck disable=SC2016  # for the shell inside
  local others='for folder in "$@"; do find "$folder" -mindepth 1 -maxdepth 2 \( ! -uid "$uid" -o ! -gid "$gid" \) -print -quit; done'
  local ids="uid=${user%%:*} gid=${user##*:};"
  local folders=(/app/config /app/logs)
  case "$data" in volume*) folders+=(/app/data) ;; esac
  if [ -n "$(as_root "$ids $others" sh "${folders[@]}" 2>/dev/null || true)" ]; then
    say "Handing configuration, history and logs over to the user $user ..."
    as_root "chown -R $user \"\$@\"" sh "${folders[@]}" \
      || warn "that did not work. By hand: docker run --rm --user 0 --volumes-from $container --entrypoint chown $image -R $user ${folders[*]}"
  fi
  case "$data" in
    bind*)
      data=${data#bind }
      if [ -n "$(as_root "$ids $others" sh /app/data 2>/dev/null || true)" ]; then
        warn "not all of $data belongs to the user $user that the container runs as, so that unchanged files cannot be linked, or nothing be written. If it is meant to: sudo chown -R $user '$data'. If not, say in .env whose it is: HUBSTORAGE_PUID and HUBSTORAGE_PGID"
      fi
      ;;
  esac
}
