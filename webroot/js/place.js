// Where the snapshots page is. The address says it all, so that a link shows what its sender saw. Pure.

const NAMES = ['snapshot', 'bucket', 'prefix', 'key', 'with', 'side', 'q'];

/**
 * What an address names; what it does not name is an empty text. The `side` of a comparison that the open file is seen on is
 * `before` when it comes out of the snapshot `with` which is compared.
 */
export function parse(search) {
  const params = new URLSearchParams(search);
  return Object.fromEntries(NAMES.map((name) => [name, params.get(name) ?? '']));
}

/** The query of an address for a place. */
export function format(place) {
  const params = new URLSearchParams();
  for (const name of NAMES) if (place[name] && (name !== 'side' || holder(place) !== place.snapshot)) params.set(name, place[name]);
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** The snapshot that the open file comes out of. */
export function holder(place) {
  return place.key && place.with && place.side === 'before' ? place.with : place.snapshot;
}

/** The place after a step: another snapshot keeps folder and bucket, another folder closes the file. */
export function step(place, change) {
  const next = { ...place, ...change };
  const moved = ['snapshot', 'bucket', 'prefix'].some((name) => name in change && change[name] !== place[name]);
  if (moved && !('key' in change)) next.key = '';
  if ('bucket' in change && change.bucket !== place.bucket && !('prefix' in change)) next.prefix = '';
  if (next.with && next.with === next.snapshot) next.with = '';
  return next;
}

/** What is behind the last slash of a key, or before it where it ends the key. */
export function leaf(key) {
  const end = key.endsWith('/') ? key.length - 1 : key.length;
  return key.slice(key.lastIndexOf('/', end - 1) + 1, end);
}

/** The folder that a key is in; empty at the top. */
export function folderOf(key) {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** The folders down to a prefix, each with its own prefix. */
export function crumbs(prefix) {
  const found = [];
  for (let end = prefix.indexOf('/'); end >= 0; end = prefix.indexOf('/', end + 1)) {
    const folder = prefix.slice(0, end + 1);
    found.push({ name: leaf(folder), prefix: folder });
  }
  return found;
}
