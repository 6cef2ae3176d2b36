#!/usr/bin/env bash
# The steps of a release, as .github/workflows/release.yml takes them one after the other; docs/releasing.md tells what for.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/release.sh STEP [arguments]

What a release is made of, and what must hold of it before anybody gets it. Run from a checkout of the tag.

  version TAG                    the version that a tag such as v1.2.3 or v1.2.3-rc.1 names
  is-preview VERSION             "true" for one such as 1.2.3-rc.1, else "false"
  notes VERSION [IMAGE]          what CHANGELOG.md says of the version
  image-name REGISTRY OWNER/NAME the image's name, in lower case as registries want it; empty without a registry
  image-tags VERSION             its tags, a line each: 1.2.3, 1.2, 1 and latest; of a preview that one alone
  bases                          the images to build on, as build contexts for Docker, a line each
  files VERSION FOLDER [IMAGE]   builds the jar, the Debian package, the list of what is in them, the Helm chart,
                                 a Compose file that pulls the image, and the checksums
  image IMAGE VERSION            builds the image for this machine's platform, pushes it nameless, prints its digest
  publish IMAGE VERSION DIGEST.. makes one image of several platforms' and names it; prints its digest
  check-files VERSION FOLDER     whether the files are whole, and of that version
  check-image IMAGE@DIGEST VERSION   pulls it: whether it runs, and is of that version and commit
  -h, --help                     this text

GITHUB_SHA and GITHUB_REPOSITORY, if they are set, are what the image's labels say of its source.
TEXT
}

jar_name() { printf 'hubstorage-%s.jar' "$1"; }
sbom_name() { printf 'hubstorage-%s.cdx.json' "$1"; }
chart_name() { printf 'hubstorage-chart-%s.tgz' "$1"; }

version() {
  local number='(0|[1-9][0-9]*)' identifier='(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)'
  # Without what semantic versions may have behind a plus: no image can be called so.
  [[ $1 =~ ^v($number\.$number\.$number(-$identifier(\.$identifier)*)?)$ ]] \
    || fail "'$1' names no version: a tag is v1.2.3, or v1.2.3-rc.1 before that"
  say "${BASH_REMATCH[1]}"
}

is_preview() {
  case "$1" in *-*) say true ;; *) say false ;; esac
}

notes() {
  local version=$1 image=${2:-} text
  text=$(awk -v heading="## [$version]" '
    index($0, "## ") == 1 || /^\[[^]]*\]: / { if (inside) exit; inside = index($0, heading) == 1; next }
    inside { print }' "$project_dir/CHANGELOG.md")
  # Without the empty lines around it, which $() leaves away at the end.
  text=$(sed '/./,$!d' <<<"$text")
  [ -n "$text" ] || fail "CHANGELOG.md has no section [$version], or nothing in it; what is Unreleased there becomes the version's before its tag is made"
  say "$text"
  if [ -n "$image" ]; then printf '\n%s\n' "The image: \`$image\`"; fi
}

image_name() {
  [ -z "$1" ] || printf '%s/%s\n' "${1%/}" "$2" | tr '[:upper:]' '[:lower:]'
}

image_tags() {
  say "$1"
  if [ "$(is_preview "$1")" = false ]; then printf '%s\n' "${1%.*}" "${1%%.*}" latest; fi
}

bases() {
  local file=${RELEASE_BASES:-$project_dir/docker/bases/Dockerfile} from reference name
  while read -r from reference; do
    if [ "$from" != FROM ]; then continue; fi
    name=${reference%@*}
    # As the Dockerfile calls it, which names no registry.
    case "$name" in *.*/* | *:*/* | localhost/*) name=${name#*/} ;; esac
    say "$name=docker-image://$reference"
  done < <(grep '^FROM' "$file")
}

commit() { printf '%s' "${GITHUB_SHA:-$(git -C "$project_dir" rev-parse HEAD)}"; }

checksums() {
  (cd "$1" && find . -maxdepth 1 -type f ! -name 'SHA256SUMS*' | sed 's:^\./::' | LC_ALL=C sort | xargs sha256sum)
}

files() {
  local version=$1 folder=$2 image=${3:-} said
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  [ -z "$(ls -A "$folder")" ] || fail "$folder is not empty"
  # The tests have been run before; they are no part of it.
  (cd "$project_dir" && mvn -B -ntp -q -Psbom "-Drevision=$version" -Dmaven.test.skip=true clean package)
  cp "$project_dir/target/$(jar_name "$version")" "$folder/"
  cp "$project_dir/target/bom.json" "$folder/$(sbom_name "$version")"
  said=$(LC_ALL=C.UTF-8 "$project_dir/deploy/deb/java" -jar "$folder/$(jar_name "$version")" --version)
  [ "$said" = "HubStorage $version" ] || fail "the jar says of itself that it is '$said'"
  "$project_dir/scripts/deb.sh" --jar "$folder/$(jar_name "$version")" --version "$version" --output "$folder"
  chart "$version" "$folder"
  if [ -n "$image" ]; then
    sed -e "s|^    image: .*|    image: \${HUBSTORAGE_IMAGE:-$image:$version}|" \
      "$project_dir/docker-compose.pull.yml" >"$folder/docker-compose.yml"
    cp "$project_dir/.env.example" "$folder/env.example"
  fi
  checksums "$folder" >"$folder/SHA256SUMS"
}

# What `helm package --version` would make: the folder of the chart with what its link leads to, without what it leaves out.
chart() {
  local version=$1 folder=$2 work
  work=$(mktemp -d)
  cp -rL "$project_dir/deploy/helm/hubstorage" "$work/"
  rm -r "$work/hubstorage/ci" "$work/hubstorage/.helmignore"
  sed -i -E "s/^(version|appVersion): .*/\1: $version/" "$work/hubstorage/Chart.yaml"
  tar --sort=name --mtime="@$(git -C "$project_dir" log -1 --format=%ct)" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    -C "$work" -cf - hubstorage | gzip -n >"$folder/$(chart_name "$version")"
  rm -r "$work"
}

# Whether what builds here can say in the registry what an image holds and how it was made.
can_attest() { [ "$(docker buildx inspect | sed -n 's/^Driver: *//p')" != docker ]; }

image() {
  local image=$1 version=$2 options=() line tag digest work
  while IFS= read -r line; do options+=(--build-context "$line"); done < <(bases)
  options+=(--build-arg "VERSION=$version" --build-arg "REVISION=$(commit)")
  options+=(--build-arg "CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)")
  if [ -n "${GITHUB_REPOSITORY:-}" ]; then
    options+=(--label "org.opencontainers.image.source=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY")
  fi
  if can_attest; then
    work=$(mktemp -d)
    docker buildx build "${options[@]}" --attest type=sbom --attest type=provenance,mode=max --metadata-file "$work/metadata.json" \
      --output "type=image,name=$image,push-by-digest=true,name-canonical=true,push=true" "$project_dir" >&2
    digest=$(jq -r '."containerimage.digest"' "$work/metadata.json")
    rm -r "$work"
  else
    # Docker's own builder pushes names only, and no attestations.
    tag=$image:$version-$(uname -m)
    docker buildx build "${options[@]}" --tag "$tag" "$project_dir" >&2
    docker push --quiet "$tag" >&2
    digest=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$tag" | sed -n "s|^$image@||p")
  fi
  say "$digest"
}

publish() {
  local image=$1 version=$2 tags=() parts=() tag digest
  shift 2
  [ $# -gt 0 ] || misuse "publish needs the digest of each platform's image"
  while IFS= read -r tag; do tags+=(--tag "$image:$tag"); done < <(image_tags "$version")
  for digest in "$@"; do parts+=("$image@$digest"); done
  docker buildx imagetools create "${tags[@]}" "${parts[@]}" >&2
  docker buildx imagetools inspect "$image:$version" --format '{{json .Manifest}}' | jq -r .digest
}

check_files() {
  local version=$1 folder=$2 jar said
  jar=$folder/$(jar_name "$version")
  diff <(checksums "$folder") "$folder/SHA256SUMS" >&2 || fail "the files in $folder are not those that SHA256SUMS was made of"
  said=$(unzip -p "$jar" hubstorage.properties | sed -n 's/^version=//p' | tr -d '\r')
  [ "$said" = "$version" ] || fail "the jar is of the version '$said'"
  said=$(jq -r '"\(.metadata.component.name) \(.metadata.component.version), \(.components | length > 50)"' "$folder/$(sbom_name "$version")")
  [ "$said" = "hubstorage $version, true" ] || fail "the list of what is in the jar is of '$said'"
  said=$(dpkg-deb --field "$folder"/hubstorage_*.deb Version)
  [ "$said" = "${version/-/\~}" ] || fail "the Debian package is of the version '$said'"
  said=$(tar -xzOf "$folder/$(chart_name "$version")" hubstorage/Chart.yaml | sed -n 's/^appVersion: //p')
  [ "$said" = "$version" ] || fail "the Helm chart is of the version '$said'"
  if [ -f "$folder/docker-compose.yml" ]; then
    said=$(sed -n 's/^    image: .*:\([^:}]*\)}$/\1/p' "$folder/docker-compose.yml")
    [ "$said" = "$version" ] || fail "the Compose file pulls the version '$said'"
  fi
  good "The files are those of $version"
}

check_image() {
  local image=$1 version=$2 said
  docker pull --quiet "$image" >/dev/null
  said=$(docker image inspect --format '{{index .Config.Labels "org.opencontainers.image.version"}} {{index .Config.Labels "org.opencontainers.image.revision"}}' "$image")
  [ "$said" = "$version $(commit)" ] || fail "the image's labels name version and commit '$said', not '$version $(commit)'"
  said=$(docker run --rm --read-only --network none "$image" --version)
  [ "$said" = "HubStorage $version" ] || fail "the image says of itself that it is '$said'"
  if can_attest; then
    docker buildx imagetools inspect "$image" --format '{{json .}}' \
      | jq -e '[.. | objects | select(has("SPDX"))] | length > 0' >/dev/null || fail "the registry has no list of what is in $image"
    docker buildx imagetools inspect "$image" --format '{{json .}}' \
      | jq -e '[.. | objects | select(has("SLSA"))] | length > 0' >/dev/null || fail "the registry does not know how $image was made"
  fi
  good "The image is that of $version"
}

step=${1:-}
[ $# -eq 0 ] || shift
needs() { if [ "$1" -lt "$2" ] || [ "$1" -gt "$3" ]; then misuse "$step: wrong number of arguments"; fi; }
case "$step" in
  version) needs $# 1 1; version "$@" ;;
  is-preview) needs $# 1 1; is_preview "$@" ;;
  notes) needs $# 1 2; notes "$@" ;;
  image-name) needs $# 2 2; image_name "$@" ;;
  image-tags) needs $# 1 1; image_tags "$@" ;;
  bases) needs $# 0 0; bases ;;
  files) needs $# 2 3; files "$@" ;;
  image) needs $# 2 2; image "$@" ;;
  publish) needs $# 3 99; publish "$@" ;;
  check-files) needs $# 2 2; check_files "$@" ;;
  check-image) needs $# 2 2; check_image "$@" ;;
  -h | --help) usage ;;
  '') usage >&2; exit 2 ;;
  *) misuse "there is no step '$step'" ;;
esac
