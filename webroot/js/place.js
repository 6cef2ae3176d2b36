// Where the Files page is. The address says it all, so that a link shows what its sender saw. Pure.

/** What a place is made of, and what each is called in an address. */
const NAMES = { bucket: 'bucket', prefix: 'path', snapshot: 'at', with: 'with', key: 'key', diff: 'diff', filter: 'filter', sort: 'sort', view: 'view', q: 'q' };
/** What belongs to one folder, and ends with it. */
const OF_FOLDER = ['key', 'diff', 'filter'];

/**
 * What an address names; what it does not name is an empty text. `with` is the snapshot that marks are made against, `key` the file
 * that is open, `diff` the snapshot whose text of it is compared; `sort` is a column, after a minus where the greatest comes first;
 * `view` is `changes` where only they are shown; `q` is what is looked for in all snapshots.
 */
export function parse(search) {
  const params = new URLSearchParams(search);
  return Object.fromEntries(Object.entries(NAMES).map(([part, name]) => [part, params.get(name) ?? '']));
}

/** The query of an address for a place. */
export function format(place) {
  const params = new URLSearchParams();
  for (const [part, name] of Object.entries(NAMES)) if (place[part]) params.set(name, place[part]);
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** The place after a step: another time keeps all else, another folder closes the file, another bucket begins at its top. */
export function step(place, change) {
  const next = { ...place, ...change };
  const bucket = next.bucket !== place.bucket;
  if (bucket && !('prefix' in change)) next.prefix = '';
  const folder = bucket || next.prefix !== place.prefix;
  for (const part of OF_FOLDER) if (folder && !(part in change)) next[part] = '';
  if (!next.key || next.key !== place.key) if (!('diff' in change)) next.diff = '';
  return next;
}

/** The column that a place is sorted by, and whether the greatest comes first. */
export function sorting({ sort }) {
  const descending = sort.startsWith('-');
  const column = descending ? sort.slice(1) : sort;
  return ['size', 'time'].includes(column) || (column === 'name' && descending) ? { column, descending } : { column: 'name', descending: false };
}

/** The `sort` after a click on a column: names from a to z at first, sizes and times from the greatest. */
export function sortAfter(place, column) {
  const now = sorting(place);
  const descending = now.column === column ? !now.descending : column !== 'name';
  return column === 'name' && !descending ? '' : `${descending ? '-' : ''}${column}`;
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

/** The folder above a folder; empty at the top. */
export function above(prefix) {
  return folderOf(prefix.slice(0, -1));
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

/** Less than zero, zero or more, as a key comes before another: by UTF-8, as the server has them. */
export function compareKeys(a, b) {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Of UTF-16 only the surrogates are out of order: what they stand for comes last.
    const late = (unit) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
    return late(x) - late(y);
  }
  return a.length - b.length;
}
