#!/usr/bin/env bash
# Measures what a snapshot costs by hard links and by btrfs itself, and cleans up also on Ctrl-C.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: bench/btrfs.sh [options]

Makes a tree of small files on a file system that is mounted for it over a loop device, then a second tree of the same files, in which 1 %
are then replaced, and deletes that again: by hard links (cp -al; rm -r), as HubStorage does, and on btrfs by a snapshot of the subvolume
(btrfs subvolume snapshot, delete). Prints a table: seconds until it is on the disk, and what the file system has more in use.

  --files N        in the tree, a thousand in each folder (1000000)
  --size N         bytes of each (1024)
  --types "T ..."  file systems ("btrfs xfs ext4")
  --target FOLDER  where the file system's image goes, sparse; some 6 KiB a file (/var/tmp)
  -h, --help       this text

Needs Linux, root (to mount), btrfs-progs, xfsprogs and e2fsprogs.
TEXT
}

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit 1
}

files=1000000 size=1024 types='btrfs xfs ext4' target=/var/tmp
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    --files | --size | --types | --target)
      [ $# -gt 1 ] || fail "$1 needs a value"
      declare "${1#--}=$2"
      shift
      ;;
    *)
      usage >&2
      fail "unknown option: $1"
      ;;
  esac
  shift
done

# A folder of its own, so that nothing of the target is touched, and what is left after a kill can be told by its name.
work=$(mktemp -d "$target/hubstorage-btrfs-XXXXXX")
disk=$work/disk
cleanup() {
  if mountpoint -q "$disk"; then umount "$disk" || umount -l "$disk"; fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

make_disk() {
  local type=$1 options=(-q -f)
  mkdir -p "$disk"
  truncate -s "$((files * (size + 8192) + (4 << 30)))" "$work/image"
  if [ "$type" = ext4 ]; then options=(-q -F -N "$((files * 2 + 100000))"); fi
  "mkfs.$type" "${options[@]}" "$work/image"
  mount -o loop "$work/image" "$disk" || fail "nothing can be mounted here"
}

drop_disk() {
  umount "$disk"
  rm -f "$work/image"
}

# A thousand files at once by split, which writes the same content as it comes.
fill() {
  local folder=$1 first=$2 last=$3 i
  for ((i = first; i < last; i += 1000)); do
    mkdir -p "$folder/dir-$((i / 1000))"
    head -c "$((size * (last - i < 1000 ? last - i : 1000)))" /dev/urandom |
      split -b "$size" -d -a 4 - "$folder/dir-$((i / 1000))/key-"
  done
}

# One file in a hundred gives way to a new one, as a backup does it: never written to in place.
change() {
  local folder=$1 each
  for each in "$folder"/dir-*; do
    head -c "$((size * 10))" /dev/urandom | split -b "$size" -d -a 4 - "$each/new-"
    local i
    for i in 0 1 2 3 4 5 6 7 8 9; do
      if [ -e "$each/key-0${i}00" ]; then mv "$each/new-000$i" "$each/key-0${i}00"; else rm "$each/new-000$i"; fi
    done
  done
}

used() {
  sync -f "$disk"
  local blocks free block
  read -r blocks free block < <(stat -f -c '%b %f %S' "$disk")
  echo $(((blocks - free) * block))
}

# measure type way step command...: a row with the seconds until it is on the disk, and what is in use by it.
measure() {
  local row="| $1 | $2 | $3 |" before after begun
  shift 3
  before=$(used)
  begun=$(date +%s.%N)
  "$@"
  sync -f "$disk"
  row+=$(awk -v a="$begun" -v b="$(date +%s.%N)" 'BEGIN { printf " %.2f |", b - a }')
  after=$(used)
  awk -v row="$row" -v n="$((after - before))" 'BEGIN { printf "%s %+.1f |\n", row, n / 1048576 }'
}

delete_subvolume() {
  btrfs -q subvolume delete --commit-each "$1"
  # The name is gone at once; what it held is cleared away in the background.
  btrfs subvolume sync "$disk" >/dev/null
}

printf '%s cores, Linux %s, load average before it %s; %s files of %s bytes, a thousand in each folder.\n\n' \
  "$(nproc)" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)" "$files" "$size"
echo '| file system | second tree by | step | s | in use, MiB |'
echo '|---|---|---|---|---|'
for type in $types; do
  make_disk "$type"
  if [ "$type" = btrfs ]; then btrfs -q subvolume create "$disk/first"; else mkdir "$disk/first"; fi
  measure "$type" '' 'the first tree' fill "$disk/first/tree" 0 "$files"
  # In the same subvolume: no hard link leads from one into another.
  measure "$type" 'hard links' 'made' cp -al "$disk/first/tree" "$disk/first/second"
  measure "$type" 'hard links' '1 % replaced' change "$disk/first/second"
  measure "$type" 'hard links' 'deleted' rm -r "$disk/first/second"
  if [ "$type" = btrfs ]; then
    measure "$type" 'btrfs snapshot' 'made' btrfs -q subvolume snapshot "$disk/first" "$disk/second"
    measure "$type" 'btrfs snapshot' '1 % replaced' change "$disk/second/tree"
    measure "$type" 'btrfs snapshot' 'deleted' delete_subvolume "$disk/second"
  fi
  drop_disk
done
