#!/usr/bin/env bash
# HubStorage on an embedded S3 whose buckets keep changing: builds what is needed, starts both, and cleans up on Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/launch.sh
. scripts/lib/launch.sh

usage() {
  cat <<'TEXT'
Usage: scripts/demo.sh [options]

Starts an S3 server with three buckets that keep changing, and HubStorage beside it, which backs them up every
72 seconds. It prints the address of the dashboard; Ctrl-C stops everything and removes what it wrote.

  --port N      port of the dashboard (5002; any free one if that is taken)
  --host H      address to listen on (127.0.0.1)
  --keep        keep configuration, data and logs afterwards
  --no-build    use what was built before, whatever has changed since
  -h, --help    this text

Needs a JDK 25 and Maven 3.9 or newer.
TEXT
}

build=yes
arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    --no-build)
      build=no
      ;;
    --keep)
      arguments+=("$1")
      ;;
    --port | --host)
      [ $# -gt 1 ] || fail "$1 needs a value"
      arguments+=("$1" "$2")
      shift
      ;;
    --port=* | --host=*)
      arguments+=("$1")
      ;;
    *)
      usage >&2
      fail "unknown option: $1"
      ;;
  esac
  shift
done

if [ "$build" = yes ]; then build demo; fi
launch demo --jar "$(find_jar)" "${arguments[@]}"
