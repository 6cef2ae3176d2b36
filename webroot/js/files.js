// The Files page: the path stays put, and time moves. Every view is an address; links work with the keyboard, in a new tab and when
// sent to somebody.

import { byId, h, icon, setAttribute, setHidden } from './dom.js';
import { above, crumbs, format, parse, sortAfter, sorting, step } from './place.js';
import { everyTick, now } from './clock.js';
import { FileGrid, headRow } from './file-grid.js';
import { FileList } from './file-list.js';
import { fileUrl, placeUrl, restorePage, restoreUrl, zipOfUrl, zipUrl } from './snapshot-links.js';
import { fillTime, pointTime, startTime, tell } from './files-time.js';
import { get, post } from './api.js';
import { nameElement } from './names.js';
import { newPrefix, parse as parseRequest } from './restore-request.js';
import { count, visible } from './format.js';
import { plain, snapshotWords } from './restore-words.js';
import { renderFind, stopFind } from './find.js';
import { Selection } from './selection.js';
import { startShell, store } from './shell.js';

const TYPING_MS = 250;
/** Moves that come so soon after one another are one step back. */
const ONE_MOVE_MS = 800;

const findBox = byId('find');
const filterBox = byId('filter');
const selection = new Selection(byId('ticked'), tickedActions, () => grid.paint());
const grid = new FileGrid(byId('rows'), byId('canvas'), byId('note'), selection, {
  open: (row) => go(step(place, row.folder ? { prefix: row.key } : { key: row.key })),
  up: () => place.prefix !== '' && go(step(place, { prefix: above(place.prefix) }), { active: place.prefix }),
  time: (by, repeated) => move(index() + by, repeated),
  restore: (row, at) => restoreUrl({ snapshot: sinceName(at), buckets: [at.bucket], ...(row.folder ? { prefixes: [row.key] } : { keys: [row.key] }) }),
});
const list = new FileList(grid, { since: sinceName, around, called }, { retry: loadTime, trouble });

let place = parse(location.search);
/** Of the bucket `bucket`; null while they have not come. */
let time = { bucket: null, snapshots: null };
let buckets = [];
let movedAt = -Infinity;
let panel = null;
const timers = {};

function later(name, action, wait) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(action, wait);
}

function go(next, { replace = false, active = null } = {}) {
  const moved = next.bucket !== place.bucket || next.prefix !== place.prefix || next.q !== place.q;
  if (moved) remember();
  if (format(next) !== location.search) history[replace ? 'replaceState' : 'pushState'](null, '', placeUrl(next));
  if (next.bucket !== place.bucket || next.prefix !== place.prefix) {
    selection.clear();
    grid.activate(active ?? '');
  }
  place = next;
  draw();
}

// How far down the list was, for whoever comes back.
function remember() {
  history.replaceState({ anchor: grid.anchor, active: grid.active.key }, '');
}

function index() {
  return time.snapshots?.findIndex(({ name }) => name === place.snapshot) ?? -1;
}

/** Shows another snapshot; several moves within a moment are one in the history. */
function move(to, repeated) {
  const snapshot = time.snapshots?.[Math.min(time.snapshots.length - 1, Math.max(0, to))];
  if (!snapshot || snapshot.name === place.snapshot) return;
  const soon = performance.now() - movedAt < ONE_MOVE_MS;
  movedAt = performance.now();
  go(step(place, { snapshot: snapshot.name }), { replace: repeated || soon });
}

/** What marks are made against: a snapshot, or null. */
function sinceName({ with: chosen, snapshot }) {
  if (chosen === 'none' || chosen === snapshot) return null;
  if (chosen !== '') return chosen;
  const at = time.snapshots.findIndex(({ name }) => name === snapshot);
  return at > 0 ? time.snapshots[at - 1].name : null;
}

/** The snapshots before and behind, by their names. */
function around({ snapshot }) {
  const at = time.snapshots.findIndex(({ name }) => name === snapshot);
  return [time.snapshots[at - 1], time.snapshots[at + 1]].filter(Boolean).map(({ name }) => name);
}

function draw() {
  if (findBox !== document.activeElement) findBox.value = place.q;
  const finding = place.q !== '';
  setHidden(byId('found'), !finding);
  setHidden(byId('browser'), finding || buckets === null);
  setHidden(byId('none'), finding || buckets !== null);
  if (finding) {
    if (byId('found').dataset.q !== place.q) renderFind(place.q, called);
    byId('found').dataset.q = place.q;
    return;
  }
  delete byId('found').dataset.q;
  stopFind();
  if (buckets === null || place.bucket === '') return;
  drawPath();
  if (time.bucket !== place.bucket) loadTime();
  else if (time.snapshots != null) drawTime();
}

function drawTime() {
  const { snapshots } = time;
  if (snapshots.length === 0) return nothing('No snapshot holds this bucket', 'Its files can be looked at after the first backup of it.');
  if (place.snapshot === '') return go(step(place, { snapshot: snapshots[snapshots.length - 1].name }), { replace: true });
  const at = index();
  if (at < 0) return lost();
  const since = sinceName(place);
  const base = snapshots.findIndex(({ name }) => name === since);
  pointTime(at, base < 0 ? null : base, place);
  drawTools();
  list.show(place, history.state?.anchor ?? null);
  drawPanel();
}

function lost() {
  const near = time.snapshots.findLast(({ name }) => name < place.snapshot) ?? time.snapshots[0];
  nothing(h('span', {}, 'There is no snapshot ', nameElement(place.snapshot), ' of this bucket'),
    'It may have been deleted, or its name was mistyped.', h('a', { class: 'button', href: placeUrl(step(place, { snapshot: near.name })) }, `Go to ${called(near.name)}`));
}

function nothing(title, text, ...actions) {
  pointTime(-1, null, place);
  for (const id of ['zip', 'restore']) setHidden(byId(id), true);
  list.say(h('p', { class: 'empty' }, h('strong', {}, title), text), ...actions.map((action) => h('p', { class: 'empty-actions' }, action)));
  closePanel();
}

/** Where one is: the bucket, then each folder. The last one is where one is. */
function drawPath() {
  const names = buckets.includes(place.bucket) || place.bucket === '' ? buckets : [...buckets, place.bucket];
  const picker = byId('bucket');
  if (names.join('\0') !== [...picker.options].map((option) => option.value).join('\0')) {
    picker.replaceChildren(...names.map((name) => h('option', { value: name }, visible(name))));
  }
  picker.value = place.bucket;
  const list = byId('crumbs');
  const path = crumbs(place.prefix);
  while (list.children.length > 1) list.lastElementChild.remove();
  if (path.length > 0) list.append(h('li', {}, h('a', { href: placeUrl(step(place, { prefix: '' })), 'aria-label': 'Top of the bucket' }, 'Top')));
  list.append(...path.map(({ name, prefix }, i) => h('li', {}, i === path.length - 1 ? h('span', { 'aria-current': 'page' }, nameElement(name))
    : h('a', { href: placeUrl(step(place, { prefix })) }, nameElement(name)))));
  document.title = `${visible(path.at(-1)?.name ?? place.bucket)} · Files · HubStorage`;
}

function drawTools() {
  for (const id of ['zip', 'restore']) setHidden(byId(id), false);
  byId('zip').href = zipUrl(place.snapshot, place.bucket, place.prefix);
  byId('restore').href = restoreUrl({ snapshot: place.snapshot, buckets: [place.bucket], prefixes: place.prefix ? [place.prefix] : [] });
  if (filterBox !== document.activeElement) filterBox.value = place.filter;
  byId('only-changes').checked = place.view === 'changes';
  drawHead();
}

function drawHead() {
  if (byId('head').dataset.sort === place.sort) return;
  byId('head').dataset.sort = place.sort;
  const focused = document.activeElement?.dataset.column;
  byId('head').replaceChildren(...headRow(sorting(place), (column) => go({ ...place, sort: sortAfter(place, column) }, { replace: true })));
  if (focused) byId('head').querySelector(`[data-column=${focused}]`)?.focus();
}

function drawPanel() {
  if (place.key === '') return closePanel();
  const from = sinceName(place);
  const wanted = JSON.stringify([place.bucket, place.key, place.snapshot, from, place.diff]);
  if (panel === wanted) return;
  panel = wanted;
  byId('panes').dataset.open = 'true';
  const gone = list.row(place, place.key)?.state === 'removed';
  const asked = place;
  // Loaded when the first file is opened.
  import('./file-panel.js').then(({ openPanel }) => {
    if (place !== asked && panel !== wanted) return;
    openPanel(asked, { from, gone, name: called });
  });
}

function closePanel() {
  if (panel == null) return;
  panel = null;
  const inside = byId('panel').contains(document.activeElement);
  byId('panes').dataset.open = 'false';
  import('./file-panel.js').then((module) => panel == null && module.closePanel());
  // Whoever closes it with the keyboard goes on where it was opened.
  if (inside) byId('rows').focus({ preventScroll: true });
}

/** What a snapshot is called in a sentence. */
function called(name) {
  return plain(snapshotWords(name, now()));
}

function tickedActions(items) {
  const { snapshot, bucket } = place;
  const gone = items.filter((item) => item.state === 'removed');
  const there = items.filter((item) => item.state !== 'removed');
  const keysOf = (those) => ({ keys: those.filter((item) => !item.folder).map((item) => item.key), prefixes: those.filter((item) => item.folder).map((item) => item.key) });
  const restore = (those, from, words) => h('a', { class: 'button primary', href: restoreUrl({ snapshot: from, buckets: [bucket], ...keysOf(those) }) }, icon('restore'), words);
  const file = there.length === 1 && !there[0].folder;
  const saved = there.length === 0 ? null : file ? fileUrl(snapshot, bucket, there[0].key) : zipOfUrl(snapshot, bucket, keysOf(there));
  return [
    saved ? h('a', { class: 'button', download: '', href: saved }, icon('download'), file ? 'Download' : 'Zip') : '',
    there.length > 0 ? restore(there, snapshot, gone.length > 0 ? `Restore ${count(there.length)}` : 'Restore') : '',
    gone.length > 0 ? restore(gone, sinceName(place), there.length > 0 ? `Restore ${count(gone.length)} removed` : 'Restore') : '',
  ].filter(Boolean);
}

async function loadBuckets() {
  const { snapshots } = await get('/api/snapshots?limit=1');
  const held = snapshots[0]?.buckets.map(({ bucket }) => bucket) ?? [];
  const told = (store.state.status?.buckets ?? []).map(({ bucket }) => bucket);
  buckets = snapshots.length === 0 ? null : [...new Set([...held, ...told])].sort();
  setHidden(byId('trouble'), true);
  if (buckets !== null && place.bucket === '' && place.q === '') place = { ...place, bucket: held[0] ?? buckets[0] ?? '' };
  draw();
}

async function loadTime() {
  const { bucket } = place;
  const changed = time.bucket !== bucket;
  const before = changed ? null : time.snapshots;
  time = { bucket, snapshots: before };
  try {
    const answer = await get(`/api/files/timeline?${new URLSearchParams({ bucket })}`);
    if (time.bucket !== bucket) return;
    time.snapshots = answer.snapshots.map((snapshot) => ({ ...snapshot, started_at: snapshot.at }));
    fillTime(time.snapshots);
    setHidden(byId('trouble'), true);
    // Another bucket may not be in the snapshot that was looked at: then it is the one before.
    if (changed && list.place != null && place.snapshot !== '' && index() < 0 && time.snapshots.length > 0) {
      const near = time.snapshots.findLast(({ name }) => name < place.snapshot) ?? time.snapshots[0];
      return go(step(place, { snapshot: near.name }), { replace: true });
    }
    if (place.q === '') drawTime();
  } catch (error) {
    if (time.bucket === bucket) time = before ? { bucket, snapshots: before } : { bucket: null, snapshots: null };
    trouble(error, load);
  }
}

async function load() {
  try {
    await loadBuckets();
  } catch (error) {
    trouble(error, load);
  }
}

function trouble(error, retry) {
  byId('trouble').replaceChildren(icon('alert'), h('p', {}, h('strong', {}, error.title ?? 'The files cannot be listed'), ` ${error.message}`),
    h('button', { type: 'button', class: 'button small', onclick: () => { setHidden(byId('trouble'), true); retry(); } }, 'Try again'));
  setHidden(byId('trouble'), false);
}

function find() {
  clearTimeout(timers.find);
  const q = findBox.value.trim();
  // Words that are still being typed are one search, so going back leads out of it.
  go({ ...place, q }, { replace: place.q !== '' && q !== '' });
}

function filter() {
  clearTimeout(timers.filter);
  go({ ...place, filter: filterBox.value.trim() }, { replace: true });
}

/** Makes the plan of a restore at once: nothing is written by that, and the plan leads to every choice. */
async function restoreNow(link) {
  const { request } = parseRequest(new URL(link.href).search, new URL(link.href).hash);
  const [bucket] = request.buckets;
  const gone = link.closest('[data-state="removed"], [data-gone]') != null;
  link.setAttribute('aria-busy', 'true');
  try {
    // What is deleted is in nobody's way where it was, if it may go back there.
    const inPlace = gone && (await get('/api/config')).config?.restore?.in_place === true;
    const where = inPlace ? { in_place: bucket } : { to: `s3://${bucket}/${newPrefix(request.snapshot)}` };
    const { id } = await post('/api/restores', { ...request, ...where, overwrite: 'never' });
    location.assign(restorePage(id));
  } catch {
    // The form says what is wrong, and has every other way.
    location.assign(link.href);
  }
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href]');
  const plainClick = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plainClick || event.defaultPrevented || link.hasAttribute('download') || !link.closest('#files')) return;
  if (link.classList.contains('restore-now')) {
    event.preventDefault();
    restoreNow(link);
  } else if (link.pathname === location.pathname) {
    // Links within the page change what it shows; with a modifier they are the browser's.
    event.preventDefault();
    go(parse(link.search));
    if (link.closest('.crumbs')) byId('rows').focus({ preventScroll: true });
  }
});
document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || document.querySelector('dialog:modal')) return;
  if (event.key === 'Escape' && place.key) go({ ...place, key: '', diff: '' });
  else if (event.key === 'Escape' && selection.size > 0) selection.clear();
  else if (event.key === '/' && !event.target.matches('input, select, textarea')) {
    event.preventDefault();
    filterBox.focus();
  }
});
addEventListener('popstate', () => {
  const before = place;
  place = parse(location.search);
  if (before.bucket !== place.bucket || before.prefix !== place.prefix) {
    selection.clear();
    grid.activate(history.state?.active ?? '');
  }
  draw();
});
addEventListener('pagehide', () => place.q === '' && remember());
byId('bucket').addEventListener('change', ({ target }) => go(step(place, { bucket: target.value })));
byId('only-changes').addEventListener('change', ({ target }) => go({ ...place, view: target.checked ? 'changes' : '' }, { replace: true }));
byId('head').addEventListener('click', (event) => {
  if (!event.target.closest('.tick-cell')) return;
  event.preventDefault();
  grid.tickAll();
});
filterBox.addEventListener('input', () => later('filter', filter, TYPING_MS));
filterBox.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' || event.key === 'ArrowDown') byId('rows').focus();
  else if (event.key === 'Escape' && filterBox.value !== '') {
    event.stopPropagation();
    filterBox.value = '';
    filter();
  }
});
byId('find-form').addEventListener('submit', (event) => {
  event.preventDefault();
  find();
});
findBox.addEventListener('input', () => later('find', find, TYPING_MS));
startTime(move, (chosen) => go({ ...place, with: chosen }));
everyTick(tell);

drawHead();
draw();
load();
let events = 0;
startShell({
  // A new snapshot, a restart or a gap: which there are is asked for again. The first state is the one that the page came with.
  onEvent: (name) => {
    if (name === 'backup.finished' || (name === 'state' && ++events > 1)) load().then(() => time.snapshots != null && loadTime());
  },
});
setAttribute(byId('files'), 'data-ready', 'true');
