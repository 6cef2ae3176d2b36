// All buckets: how each stands, what it holds, and how far a run is with it.

import { byId, h, setAttribute, setHidden, setText, url } from './dom.js';
import { bytes, count, plural } from './format.js';
import { get } from './api.js';
import { beatRuns } from './bucket-beats.js';
import { bucketFacts, chosen, FILTERS, formatPlace, parsePlace, passes, sortedBy, summary } from './bucket-facts.js';
import { bucketHeads, drawTable, fromTheTop } from './bucket-table.js';
import { everyTick } from './clock.js';
import { openAddBucket } from './add-bucket.js';
import { Rates, Watermark } from './progress.js';
import { startShell, store } from './shell.js';

const LABELS = { all: 'All', attention: 'Need attention', running: 'Running', safe: 'Safe', left_out: 'Not backed up' };
/** Fewer than these are seen at a glance. */
const WORTH_FILTERING = 6;
const rates = new Rates();
const marks = new Watermark();
const find = byId('find-bucket');
const buttons = new Map(FILTERS.map((show) => [show, h('button', { type: 'button', onclick: () => go({ ...place, show }) }, LABELS[show], h('span', { class: 'count' }))]));
let place = parsePlace(location.search);
let space = null;
let noted = null;

function render() {
  const { state } = store;
  if (!state.loaded) return;
  const run = state.backup.running ? state.backup.current : null;
  if (run && noted !== run) {
    noted = run;
    marks.enter(run);
    rates.note(run);
  }
  const all = bucketFacts(state, space);
  const entries = chosen(all, place);
  drawBar(all);
  drawSum(all);
  setHidden(byId('bucket-table'), entries.length === 0);
  drawEmpty(all, entries, state);
  drawTable(entries, place, run, beatRuns(state.runs, run), rates, marks);
}

function drawBar(all) {
  setHidden(byId('list-bar'), all.length === 0);
  setHidden(find, all.length < WORTH_FILTERING && place.q === '');
  for (const [show, button] of buttons) {
    const many = all.filter((entry) => passes(entry, show)).length;
    setText(button.lastChild, count(many));
    setHidden(button, many === 0 && show !== 'all' && place.show !== show);
    setAttribute(button, 'aria-pressed', String(place.show === show));
  }
}

function drawSum(all) {
  const { wanted, objects, bytes: whole } = summary(all);
  setText(byId('buckets-sum'), all.length === 0 ? '\u00a0' : `${plural(wanted, 'bucket')} · ${plural(objects, 'object')} · ${bytes(whole)}`);
}

let saidEmpty = null;

function drawEmpty(all, entries, { status }) {
  const empty = byId('bucket-empty');
  setHidden(empty, entries.length > 0);
  const why = entries.length > 0 ? null : all.length > 0 ? 'none' : status ? 'new' : 'unknown';
  if (why === saidEmpty) return;
  saidEmpty = why;
  if (why === 'none') {
    empty.replaceChildren(h('strong', {}, 'No bucket matches'), h('button', { type: 'button', class: 'button small', onclick: () => go({ ...place, q: '', show: 'all' }) }, 'Show all buckets'));
  } else if (why === 'new') {
    empty.replaceChildren(h('strong', {}, 'No bucket yet'), 'Add one here, or let the ', h('a', { href: url('/setup') }, 'set-up'), ' lead you to the first snapshot, step by step.');
  } else if (why === 'unknown') empty.replaceChildren(h('strong', {}, 'Nothing is known of the buckets right now'), 'The backup engine does not answer.');
}

/** Shows what the place asks for, and has the address say so. */
function go(next) {
  place = next;
  if (find.value !== place.q) find.value = place.q;
  history.replaceState(null, '', location.pathname + formatPlace(place) + location.hash);
  fromTheTop();
  render();
}

async function loadSpace() {
  try {
    space = await get('/api/space');
    render();
  } catch {
    // The column stays empty; the page of storage says what is wrong.
  }
}

find.value = place.q;
find.addEventListener('input', () => go({ ...place, q: find.value }));
byId('show').append(...buttons.values());
byId('add-bucket').addEventListener('click', () => openAddBucket());
byId('add-bucket').disabled = false;
bucketHeads((sort) => go(sortedBy(place, sort)));
store.subscribe(render);
everyTick(render);
startShell({
  history: 60,
  failures: false,
  onEvent: (name) => ['state', 'backup.finished', 'retention.finished'].includes(name) && loadSpace(),
});
