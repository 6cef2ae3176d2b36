// A search over all snapshots. The answer comes line by line; each key is shown as soon as it is found.

import { byId, h, icon, setHidden, setText, url } from './dom.js';
import { ApiError, problemOf } from './api.js';
import { bytes, count, exact, instant, moment, plural, visible } from './format.js';
import { fileUrl, placeUrl, restoreUrl } from './snapshot-links.js';
import { folderOf } from './place.js';
import { nameElement } from './names.js';
import { now } from './clock.js';
import { walkWithArrows } from './paged-list.js';
import { Selection } from './selection.js';
import { snapshotFor } from './restore-request.js';

const PAGE = 100;
const list = byId('found-list');
const selection = new Selection(byId('found-ticked'), restoreTicked, ticked);
let asked = null;
let found = [];
/** Where Shift began. */
let fixed = 0;
let names = (snapshot) => snapshot;

/** Shows the results for a text in place of everything else; `name(snapshot)` says what a snapshot is called. */
export function renderFind(q, name) {
  names = name;
  found = [];
  fixed = 0;
  selection.clear();
  list.replaceChildren();
  setHidden(byId('found-all'), true);
  setText(byId('found-title'), `Files with “${visible(q)}”`);
  search(q, null);
}

byId('found-all').addEventListener('click', () => selection.set(found, selection.size < found.length));

list.addEventListener('click', (event) => {
  if (!event.target.matches('.tick')) return;
  const at = [...list.children].indexOf(event.target.closest('li'));
  const from = event.shiftKey ? fixed : at;
  selection.set(found.slice(Math.min(from, at), Math.max(from, at) + 1), event.target.checked);
  fixed = at;
});

// On a row, the key that ticks a checkbox does it too.
list.addEventListener('keydown', (event) => {
  if (event.key !== ' ' || !event.target.matches('a.entry')) return;
  event.preventDefault();
  event.target.closest('li').querySelector('.tick').click();
});

walkWithArrows(list, 'a.entry');

function ticked() {
  [...list.querySelectorAll(':scope > li > .tick')].forEach((tick, i) => {
    tick.checked = selection.has(found[i]);
  });
}

export function stopFind() {
  asked?.abort();
  asked = null;
}

async function search(q, from) {
  stopFind();
  const asking = new AbortController();
  asked = asking;
  setHidden(byId('found-more'), true);
  say('Searching…', true);
  try {
    const params = new URLSearchParams({ q, limit: PAGE, ...(from ? { from } : {}) });
    const response = await fetch(url(`/api/find?${params}`), { signal: asking.signal, cache: 'no-store' });
    if (!response.ok) throw await problemOf(response);
    let end = null;
    for await (const line of lines(response.body)) {
      if (asked !== asking) return;
      if (line.found) add(line.found);
      end = line.end ?? end;
    }
    if (end == null) throw new ApiError(0, 'The search broke off', 'The server went away before it was finished.');
    finish(q, end);
  } catch (error) {
    if (error.name !== 'AbortError' && asked === asking) say(`${error.title ?? 'The search did not work'}. ${error.message}`, false, 'bad');
  }
}

/** The objects in a stream of JSON lines. */
async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n');
    rest = parts.pop();
    for (const part of parts) if (part) yield JSON.parse(part);
  }
}

function finish(q, { from, unreadable, left_out: leftOut }) {
  let blind = unreadable.length > 0 ? ` ${plural(unreadable.length, 'snapshot')} could not be read.` : '';
  if (leftOut) blind += ` ${names(leftOut)} and older snapshots were not searched for lack of time: a longer text is found sooner.`;
  if (from) {
    say(`${plural(found.length, 'file')} so far, and maybe more.${blind}`, false);
    const more = byId('found-more');
    more.firstElementChild.onclick = () => search(q, from);
    setHidden(more, false);
  } else if (found.length === 0) {
    say(leftOut ? `No such file so far.${blind}` : `No snapshot holds such a file.${blind}`, false);
    list.replaceChildren(h('li', { class: 'note' }, h('p', { class: 'empty' }, h('strong', {}, 'Nothing found'),
      'A part of the name is enough. With * or ? the whole key must match: *.pdf finds every PDF.')));
  } else {
    say(`${plural(found.length, 'file')}${leftOut ? '' : ' in all snapshots'}.${blind}`, false);
  }
}

function say(text, busy, tone = null) {
  const status = byId('found-status');
  setText(status, text);
  status.dataset.tone = tone ?? 'idle';
  list.setAttribute('aria-busy', String(busy));
}

function add({ bucket, key, versions, more_versions: more }) {
  const newest = versions[0];
  found.push({ bucket, key, versions });
  setHidden(byId('found-all'), found.length < 2);
  list.append(h('li', { class: 'hit tickable', data: { bucket, key } },
    h('input', { type: 'checkbox', class: 'tick', 'aria-label': `Select ${visible(key)}` }),
    h('a', { class: 'entry', href: show(newest, bucket, key) }, icon('file'),
      h('span', { class: 'where' }, nameElement(bucket), h('span', { class: 'slash' }, '/')), nameElement(key),
      h('span', { class: 'size' }, versions.length > 1 ? `${more ? 'more than ' : ''}${count(versions.length)} versions` : '1 version')),
    h('ul', { class: 'versions' }, versions.map((version) => versionRow(version, bucket, key)))));
  if (found.length % 10 === 0) say(`Searching… ${plural(found.length, 'file')} so far`, true);
}

function versionRow(version, bucket, key) {
  const { content, first, last, snapshots } = version;
  const span = first === last ? `in ${names(first)}` : `in ${plural(snapshots, 'snapshot')}, ${names(first)} to ${names(last)}`;
  return h('li', {},
    h('a', { href: show(version, bucket, key), title: exact(instant(content.last_modified)) }, moment(instant(content.last_modified), now())),
    h('span', { class: 'size' }, bytes(content.size)), h('span', { class: 'muted span' }, span),
    h('a', { class: 'button quiet small', href: fileUrl(last, bucket, key), download: '', 'aria-label': 'Download this version', title: 'Download this version' }, icon('download')),
    h('a', { class: 'button quiet small', href: restoreUrl({ snapshot: last, buckets: [bucket], keys: [key] }), 'aria-label': 'Restore this version', title: 'Restore this version' }, icon('restore')));
}

/** A restore is of one snapshot, and names keys: of several buckets, each has its own. */
function restoreTicked(items) {
  const buckets = new Map();
  for (const item of items) buckets.set(item.bucket, [...buckets.get(item.bucket) ?? [], item]);
  return [...buckets].map(([bucket, own]) => h('a', { class: 'button primary',
    href: restoreUrl({ snapshot: snapshotFor(own), buckets: [bucket], keys: own.map((item) => item.key) }) }, icon('restore'),
  buckets.size === 1 ? 'Restore' : `Restore ${count(own.length)} from ${visible(bucket)}`));
}

function show(version, bucket, key) {
  return placeUrl({ snapshot: version.last, bucket, prefix: folderOf(key), key });
}
