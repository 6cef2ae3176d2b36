// One folder of a snapshot: where it is, and what is in it.

import { byId, h, icon, setHidden } from './dom.js';
import { get } from './api.js';
import { bytes, exact, instant, moment, visible } from './format.js';
import { crumbs, leaf, step } from './place.js';
import { nameElement } from './names.js';
import { now } from './clock.js';
import { markRows, PagedList, walkWithArrows } from './paged-list.js';
import { placeUrl, question, restoreUrl, zipUrl } from './snapshot-links.js';
import { Selection } from './selection.js';

const PAGE = 200;
const STATES = { carried: 'Gone from S3', kept: 'Previous version' };
const box = byId('entries');
const list = new PagedList(box, row);
const selection = new Selection(box, byId('entries-ticked'), restoreTicked);
let place = null;

walkWithArrows(box, 'a.entry');

/** Where one is: the bucket, then each folder. The last one is where one is. */
export function renderPath(at, buckets) {
  const path = crumbs(at.prefix);
  const choosing = document.activeElement?.id === 'bucket';
  const links = path.map(({ name, prefix }, i) => h('li', {}, crumb(at, prefix, nameElement(name), i === path.length - 1)));
  byId('crumbs').replaceChildren(
    h('li', {}, bucketPicker(at, buckets)), path.length > 0 ? h('li', {}, crumb(at, '', 'Top', false)) : '', ...links);
  if (choosing) byId('bucket').focus();
  byId('zip').href = zipUrl(at.snapshot, at.bucket, at.prefix);
  const all = `Everything in ${at.prefix ? 'this folder' : 'this bucket'}`;
  byId('zip').title = `${all}, as a zip archive`;
  byId('restore').href = restoreUrl({ snapshot: at.snapshot, buckets: [at.bucket], prefixes: at.prefix ? [at.prefix] : [] });
  byId('restore').title = `${all}, back to S3 or to a folder`;
}

function crumb(at, prefix, content, here) {
  return here ? h('span', { 'aria-current': 'page' }, content) : h('a', { href: placeUrl(step(at, { prefix })) }, content);
}

function bucketPicker(at, buckets) {
  return h('select', { class: 'input', id: 'bucket', 'aria-label': 'Bucket' },
    buckets.map((name) => h('option', { value: name, selected: name === at.bucket }, name)));
}

/** Shows a folder, from its first page on. */
export async function renderFolder(at) {
  const followed = place != null;
  place = at;
  selection.clear();
  const params = { bucket: at.bucket, limit: PAGE, ...(at.prefix ? { prefix: at.prefix } : {}) };
  const page = await list.show((after, signal) => get(question(at.snapshot, 'browse', after ? { ...params, after } : params), { signal }), nothing);
  // The link that led here is gone, and the focus with it.
  if (page && followed && document.activeElement === document.body) box.querySelector('a.entry')?.focus({ preventScroll: true });
}

/** Marks the file that is open. */
export function markOpen(key) {
  markRows(box, (row) => row.key === key && key !== '');
}

function nothing() {
  return h('p', { class: 'empty' }, h('strong', {}, 'Nothing here'), 'This snapshot holds no file in this folder.');
}

function row(item) {
  const target = item.folder ? step(place, { prefix: item.key }) : { ...place, key: item.key };
  return h('li', { class: 'tickable' }, selection.tick(`Select ${visible(item.key)}`, item),
    h('a', { class: 'entry', href: placeUrl(target), data: { key: item.key, folder: String(item.folder) },
      'aria-current': !item.folder && item.key === place.key ? 'true' : null },
    icon(item.folder ? 'folder' : 'file'), nameElement(leafOf(item), { title: item.key }), ...details(item)));
}

function restoreTicked(items) {
  const keysOf = (folder) => items.filter((item) => item.folder === folder).map((item) => item.key);
  const request = { snapshot: place.snapshot, buckets: [place.bucket], keys: keysOf(false), prefixes: keysOf(true) };
  return [h('a', { class: 'button primary', href: restoreUrl(request) }, icon('restore'), 'Restore')];
}

/** A key that ends in a slash and has content is a file in the folder of that name, and has no name there. */
function leafOf(item) {
  return item.folder || !item.key.endsWith('/') ? leaf(item.key) : '';
}

function details(item) {
  if (item.folder) return [h('span', { class: 'size' }, ''), h('span', { class: 'when' }, '')];
  const { size, last_modified: at, state } = item.content;
  return [
    STATES[state] ? h('span', { class: 'chip', data: { tone: 'warn' } }, STATES[state]) : null,
    h('span', { class: 'size' }, bytes(size)),
    h('time', { class: 'when', datetime: at, title: exact(instant(at)) }, moment(instant(at), now())),
  ].filter(Boolean);
}

/** Files and comparison share their place. */
export function showFolder(shown) {
  setHidden(box, !shown);
  if (!shown) selection.clear();
}
