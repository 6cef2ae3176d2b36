# shellcheck shell=bash
# What the benchmarks' scripts have in common. They source it first, define usage(), which prints their help, and call bench.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/launch.sh
. scripts/lib/launch.sh

# A path as it was meant where this was called.
path() {
  case "$1" in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$here" "$1" ;;
  esac
}

# Whether a word is in a list of words.
among() {
  case " $2 " in
    *" $1 "*) return 0 ;;
    *) return 1 ;;
  esac
}

# bench sse "--options with paths" "--options with other values" arguments...: builds if that is not forbidden, and runs it.
bench() {
  local name=$1 paths=$2 values=$3 build=yes jar='' arguments=()
  shift 3
  while [ $# -gt 0 ]; do
    case "$1" in
      -h | --help)
        usage
        exit 0
        ;;
      --no-build)
        build=no
        ;;
      --quick | --preview | --no-copies | --page)
        arguments+=("$1")
        ;;
      *)
        if ! among "$1" "$paths $values"; then
          usage >&2
          fail "unknown option: $1"
        fi
        [ $# -gt 1 ] || fail "$1 needs a value"
        if [ "$1" = --jar ]; then jar=$2; fi
        if among "$1" "$paths"; then arguments+=("$1" "$(path "$2")"); else arguments+=("$1" "$2"); fi
        shift
        ;;
    esac
    shift
  done
  if [ "$build" = yes ]; then build "$name"; fi
  if [ -z "$jar" ]; then arguments+=(--jar "$(find_jar)"); fi
  launch "$name" "${arguments[@]}"
}
