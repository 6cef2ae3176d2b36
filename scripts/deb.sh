#!/usr/bin/env bash
# Packs the jar for Debian and Ubuntu: as a service, with its command, manual pages and completion.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/deb.sh --jar FILE [options]

Makes hubstorage_VERSION_all.deb of a jar. The same jar makes the same package, to the byte.

  --jar FILE         the jar, as mvn package makes it
  --version VERSION  of the package; what the jar says if absent
  --output FOLDER    where to put it (target)
  -h, --help         this text

Needs dpkg-deb and a Java 25. HUBSTORAGE_MAINTAINER, as in "Name <address>", is who made it.
TEXT
}

jar='' version='' output=$project_dir/target
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --jar) need_value "$@"; jar=$2; shift ;;
    --version) need_value "$@"; version=$2; shift ;;
    --output) need_value "$@"; output=$2; shift ;;
    *) misuse "unknown option: $1" ;;
  esac
  shift
done
[ -n "$jar" ] || misuse "--jar is missing: which jar is to be packed?"
[ -f "$jar" ] || misuse "--jar: there is no file '$jar'"
command -v dpkg-deb >/dev/null || fail "dpkg-deb is missing: packages are made on Debian and Ubuntu"
source=$project_dir/deploy/deb
program() { LC_ALL=C.UTF-8 "$source/java" -jar "$jar" "$@"; }
[ -n "$version" ] || version=$(program --version | sed 's/^HubStorage //')
# For Debian 1.0.0~rc.1 comes before 1.0.0, and 1.0.0-rc.1 behind it.
version=${version/-/\~}

# Of everything in it, so that the same jar makes the same package: that of the build.
SOURCE_DATE_EPOCH=$(date -u -d "$(sed -n 's:.*<project.build.outputTimestamp>\(.*\)</.*:\1:p' "$project_dir/pom.xml")" +%s)
export SOURCE_DATE_EPOCH
umask 022
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 0755 "$root"

install -D -m 0644 "$jar" "$root/usr/share/hubstorage/hubstorage.jar"
install -D -m 0755 "$source/java" "$root/usr/lib/hubstorage/java"
install -D -m 0755 "$source/hubstorage" "$root/usr/bin/hubstorage"
mkdir -p "$root/usr/lib/systemd/system"
sed -e 's|/usr/bin/java |/usr/lib/hubstorage/java |' -e 's|/opt/hubstorage/|/usr/share/hubstorage/|' \
  -e '1c # HubStorage as a service; /usr/share/doc/hubstorage tells of it. Say what is to be otherwise by "systemctl edit hubstorage".' \
  -e '/^\[Unit\]/a Documentation=man:hubstorage(1)' \
  "$project_dir/deploy/systemd/hubstorage.service" >"$root/usr/lib/systemd/system/hubstorage.service"
# Every setting with its explanation, and none of them set.
mkdir -p "$root/etc/hubstorage"
{
  echo "# HubStorage's variables, for the service and for root's commands: only what differs from the default needs a line. Then"
  echo '# "systemctl restart hubstorage". Readable for the service alone, since it may hold secrets.'
  sed -E -e 1,2d -e 's/^([A-Za-z_]+=)/# \1/' "$project_dir/.env.example"
} >"$root/etc/hubstorage/.env"
chmod 0640 "$root/etc/hubstorage/.env"

mkdir -p "$root/usr/share/man/man1" "$root/usr/share/bash-completion/completions"
program man --to "$root/usr/share/man/man1"
gzip -9n "$root"/usr/share/man/man1/*
program completion >"$root/usr/share/bash-completion/completions/hubstorage"

doc=$root/usr/share/doc/hubstorage
install -D -m 0644 "$source/copyright" "$doc/copyright"
gzip -9nc "$project_dir/CHANGELOG.md" >"$doc/changelog.gz"
install -m 0644 "$project_dir/README.md" "$project_dir/docs/systemd.md" "$doc/"

mkdir "$root/DEBIAN"
for script in postinst prerm postrm; do install -m 0755 "$source/$script" "$root/DEBIAN/$script"; done
echo /etc/hubstorage/.env >"$root/DEBIAN/conffiles"
(cd "$root" && find etc usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
size=$(du -k -s --apparent-size --exclude=DEBIAN "$root" | cut -f 1)
sed -e "s|@VERSION@|$version|" -e "s|@SIZE@|$size|" \
  -e "s|@MAINTAINER@|${HUBSTORAGE_MAINTAINER:-HubStorage <hubstorage@localhost>}|" "$source/control" >"$root/DEBIAN/control"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

mkdir -p "$output"
# Nearly all of it is the jar, which is packed already.
dpkg-deb --root-owner-group -Zxz -z1 --build "$root" "$output/hubstorage_${version}_all.deb" >/dev/null
good "Made $output/hubstorage_${version}_all.deb"
