#!/usr/bin/env bash
# Compares two versions as a single instance, and cleans up also on Ctrl-C.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib/launch.sh
. scripts/lib/launch.sh
# shellcheck source=scripts/lib/bench.sh
. scripts/lib/bench.sh

usage() {
  cat <<'TEXT'
Usage: bench/single.sh [options] BEFORE AFTER

Whether a change that is not for them costs those who have one instance anything: the start of a service until it is ready, and
backups of 10,000 objects of 4 KiB by a warm one, of both versions in turns, each as in the container. Prints the tables of
bench/run.sh, and below "Beside" what counts: AFTER by BEFORE in wall time, CPU time, peak memory, and memory after a minute with
nothing to do.

BEFORE and AFTER are jars or revisions. A revision is built beside this checkout, once, and its jar kept in target/single.

  --runs N      pairs of each (9)
  --quick       small buckets and one pair: shows that everything works, measures nothing
  -h, --help    this text

Takes about ten minutes on a quiet machine; where the least and the greatest are far apart, it was busy. Both run under the flags
of this checkout's docker/jvm.args. Needs Linux, a JDK 25 and Maven 3.9 or newer.
TEXT
}

# Where the jar of a version is, which is built if need be.
jar_of() {
  local file commit tree
  file=$(path "$1")
  if [ -f "$file" ]; then
    printf '%s' "$file"
    return
  fi
  commit=$(git rev-parse --verify --quiet "$1^{commit}") || fail "$1 is neither a jar nor a revision"
  file=$PWD/target/single/$commit.jar
  if [ ! -f "$file" ]; then
    echo "Building $1 ..." >&2
    mkdir -p target/single
    tree=$(mktemp -d)
    git archive "$commit" | tar -x -C "$tree"
    if ! (cd "$tree" && mvn -B -q -DskipTests package) >"$file.log" 2>&1; then
      rm -rf "$tree"
      explain_build_failure "$file.log"
    fi
    mv "$tree"/target/hubstorage-*.jar "$file"
    rm -rf "$tree" "$file.log"
  fi
  printf '%s' "$file"
}

effort=(--runs 9)
versions=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    --runs)
      [ $# -gt 1 ] || fail "--runs needs a value"
      effort=(--runs "$2")
      shift
      ;;
    --quick) effort=(--quick --runs 1 --warm-ups 0) ;;
    -*)
      usage >&2
      fail "unknown option: $1"
      ;;
    *) versions+=("$1") ;;
  esac
  shift
done
if [ "${#versions[@]}" != 2 ]; then
  usage >&2
  fail "two versions are needed: before and after"
fi

before=$(jar_of "${versions[0]}")
after=$(jar_of "${versions[1]}")
build bench
launch bench --cases start,small --tools hubstorage-image "${effort[@]}" --jar "$after" --jar-vs "$before" --vs-name before
