#!/usr/bin/env bash
# Builds the image.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/docker-build.sh [options]

Builds the image hubstorage:latest from this folder. The first time takes some minutes; afterwards only what changed is
built.

  --tag NAME       name of the image (hubstorage:latest)
  --platform P     for another platform, as linux/arm64
  --no-cache       build everything anew
  --demo           the demo's S3 server instead (hubstorage-demo-s3:latest)
  -h, --help       this text
TEXT
}

tag='' target=service options=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --tag) need_value "$@"; tag=$2; shift ;;
    --platform) need_value "$@"; options+=(--platform "$2"); shift ;;
    --no-cache) options+=(--no-cache) ;;
    --demo) target=demo ;;
    *) misuse "unknown option: $1" ;;
  esac
  shift
done
if [ -z "$tag" ]; then
  if [ "$target" = demo ]; then tag=hubstorage-demo-s3:latest; else tag=hubstorage:latest; fi
fi

require_docker
revision=$(git -C "$project_dir" rev-parse HEAD 2>/dev/null || true)
version=$(sed -n 's:^ *<revision>\(.*\)</revision>:\1:p' "$project_dir/pom.xml" | head -n 1)
docker build --target "$target" --tag "$tag" \
  --build-arg "VERSION=$version" --build-arg "REVISION=$revision" --build-arg "CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
  ${options[@]+"${options[@]}"} "$project_dir"
good "Built $tag"
