// The Files page: the path stays put, and time moves. Every view is an address; links work with the keyboard, in a new tab and when
// sent to somebody.

import { byId, h, icon, setAttribute, setHidden, setText } from './dom.js';
import { crumbs, above, folderOf, format, parse, sortAfter, sorting, step } from './place.js';
import { everyTick, now } from './clock.js';
import { FileGrid, headRow } from './file-grid.js';
import { fileUrl, placeUrl, restorePage, restoreUrl, zipOfUrl, zipUrl } from './snapshot-links.js';
import { fillTime, pointTime, startTime, tell } from './files-time.js';
import { FolderRows } from './folder-rows.js';
import { get, post } from './api.js';
import { nameElement } from './names.js';
import { newPrefix, parse as parseRequest } from './restore-request.js';
import { count, plural, visible } from './format.js';
import { plain, snapshotWords } from './restore-words.js';
import { renderFind, stopFind } from './find.js';
import { Selection } from './selection.js';
import { startShell, store } from './shell.js';

const TYPING_MS = 250;
/** Moves that come so soon after one another are one step back. */
const ONE_MOVE_MS = 800;
/** A question that is so young is let through although another one is wanted by now: so something is seen while one keeps on moving. */
const YOUNG_MS = 150;
const SETTLE_MS = 120;
const BUSY_MS = 250;
/** Folders in snapshots that are remembered as they were. */
const MOST_REMEMBERED = 8;

const findBox = byId('find');
const filterBox = byId('filter');
const selection = new Selection(byId('ticked'), tickedActions, () => grid.paint());
const grid = new FileGrid(byId('rows'), byId('canvas'), byId('note'), selection, {
  open: (row) => go(step(place, row.folder ? { prefix: row.key } : { key: row.key })),
  up: () => place.prefix !== '' && go(step(place, { prefix: above(place.prefix) }), { active: place.prefix }),
  time: (by, repeated) => move(index() + by, repeated),
  restore: (row) => restoreUrl({ snapshot: sinceName(shown.place), buckets: [shown.place.bucket], ...(row.folder ? { prefixes: [row.key] } : { keys: [row.key] }) }),
});

let place = parse(location.search);
/** Of the bucket `bucket`; null while they have not come. */
let time = { bucket: null, snapshots: null };
let buckets = [];
/** What the list shows: `{rows, place, name}`. */
let shown = null;
/** What is asked for: `{rows, name, at}`. */
let asking = null;
let again = false;
let remembered = new Map();
let movedAt = -Infinity;
let panel = null;
let timers = {};

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
  showRows();
  drawPanel();
}

function lost() {
  const near = time.snapshots.findLast(({ name }) => name < place.snapshot) ?? time.snapshots[0];
  nothing(h('span', {}, 'There is no snapshot ', nameElement(place.snapshot), ' of this bucket'),
    'It may have been deleted, or its name was mistyped.', h('a', { class: 'button', href: placeUrl(step(place, { snapshot: near.name })) }, `Go to ${called(near.name)}`));
}

function nothing(title, text, ...actions) {
  asking?.rows.stop();
  asking = null;
  shown = null;
  pointTime(-1, null, place);
  setText(byId('summary'), '\u00a0');
  for (const id of ['zip', 'restore']) setHidden(byId(id), true);
  setAttribute(byId('rows'), 'aria-busy', null);
  grid.say(h('p', { class: 'empty' }, h('strong', {}, title), text), ...actions.map((action) => h('p', { class: 'empty-actions' }, action)));
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

/** What a list is of: the same name is the same list. */
function listName(at) {
  return JSON.stringify([at.bucket, at.snapshot, sinceName(at), at.prefix, at.filter, at.sort, at.view]);
}

/** What of a list stays as it is while time moves. */
function sameList(a, b) {
  return ['bucket', 'prefix', 'filter', 'sort', 'view'].every((part) => a[part] === b[part]);
}

function rowsOf(at) {
  const name = listName(at);
  let rows = remembered.get(name);
  if (!rows) {
    const { column, descending } = sorting(at);
    const sorted = column !== 'name' ? 'offset' : descending ? 'skip' : null;
    const some = at.view === 'changes';
    const params = { bucket: at.bucket, at: at.snapshot, since: sinceName(at) ?? 'none', ...(at.prefix ? { prefix: at.prefix } : {}), ...(at.filter ? { q: at.filter } : {}) };
    const order = { ...(some ? { changes: 'true' } : {}), ...(sorted ? { sort: column, order: descending ? 'desc' : 'asc' } : {}) };
    rows = new FolderRows({ sorted, some }, (what, more, signal) => get(`/api/files/${what}?${new URLSearchParams({ ...params, ...(what === 'folder' ? order : {}), ...more })}`, { signal }));
  }
  remembered.delete(name);
  remembered.set(name, rows);
  for (const oldest of remembered.keys()) if (remembered.size > MOST_REMEMBERED && oldest !== name && oldest !== shown?.name) remembered.delete(oldest);
  return { rows, name };
}

async function showRows() {
  const name = listName(place);
  if (shown?.name === name && asking == null) {
    shown.place = place;
    grid.at(place);
    return;
  }
  if (asking?.name === name) return;
  if (asking && performance.now() - asking.at < YOUNG_MS) {
    again = true;
    return;
  }
  asking?.rows.stop();
  if (shown && shown.name !== name) shown.rows.stop();
  clearTimeout(timers.settle);
  const wanted = { ...rowsOf(place), place, at: performance.now() };
  const moves = shown != null && sameList(shown.place, place);
  const anchor = moves ? grid.anchor : history.state?.anchor ?? null;
  asking = wanted;
  later('busy', () => {
    setAttribute(byId('rows'), 'aria-busy', asking ? 'true' : null);
    if (asking && shown == null) grid.say(h('p', { class: 'empty' }, 'Looking into the snapshot…'));
  }, BUSY_MS);
  try {
    const there = anchor ? wanted.rows.indexOf(anchor.key) != null : wanted.rows.row(0) !== undefined || wanted.rows.counted;
    if (!there) await wanted.rows.open({ around: anchor?.key, guess: anchor?.index, total: moves ? shown.rows.total : 0 });
    if (asking !== wanted) return;
    paint(wanted, anchor, moves);
  } catch (error) {
    if (asking !== wanted || error.name === 'AbortError') return;
    failed(wanted, error);
  } finally {
    if (asking === wanted) {
      asking = null;
      setAttribute(byId('rows'), 'aria-busy', null);
      if (again) {
        again = false;
        showRows();
      }
    }
  }
}

function paint(wanted, anchor, moves) {
  performance.mark('files-step-begin');
  shown = wanted;
  const { rows } = wanted;
  rows.tell(({ moved, error = null }) => shown === wanted && came(moved, error));
  if (moves && rows.sorted) grid.exchange(rows, wanted.place);
  else grid.show(rows, wanted.place, anchor);
  empty(rows);
  drawSummary();
  requestAnimationFrame(() => {
    // Behind what this frame paints.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      performance.measure('files-step', 'files-step-begin');
      channel.port1.close();
    };
    channel.port2.postMessage(null);
  });
  later('settle', () => settled(wanted), moves ? SETTLE_MS : 0);
}

// One stays here for a moment: there is time for what is not seen yet.
async function settled(wanted) {
  if (shown !== wanted) return;
  wanted.rows.count();
  const at = index();
  const anchor = grid.anchor;
  for (const to of [at - 1, at + 1]) {
    const snapshot = time.snapshots[to];
    if (!snapshot || shown !== wanted || asking) continue;
    const { rows } = rowsOf({ ...place, snapshot: snapshot.name });
    try {
      if (anchor ? rows.indexOf(anchor.key) == null : rows.row(0) === undefined) await rows.open({ around: anchor?.key, guess: anchor?.index, total: wanted.rows.total });
    } catch {
      // Whoever goes there is told.
    }
  }
}

function came(moved, error) {
  grid.moved(moved);
  empty(shown.rows);
  drawSummary();
  if (error) trouble(error, () => shown && grid.paint());
}

function empty(rows) {
  if (rows.total > 0 || !rows.counted) return grid.cover(null);
  const [title, text] = shown.place.filter ? ['Nothing here is called that', 'A part of the name is enough; *.pdf finds every PDF. The search above looks in all folders and snapshots.']
    : shown.place.view === 'changes' ? ['Nothing changed here', 'Both snapshots hold the same in this folder.']
      : ['Nothing here', 'This snapshot holds no file in this folder.'];
  grid.cover([h('p', { class: 'empty' }, h('strong', {}, title), text)]);
}

function failed({ name }, error) {
  remembered.delete(name);
  shown = null;
  setText(byId('summary'), '\u00a0');
  const again = () => {
    loadTime();
  };
  const advice = error.status === 404 ? 'The snapshot may have been deleted meanwhile.' : '';
  grid.say(h('p', { class: 'empty failed' }, h('strong', {}, error.title ?? 'Something went wrong'), `${error.message} ${advice}`),
    h('p', { class: 'empty-actions' }, h('button', { type: 'button', class: 'button', onclick: again }, 'Try again')));
}

function drawSummary() {
  const { summary, limited } = shown.rows;
  const line = byId('summary');
  if (summary == null) {
    line.dataset.waiting = '';
    if (line.children.length === 0) line.replaceChildren(h('span', { class: 'muted' }, 'Comparing…'));
    return;
  }
  delete line.dataset.waiting;
  const counts = [['added', 'good', summary.added.objects, 'added'], ['changed', 'info', summary.changed.objects, 'changed'], ['removed', 'bad', summary.removed.objects, 'removed']];
  const any = counts.some(([, , many]) => many > 0);
  line.replaceChildren(
    ...(sinceName(shown.place) == null ? [h('span', { class: 'muted' }, plural(summary.objects, 'file'))]
      : any ? counts.flatMap(([kind, tone, many, word]) => [h('span', { class: many > 0 ? 'tone-text' : 'muted', data: { tone, kind } }, `${count(many)} ${word}`), ' '])
        : [h('span', { class: 'muted' }, 'No changes')]),
    bringBack(summary.removed.objects),
    summary.unreadable ? h('span', { class: 'tone-text', data: { tone: 'warn' } }, `Not compared: ${called(summary.unreadable)} cannot be read`) : '',
    limited ? h('span', { class: 'muted' }, `first ${count(10_000)} of ${count(summary.total)} shown`) : '');
}

/** Leads to where all that was removed here is brought back. */
function bringBack(many) {
  const from = sinceName(shown.place);
  if (many === 0 || from == null || shown.place.filter !== '') return '';
  const { bucket, prefix, snapshot } = shown.place;
  return h('a', { class: 'bring-back', 'aria-label': `Restore the ${count(many)} removed`,
    href: restoreUrl({ snapshot: from, absent_in: snapshot, buckets: [bucket], prefixes: prefix ? [prefix] : [] }) }, 'Restore them');
}

function drawPanel() {
  if (place.key === '') return closePanel();
  const from = sinceName(place);
  const wanted = JSON.stringify([place.bucket, place.key, place.snapshot, from, place.diff]);
  if (panel === wanted) return;
  panel = wanted;
  byId('panes').dataset.open = 'true';
  const at = shown?.name === listName(place) ? shown.rows.indexOf(place.key) : null;
  const row = at == null ? null : shown.rows.row(at);
  const gone = row?.key === place.key && row.state === 'removed';
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
    if (changed && shown != null && place.snapshot !== '' && index() < 0 && time.snapshots.length > 0) {
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
