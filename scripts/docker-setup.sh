#!/usr/bin/env bash
# Makes .env for HubStorage in Docker, from flags, the environment and questions. Can be run again at any time.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/docker-setup.sh [options]

Makes .env, readable for you alone, and asks for what is missing. A value that is in .env already stays, unless an
option here says otherwise; so it can be run again. Secrets are never shown, and never taken from the command line,
where others could see them: they are asked for, or come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN and HUBSTORAGE_WEB_PASSWORD in the environment.

  --non-interactive   ask nothing; what is missing can be filled in later
  --region REGION     of the buckets (us-east-1)
  --endpoint URL      of another S3 server than AWS
  --buckets A,B       what to back up at first; the dashboard can change it
  --port N            of the dashboard on this machine (5002)
  --data FOLDER       keep the snapshots in this folder; its owner becomes the user of the container
  --user UID[:GID]    the user and group of the container
  --image NAME        run this image, which is pulled, instead of one that is built here; with a tag or digest
  -h, --help          this text
TEXT
}

interactive=yes
[ -t 0 ] || interactive=no
region='' endpoint='' buckets='' port='' data='' user='' image=''
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --non-interactive) interactive=no ;;
    --region) need_value "$@"; region=$2; shift ;;
    --endpoint) need_value "$@"; endpoint=$2; shift ;;
    --buckets) need_value "$@"; buckets=$2; shift ;;
    --port) need_value "$@"; port=$2; shift ;;
    --data) need_value "$@"; data=$2; shift ;;
    --user) need_value "$@"; user=$2; shift ;;
    --image) need_value "$@"; image=$2; shift ;;
    *) misuse "unknown option: $1" ;;
  esac
  shift
done

[ -z "$port" ] || require_port "$port"
is_url() { case "$1" in http://?* | https://?*) ;; *) return 1 ;; esac; }
[ -z "$endpoint" ] || is_url "$endpoint" || misuse "--endpoint is a URL such as https://minio.example:9000"
case "$region" in *[!A-Za-z0-9_-]*) misuse "--region is a name such as eu-central-1" ;; esac
case "$user" in *[!0-9:]* | :* | *: | *:*:*) misuse "--user is a number, or two as in 1000:100" ;; esac
case "$image" in *[!A-Za-z0-9._:/@-]*) misuse "--image is a name such as registry.example/owner/hubstorage:1.0.0" ;; esac
if [ -n "$data" ]; then
  [ -d "$data" ] || misuse "--data: there is no folder '$data'; make it first (mkdir -p)"
  data=$(cd "$data" && pwd)
fi

file=$project_dir/.env
[ ! -d "$file" ] || fail ".env is a folder (Docker makes one when it mounts a file that is not there). Remove it first: rmdir '$file'"

# From here on, files are ours alone.
umask 077
if [ ! -f "$file" ]; then
  cp "$project_dir/.env.example" "$file"
  say "Made .env from .env.example."
fi
chmod 600 "$file"

# Written to a new file that takes the old one's place, so that a full disk or Ctrl-C leaves a whole one.
new=$file.new.$$
trap 'rm -f "$new"' EXIT

# set_value NAME VALUE: in its line, also where that is a comment; else at the end. The value is never an argument of a
# program, which others could see in the list of processes.
set_value() {
  local name=$1 value=$2 line found=''
  while IFS= read -r line || [ -n "$line" ]; do
    case "$line" in
      "$name="* | "# $name="* | "#$name="*)
        if [ -z "$found" ]; then
          printf '%s=%s\n' "$name" "$value"
          found=yes
        fi
        ;;
      *) printf '%s\n' "$line" ;;
    esac
  done <"$file" >"$new"
  [ -n "$found" ] || printf '%s=%s\n' "$name" "$value" >>"$new"
  chmod 600 "$new"
  mv -f "$new" "$file"
}

has_value() {
  case "$(env_value "$1" '')" in '' | your_*_here) return 1 ;; esac
}

# secret NAME QUESTION [IF EMPTY]: from the environment, else asked for without an echo.
secret() {
  local name=$1 value=${!1:-}
  if [ -z "$value" ]; then
    if has_value "$name" || [ "$interactive" = no ]; then return; fi
    printf '%s (not shown; empty to %s): ' "$2" "${3:-fill it in later}" >&2
    IFS= read -r -s value || true
    printf '\n' >&2
  fi
  if [ "$name" = HUBSTORAGE_WEB_PASSWORD ] && [ -n "$value" ] && [ "${#value}" -lt 8 ]; then
    fail "the password of the dashboard needs at least 8 characters; run this again"
  fi
  [ -z "$value" ] || set_value "$name" "$(env_literal "$value")"
}

# plain NAME GIVEN QUESTION: as the option says, else asked for where nothing is set.
plain_value() {
  local name=$1 value=$2
  if [ -z "$value" ]; then
    if has_value "$name" || [ "$interactive" = no ]; then return; fi
    printf '%s: ' "$3" >&2
    IFS= read -r value || true
  fi
  [ -z "$value" ] || set_value "$name" "$(env_literal "$value")"
}

secret AWS_ACCESS_KEY_ID 'AWS access key id'
secret AWS_SECRET_ACCESS_KEY 'AWS secret access key'
[ -z "${AWS_SESSION_TOKEN:-}" ] || secret AWS_SESSION_TOKEN 'AWS session token'
secret HUBSTORAGE_WEB_PASSWORD 'Password for the dashboard, at least 8 characters' 'have one made at the first start'
[ -z "$region" ] || set_value AWS_DEFAULT_REGION "$region"
[ -z "$port" ] || set_value HUBSTORAGE_WEB_PORT "$port"
plain_value BACKUP_BUCKETS "$buckets" 'Buckets, separated by commas (empty to choose them on the dashboard)'
plain_value AWS_ENDPOINT_URL "$endpoint" 'Address of the S3 server, such as https://minio.example:9000 (empty for AWS)'
given=$(env_value AWS_ENDPOINT_URL '')
[ -z "$given" ] || is_url "$given" || warn "the address of an S3 server begins with http:// or https://, and '$given' does not; correct AWS_ENDPOINT_URL in .env"
warn_of_own_address
# compose_value NAME VALUE: in the line that is there, be it of the older name without HUBSTORAGE_.
compose_value() {
  if grep -q "^$1=" "$file" && ! grep -q "^HUBSTORAGE_$1=" "$file"; then set_value "$1" "$2"; else set_value "HUBSTORAGE_$1" "$2"; fi
}
if [ -n "$data" ]; then
  compose_value DATA_DIR "$(env_literal "$data")"
  # The first snapshot links to the files that are there, which the kernel allows to their owner only.
  if [ -z "$user" ]; then
    user=$(stat -c %u:%g "$data" 2>/dev/null || stat -f %u:%g "$data")
    if [ "${user%%:*}" = 0 ]; then
      # Nobody meant the container to run as root.
      user=''
      warn "'$data' belongs to root, but the container runs as the user $(setting PUID 10001):$(setting PGID 10001). Give it the folder: sudo chown $(setting PUID 10001):$(setting PGID 10001) '$data'"
    fi
  fi
fi
if [ -n "$user" ]; then
  compose_value PUID "${user%%:*}"
  compose_value PGID "${user##*:}"
fi

if [ -n "$image" ]; then
  set_value HUBSTORAGE_IMAGE "$image"
  # Read by Compose alone. Whoever has named files there has others too.
  if ! has_value COMPOSE_FILE; then set_value COMPOSE_FILE docker-compose.pull.yml; fi
fi

good "Ready: $file"
if ! has_value AWS_ACCESS_KEY_ID && ! has_value AWS_PROFILE; then
  say "It has no AWS credentials yet. Fill them in before the first backup, or give the machine a role."
fi
say "Next: ./scripts/docker-start.sh"
