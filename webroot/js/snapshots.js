// The snapshots page: which there are, what each proves and holds. Every view is an address; links work with the keyboard,
// in a new tab and when sent to somebody.

import { byId, h, setAttribute, setHidden, setText } from './dom.js';
import { closePreview, openPreview } from './file-preview.js';
import { countWords, dayOf, renderTimeline, timeOf } from './timeline.js';
import { format, holder, parse, step } from './place.js';
import { get } from './api.js';
import { inSentence } from './format.js';
import { markOpen, renderFolder, renderPath, showFolder } from './folder.js';
import { placeUrl } from './snapshot-links.js';
import { renderCertificate } from './certificate.js';
import { markOpenChange, renderChanges, renderChoices, showChanges } from './compare.js';
import { renderFind, stopFind } from './find.js';
import { startShell, store } from './shell.js';

const FIRST = 60;
const MORE = 200;
const TYPING_MS = 300;
const RUNS = 200;

const findBox = byId('find');
let snapshots = null;
let total = 0;
let more = false;
// One that a link leads to and that is older than those of the timeline; null while nobody knows whether it is there.
let elsewhere = { name: '', snapshot: null };
let place = parse(location.search);
let drawn = {};
let typing = null;

function go(next, { replace = false } = {}) {
  if (format(next) !== location.search) history[replace ? 'replaceState' : 'pushState'](null, '', placeUrl(next));
  place = next;
  draw();
}

function draw() {
  if (snapshots == null) return;
  if (findBox !== document.activeElement) findBox.value = place.q;
  const finding = place.q !== '';
  setHidden(byId('found'), !finding);
  setHidden(byId('shelf'), finding || snapshots.length === 0);
  setHidden(byId('none'), finding || snapshots.length > 0);
  renderTimeline(byId('timeline'), snapshots, place, more ? older : null);
  countWords(byId('timeline-count'), snapshots.length, total);
  if (finding) {
    if (drawn.q !== place.q) renderFind(place.q, called);
    drawn = { q: place.q };
    return;
  }
  stopFind();
  if (snapshots.length > 0) drawSnapshot();
}

function drawSnapshot() {
  const snapshot = snapshots.find((each) => each.name === place.snapshot)
    ?? (elsewhere.name === place.snapshot ? elsewhere.snapshot : null);
  if (!snapshot) return place.snapshot ? (more ? seek() : lost()) : go({ ...place, snapshot: snapshots[0].name }, { replace: true });
  setHidden(byId('lost'), true);
  setHidden(byId('browser'), snapshot.buckets.length === 0);
  const certificateOf = `${snapshot.name} ${snapshot.pinned} ${store.state.runs?.length}`;
  if (drawn.certificate !== certificateOf) renderCertificate(snapshot, store.state.runs, changed);
  const buckets = snapshot.buckets.map((bucket) => bucket.bucket);
  if (buckets.length > 0 && place.bucket === '') return go({ ...place, bucket: buckets[0] }, { replace: true });
  // Another snapshot may not hold the bucket; then it says so, instead of showing another one unasked.
  renderPath(place, buckets.includes(place.bucket) ? buckets : [...buckets, place.bucket]);
  renderChoices(place, snapshots);
  drawContent();
  drawn = { ...drawn, certificate: certificateOf };
  byId('timeline').querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
}

function drawContent() {
  const folder = [place.snapshot, place.bucket, place.prefix].join('\0');
  const changes = [place.snapshot, place.bucket, place.with].join('\0');
  showFolder(!place.with);
  showChanges(Boolean(place.with));
  setHidden(byId('crumbs').parentElement, false);
  if (place.with && drawn.changes !== changes) renderChanges(place);
  if (!place.with && drawn.folder !== folder) renderFolder(place);
  const file = place.key ? [holder(place), place.bucket, place.key].join('\0') : null;
  if (file == null) closePreview();
  else if (drawn.file !== file) openPreview(place);
  markOpen(place.with ? '' : place.key);
  markOpenChange(place);
  drawn = { folder: place.with ? null : folder, changes: place.with ? changes : null, file };
}

/** Looks for a snapshot that is older than those of the timeline. */
async function seek() {
  const name = place.snapshot;
  if (elsewhere.name === name) return;
  elsewhere = { name, snapshot: null };
  try {
    elsewhere = { name, snapshot: await get(`/api/snapshots/${encodeURIComponent(name)}`) };
    if (place.snapshot === name) draw();
  } catch (error) {
    elsewhere = { name: '', snapshot: null };
    if (place.snapshot !== name) return;
    if (error.status === 404) lost();
    else trouble(error);
  }
}

function lost() {
  for (const id of ['certificate', 'browser']) setHidden(byId(id), true);
  setHidden(byId('lost'), false);
  setText(byId('lost-name'), place.snapshot);
  drawn = {};
}

/** A snapshot that was pinned or let go. */
function changed(snapshot) {
  snapshots = snapshots.map((each) => (each.name === snapshot.name ? snapshot : each));
  if (elsewhere.name === snapshot.name) elsewhere = { name: snapshot.name, snapshot };
  draw();
}

/** What a snapshot is called in a sentence. */
function called(name) {
  const snapshot = snapshots.find((each) => each.name === name);
  return snapshot?.started_at ? `${inSentence(dayOf(snapshot))} ${timeOf(snapshot)}` : name;
}

async function load() {
  try {
    const answer = await get(`/api/snapshots?limit=${FIRST}`);
    snapshots = answer.snapshots;
    total = answer.total;
    more = answer.snapshots.length === FIRST;
    setHidden(byId('trouble'), true);
    draw();
  } catch (error) {
    trouble(error);
  }
}

/** The next page of the timeline. */
async function older() {
  try {
    const params = new URLSearchParams({ limit: MORE, before: snapshots[snapshots.length - 1].name });
    const answer = await get(`/api/snapshots?${params}`);
    snapshots = [...snapshots, ...answer.snapshots];
    total = answer.total;
    more = answer.snapshots.length === MORE;
    draw();
  } catch (error) {
    trouble(error);
  }
}

function trouble(error) {
  byId('trouble').replaceChildren(h('p', {}, h('strong', {}, error.title ?? 'The snapshots cannot be listed'), ` ${error.message}`),
    h('button', { type: 'button', class: 'button small', onclick: load }, 'Try again'));
  setHidden(byId('trouble'), false);
}

function find() {
  clearTimeout(typing);
  const q = findBox.value.trim();
  // Words that are still being typed are one search, so going back leads out of it.
  go({ ...place, q }, { replace: place.q !== '' && q !== '' });
}

// Links within the page change what it shows; with a modifier they are the browser's.
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href]');
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.hasAttribute('download') || link.pathname !== location.pathname || !link.closest('#archive')) return;
  event.preventDefault();
  go(parse(link.search));
});
addEventListener('popstate', () => {
  place = parse(location.search);
  draw();
});
byId('archive').addEventListener('change', (event) => {
  if (event.target.id === 'bucket') go(step(place, { bucket: event.target.value }));
  if (event.target.id === 'with') go(step(place, { with: event.target.value, key: '' }));
});
byId('find-form').addEventListener('submit', (event) => {
  event.preventDefault();
  find();
});
findBox.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(find, TYPING_MS);
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && place.key && event.target.closest('#browser')) go({ ...place, key: '' });
});

startShell({
  history: RUNS,
  // A new snapshot, a restart or a gap: what is on the disk is asked for again.
  onEvent: (name) => (name === 'state' || name === 'backup.finished') && load(),
});
let runs = null;
store.subscribe((state) => {
  if (state.runs === runs) return;
  runs = state.runs;
  draw();
});
setAttribute(byId('archive'), 'data-ready', 'true');
