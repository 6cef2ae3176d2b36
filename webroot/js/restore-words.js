// A restore in words. A phrase is a list of texts and of `{name}`, which is somebody's own and shown as such. Pure.

import { count, duration, inSentence, instant, listing, moment, plural, relative } from './format.js';

const CLASHES = {
  never: 'Whatever is there already stays as it is.',
  'if-different': 'What is there and differs is replaced.',
  'if-older': 'What is there and older is replaced.',
  always: 'Whatever is there under the same name is replaced.',
};

/** The time that a snapshot's name tells, in epoch milliseconds; null for a name that tells none. */
export function snapshotTime(name) {
  const [, ...parts] = /^hublink_(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(name ?? '') ?? [];
  return parts.length === 0 ? null : Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5]);
}

/** A snapshot in the middle of a sentence. */
export function snapshotWords(name, now) {
  const at = snapshotTime(name);
  if (at != null) return [inSentence(moment(at, now))];
  return name === 'latest' || !name ? ['the newest snapshot'] : [{ name }];
}

/** What is restored: "the folder notes/ of documents". */
export function whatWords(request, now) {
  const { keys = [], prefixes = [], buckets = [], include = [], exclude = [] } = request;
  const words = [];
  if (request.absent_in) {
    words.push('what the snapshot of ', ...snapshotWords(request.absent_in, now), ' no longer holds');
    if (prefixes.length === 1) words.push(' of ', ...prefixWords(prefixes[0]));
  }
  else if (keys.length === 1 && prefixes.length === 0) words.push('the file ', { name: keys[0] });
  else if (prefixes.length === 1 && keys.length === 0) words.push(...prefixWords(prefixes[0]));
  else if (keys.length + prefixes.length > 0) {
    words.push([keys.length > 0 ? plural(keys.length, 'file') : '', prefixes.length > 0 ? plural(prefixes.length, 'folder') : ''].filter(Boolean).join(' and '));
  } else words.push('everything');
  words.push(' in ', ...bucketWords(buckets));
  if (include.length > 0) words.push(`, only ${listing(include)}`);
  if (exclude.length > 0) words.push(`, without ${listing(exclude)}`);
  return words;
}

function prefixWords(prefix) {
  return prefix.endsWith('/') ? ['the folder ', { name: prefix }] : ['every file that begins with ', { name: prefix }];
}

/** Which buckets: "a, b and c". */
export function bucketWords(buckets) {
  if (buckets.length === 0) return ['all buckets'];
  if (buckets.length > 3) return [`${count(buckets.length)} buckets`];
  return buckets.flatMap((name, i) => [i === 0 ? '' : i === buckets.length - 1 ? ' and ' : ', ', { name }]);
}

/** Where it goes: "to s3://documents/restored/". */
function whereWords({ to, to_dir: folder, in_place: bucket }) {
  if (bucket) return ['back to its place in ', { name: bucket }];
  if (folder) return ['to the folder ', { name: folder }];
  return to && !to.startsWith('s3:///') ? ['to ', { name: to }] : ['to a bucket that is still to be named'];
}

/** As of when. */
export function momentWords({ at, snapshot }, now) {
  return at && !snapshot ? [inSentence(moment(Date.parse(at), now))] : snapshotWords(snapshot, now);
}

/** What is restored, as of when and where to. */
export function gist(request, now) {
  return [...whatWords(request, now), ', as of ', ...momentWords(request, now), ', ', ...whereWords(request)];
}

/** What happens to what is there already. */
function clashWords({ overwrite, delete_extra: deletes }) {
  return `${CLASHES[overwrite ?? 'never']}${deletes ? ' What is there and not in the snapshot is deleted.' : ''}`;
}

/** All that is asked for, in a sentence or two. */
export function sentence(request, now) {
  return ['Restore ', ...gist(request, now), `. ${clashWords(request)}`];
}

/** A phrase as plain text, for a title. */
export function plain(phrase) {
  return phrase.map((part) => (typeof part === 'string' ? part : part.name)).join('');
}

/** "last drill: 20 of 20 came back, 3 s, 2 days ago". */
export function drillWords({ sampled, same, started_at: start, finished_at: end }, now) {
  return `last drill: ${count(same.objects)} of ${count(sampled.objects)} came back, ${duration(instant(end) - instant(start))}, ${relative(instant(end), now)}`;
}
