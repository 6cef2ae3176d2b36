// What a snapshot's certificate proves, and the shell commands that check it. Pure.

import { bytes, count, plural } from './format.js';

/** The sums that hold for each bucket, as the certificate has them: what stands on the left is what the parts make together. */
export const SUMS = [
  { whole: 'listed', parts: ['linked', 'downloaded', 'filtered', 'archived', 'vanished', 'failed'] },
  { whole: 'files', parts: ['linked', 'downloaded', 'carried', 'kept'] },
];

export const WORDS = {
  listed: 'Listed by S3', files: 'In the snapshot', linked: 'Unchanged', downloaded: 'Downloaded', filtered: 'Left out by filters', archived: 'Archived, not readable',
  vanished: 'Deleted meanwhile', failed: 'Failed', carried: 'Deleted in S3, kept', kept: 'Kept in the previous version', deleted: 'Deleted',
};

/**
 * One sum over some buckets: `{whole, parts, adds}`, each part `{name, label, objects, bytes}`; parts of zero are left out but for the first
 * two. `files` is the tally of what the snapshot holds.
 */
export function sumOf({ whole, parts }, counts, files) {
  const total = whole === 'files' ? files : counts[whole];
  const all = parts.map((name) => ({ name, label: WORDS[name], objects: counts[name]?.objects ?? 0, bytes: counts[name]?.bytes ?? 0 }));
  const objects = all.reduce((sum, part) => sum + part.objects, 0);
  const size = all.reduce((sum, part) => sum + part.bytes, 0);
  return {
    whole: { name: whole, label: WORDS[whole], objects: total.objects, bytes: total.bytes },
    parts: all.filter((part, index) => index < 2 || part.objects > 0),
    adds: objects === total.objects && size === total.bytes,
  };
}

/** Both together, member by member. */
export function plus(one, other) {
  return Object.fromEntries(Object.keys(one).map((name) => [name, {
    objects: one[name].objects + (other[name]?.objects ?? 0), bytes: one[name].bytes + (other[name]?.bytes ?? 0),
  }]));
}

/** A bucket's folders in the snapshot: those of a named account are beside the others. */
function places(bucket) {
  const [name, account] = bucket.split('@');
  const suffix = account ? `@${account}` : '';
  return { tree: `s3${suffix}/${name}`, manifest: `manifest${suffix}/${name}.jsonl.zst` };
}

/** A text as one word of a shell. */
export function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

// A directory marker has no file.
const FILE = 'select((.size == 0 and (.key | endswith("/"))) | not)';
const MANIFESTS = 'for m in manifest*/*.jsonl.zst; do d=${m%.jsonl.zst}; d=s3${d#manifest};';

/**
 * The three commands: `{title, proves, command}`. They need bash, sha256sum, zstd and jq, and nothing of HubStorage; each prints nothing that
 * is wrong and ends with 0 where all is right.
 */
export function checks({ path, certificate, certificate_sha256: sha256 }) {
  const held = certificate.buckets.filter((bucket) => bucket.manifest);
  const hashes = [`${sha256}  run.json`, ...held.map((bucket) => `${bucket.manifest.sha256}  ${places(bucket.name).manifest}`)];
  const cd = `cd ${quoted(path)}`;
  return [
    {
      title: 'The certificate and its manifests',
      proves: 'run.json and each list of files are those whose hashes stand here.',
      command: `${cd} &&\nsha256sum --quiet -c <<'END'\n${hashes.join('\n')}\nEND`,
    },
    {
      title: 'Every file',
      proves: `Each of the ${plural(held.reduce((sum, bucket) => sum + bucket.files.objects, 0), 'file')} holds the bytes that its list says.`,
      command: `${cd} &&\n(set -e -o pipefail\n${MANIFESTS}\n  zstdcat "$m" | jq -r '${FILE} |\n    select(.sha256) | "\\(.stored.sha256 // .sha256)  ./\\(.path // .key)"' |\n  (cd "$d" && sha256sum --quiet -c -); done)`,
    },
    {
      title: 'Nothing is missing, nothing is too much',
      proves: 'The snapshot has these files and no others; prints those that differ.',
      command: `${cd} &&\n(set -e -o pipefail\n${MANIFESTS}\n  diff <(zstdcat "$m" | jq -r '${FILE} |\n      .path // .key' | LC_ALL=C sort) \\\n    <(cd "$d" && find . ! -type d | sed 's|^\\./||' | LC_ALL=C sort); done)`,
    },
  ];
}

/** How the objects were proven on arrival, the most first: "12 by MD5 (ETag)". */
export function proofs(verified) {
  return Object.entries(verified ?? {}).filter(([, tally]) => tally.objects > 0).sort((a, b) => b[1].objects - a[1].objects)
    .map(([word, tally]) => ({ word: PROOFS[word] ?? word, objects: count(tally.objects), bytes: bytes(tally.bytes) }));
}

const PROOFS = {
  md5: 'MD5 (ETag)', 'multipart-md5': 'MD5 of the parts (ETag)', sha256: 'SHA-256', sha1: 'SHA-1', crc64nvme: 'CRC-64/NVME', crc32c: 'CRC-32C', crc32: 'CRC-32',
  'multipart-sha256': 'SHA-256 of the parts', 'multipart-sha1': 'SHA-1 of the parts', 'multipart-crc32c': 'CRC-32C of the parts', 'multipart-crc32': 'CRC-32 of the parts',
  length: 'Length alone', empty: 'Empty, nothing to compare', unrecorded: 'Not recorded',
};
