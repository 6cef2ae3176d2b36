// What a restore is asked for, as the server takes it, and the address of the form that is filled in with it. Pure.

const TEXTS = ['snapshot', 'at', 'absent_in', 'to', 'to_dir', 'in_place', 'overwrite', 'storage_class', 'sse'];
const LISTS = ['buckets', 'include', 'exclude'];
const FLAGS = ['delete_extra', 'create_bucket', 'without_tags'];
const CHOSEN = ['keys', 'prefixes'];
/** More of a query than that some proxies refuse; what is longer goes behind the #, which no server sees. */
const MOST_QUERY = 1500;

/** How many keys and prefixes the server takes at once, of each. */
export const MOST_CHOSEN = 10_000;

/** A request without what says nothing: empty texts and lists, flags that are not set, the time that a snapshot was found by. */
export function compact(request) {
  const told = ([name, value]) => value != null && value.length !== 0 && !(FLAGS.includes(name) && value === false) && !(name === 'at' && request.snapshot);
  return Object.fromEntries(Object.entries(request).filter(told));
}

/** The query, and where need be the fragment, of an address for a request. */
export function format(request) {
  const query = new URLSearchParams();
  const chosen = new URLSearchParams();
  for (const name of TEXTS) if (request[name] != null && request[name] !== '') query.set(name, request[name]);
  for (const name of LISTS) for (const value of request[name] ?? []) query.append(name, value);
  for (const name of FLAGS) if (request[name]) query.set(name, 'true');
  for (const name of CHOSEN) for (const value of request[name] ?? []) chosen.append(name, value);
  const long = String(chosen);
  const short = [String(query), long].filter(Boolean).join('&');
  if (long === '' || short.length <= MOST_QUERY) return short && `?${short}`;
  // What is cut off on the way must not turn ten files into a whole bucket.
  query.set('chosen', long.length);
  return `?${query}#${long}`;
}

/** `{request, lost}` of an address; `lost` when what was chosen is not all there. */
export function parse(search, hash = '') {
  const query = new URLSearchParams(search);
  const fragment = hash.replace(/^#/, '');
  const behind = new URLSearchParams(fragment);
  const request = {};
  for (const name of TEXTS) if (query.get(name)) request[name] = query.get(name);
  for (const name of LISTS) if (query.has(name)) request[name] = query.getAll(name).filter(Boolean);
  for (const name of FLAGS) if (query.get(name) === 'true') request[name] = true;
  for (const name of CHOSEN) {
    const values = [...query.getAll(name), ...behind.getAll(name)];
    if (values.length > 0) request[name] = values;
  }
  const told = query.get('chosen');
  return { request, lost: told != null && Number(told) !== fragment.length };
}

/**
 * The snapshot to restore found keys from: the one that holds the most of them, of several the newest. Names of snapshots are in
 * the order of their times.
 *
 * @param found of each key its `versions`, with the `first` and the `last` snapshot that holds each
 */
export function snapshotFor(found) {
  const candidates = [...new Set(found.map(({ versions }) => versions[0].last))].sort().reverse();
  const holding = (name) => found.filter(({ versions }) => versions.some(({ first, last }) => first <= name && name <= last)).length;
  return candidates.reduce((best, name) => (holding(name) > holding(best) ? name : best));
}

/** The form's choice of some buckets, not of one and not of all; a slash is in no bucket's name. */
export const SEVERAL = '/several';

/**
 * The buckets that a request names as the choice that the form shows: `''` for all, the name of one, or `SEVERAL`.
 *
 * @param held those of the snapshot; empty while they are not known
 */
export function bucketChoice(buckets = [], held = []) {
  if (buckets.length < 2) return buckets[0] ?? '';
  const all = held.length > 0 && held.every((name) => buckets.includes(name)) && buckets.every((name) => held.includes(name));
  return all ? '' : SEVERAL;
}

/** Bucket and prefix of `s3://bucket/prefix`. */
export function parsePlace(to) {
  const [, bucket, prefix] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(to ?? '') ?? [null, '', ''];
  return { bucket, prefix };
}

/** The prefix that is offered for what comes from a snapshot: nobody's, and it says what it is. */
export function newPrefix(snapshot) {
  const [, day, time] = /^hublink_(\d{8})(\d{4})/.exec(snapshot ?? '') ?? [];
  return day ? `restored-${day}-${time}/` : 'restored/';
}
