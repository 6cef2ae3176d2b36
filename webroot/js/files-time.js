// The time of the Files page: which snapshot is shown, how to go to another one, and which one it is compared with.

import { byId, h, setAttribute, setHidden, setText } from './dom.js';
import { bytes, count, exact, inSentence, instant, moment, plural, relative } from './format.js';
import { get, post } from './api.js';
import { indexOfDay } from './scrubber-scale.js';
import { now } from './clock.js';
import { resultOf } from './timeline.js';
import { runAddress } from './results.js';
import { Scrubber } from './scrubber.js';
import { toastError } from './toast.js';

const DAY = 86_400_000;
const BEFORE = [['a day before', DAY], ['a week before', 7 * DAY], ['a month before', 30 * DAY], ['a year before', 365 * DAY]];
/** While one goes from one to the next nothing is asked about each. */
const SETTLE_MS = 200;

let snapshots = [];
let times = [];
let index = -1;
let settle = null;
let move = () => {};
let compare = () => {};
const known = new Map();

const scrubber = new Scrubber(byId('scrubber'), (snapshot) => [nameOf(snapshot), resultOf(snapshot)[1], changeWords(snapshot), snapshot.pinned ? 'Pinned' : ''].filter(Boolean),
  (to, repeated) => move(to, repeated), (to) => compare(snapshots[to].name));

/**
 * @param onMove is told which snapshot is to be shown, and whether it is one of a row of moves
 * @param onCompare is told the name of the one to compare with; `none` for none, empty for the one before
 */
export function startTime(onMove, onCompare) {
  move = onMove;
  compare = onCompare;
  byId('older').addEventListener('click', () => move(index - 1, false));
  byId('newer').addEventListener('click', () => move(index + 1, false));
  byId('newest').addEventListener('click', () => move(snapshots.length - 1, false));
  byId('day').addEventListener('change', ({ target }) => {
    if (target.value !== '') move(indexOfDay(times, dayBegin(target.value)), false);
  });
  byId('with').addEventListener('change', ({ target }) => {
    setHidden(byId('with-day'), target.value !== 'day');
    if (target.value !== 'day') onCompare(target.value);
    else byId('with-day').focus();
  });
  byId('with-day').addEventListener('change', ({ target }) => {
    if (target.value !== '') onCompare(snapshots[indexOfDay(times, dayBegin(target.value))].name);
  });
  byId('pin').addEventListener('click', pin);
}

/** When a day begins, for whoever reads this. */
function dayBegin(text) {
  return new Date(`${text}T00:00`).getTime();
}

function dayText(time) {
  const date = new Date(time);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}

/** Shows the snapshots of a bucket, the oldest first. */
export function fillTime(found) {
  snapshots = found;
  times = snapshots.map(({ started_at: at }) => instant(at));
  scrubber.fill(snapshots, times);
  const dated = times.filter((time) => time != null);
  for (const id of ['day', 'with-day']) {
    setAttribute(byId(id), 'min', dated.length > 0 ? dayText(dated[0]) : null);
    setAttribute(byId(id), 'max', dated.length > 0 ? dayText(dated[dated.length - 1]) : null);
    byId(id).disabled = dated.length === 0;
  }
}

/** Shows which snapshot is chosen; -1 for none. `base` is the one it is compared with, or null. */
export function pointTime(to, base, place) {
  index = to;
  const snapshot = snapshots[to];
  scrubber.point(to, base);
  // Whoever steps to an end with a button keeps the focus there.
  for (const [id, end] of [['older', 0], ['newer', snapshots.length - 1]]) setAttribute(byId(id), 'aria-disabled', to === end ? 'true' : null);
  for (const id of ['older', 'newer', 'newest', 'pin']) byId(id).disabled = snapshot == null;
  setAttribute(byId('newest'), 'aria-disabled', to === snapshots.length - 1 ? 'true' : null);
  setText(byId('moment'), snapshot ? nameOf(snapshot) : '\u00a0');
  tell();
  if (!snapshot) return;
  const at = times[to];
  setAttribute(byId('moment'), 'title', at == null ? snapshot.name : `${exact(at)} · ${snapshot.name}`);
  if (document.activeElement !== byId('day')) byId('day').value = at == null ? '' : dayText(at);
  setAttribute(byId('pin'), 'aria-pressed', String(snapshot.pinned));
  setText(byId('pin').lastElementChild, snapshot.pinned ? 'Pinned' : 'Pin');
  fillCompare(place, to);
  clearTimeout(settle);
  link(known.get(snapshot.name)?.run_id);
  if (!known.has(snapshot.name)) settle = setTimeout(() => learn(snapshot), SETTLE_MS);
}

/** Says again how long ago it was. */
export function tell() {
  const snapshot = snapshots[index];
  if (!snapshot) {
    setText(byId('moment-facts'), '\u00a0');
    return;
  }
  const [tone, words] = snapshot.left_out ? ['idle', 'Not part of this run'] : resultOf(snapshot);
  const parts = [times[index] == null ? '' : relative(times[index], now()), snapshot.files ? `${plural(snapshot.files.objects, 'file')}, ${bytes(snapshot.files.bytes)}` : ''].filter(Boolean);
  const result = h('span', { class: tone === 'good' ? '' : 'tone-text', data: { tone } }, words);
  byId('moment-facts').replaceChildren(parts.join(' · '), parts.length > 0 ? ' · ' : '', result, snapshots.length > 1 ? ` · ${count(index + 1)} of ${count(snapshots.length)}` : '');
}

// The certificate knows the run; the list of snapshots does not.
async function learn(snapshot) {
  try {
    known.set(snapshot.name, await get(`/api/snapshots/${encodeURIComponent(snapshot.name)}`));
    if (snapshots[index]?.name === snapshot.name) link(known.get(snapshot.name).run_id);
  } catch {
    // What the page shows of it says why.
  }
}

function link(run) {
  setAttribute(byId('to-run'), 'href', run ? runAddress(run) : null);
  setAttribute(byId('to-certificate'), 'href', run ? `${runAddress(run)}/certificate` : null);
}

function nameOf(snapshot) {
  const at = instant(snapshot.started_at);
  return at == null ? snapshot.name : moment(at, now());
}

function changeWords({ added, removed }) {
  if (added == null) return '';
  const parts = [added.objects > 0 ? `${count(added.objects)} new or changed, ${bytes(added.bytes)}` : '', removed.objects > 0 ? `${count(removed.objects)} deleted` : ''].filter(Boolean);
  return parts.length > 0 ? parts.join(' · ') : 'Nothing changed';
}

function fillCompare(place, to) {
  const options = new Map([['', to > 0 ? `the snapshot before, ${inSentence(nameOf(snapshots[to - 1]))}` : 'the snapshot before: none']]);
  for (const [words, span] of BEFORE) {
    const at = times[to] == null ? -1 : lastBefore(times[to] - span);
    if (at >= 0 && at < to - 1 && !options.has(snapshots[at].name)) options.set(snapshots[at].name, `${words}, ${inSentence(nameOf(snapshots[at]))}`);
  }
  for (const [words, at] of [['the first snapshot', 0], ['the newest snapshot', snapshots.length - 1]]) {
    if (at !== to && at !== to - 1 && !options.has(snapshots[at].name)) options.set(snapshots[at].name, `${words}, ${inSentence(nameOf(snapshots[at]))}`);
  }
  const chosen = snapshots.findIndex(({ name }) => name === place.with);
  if (place.with && place.with !== 'none' && !options.has(place.with)) options.set(place.with, chosen < 0 ? place.with : inSentence(nameOf(snapshots[chosen])));
  if (snapshots.length > 2) options.set('day', 'another day…');
  options.set('none', 'nothing: no marks');
  const select = byId('with');
  select.replaceChildren(...[...options].map(([value, text]) => h('option', { value, selected: value === place.with }, text)));
  select.value = place.with;
  if (document.activeElement !== byId('with-day')) setHidden(byId('with-day'), true);
}

function lastBefore(time) {
  let found = -1;
  times.forEach((each, i) => {
    if (each != null && each <= time) found = i;
  });
  return found;
}

async function pin() {
  const snapshot = snapshots[index];
  byId('pin').disabled = true;
  try {
    snapshot.pinned = (await post(`/api/snapshots/${encodeURIComponent(snapshot.name)}/pin`, { pinned: !snapshot.pinned })).pinned;
    scrubber.fill(snapshots, times);
    if (snapshots[index] === snapshot) {
      setAttribute(byId('pin'), 'aria-pressed', String(snapshot.pinned));
      setText(byId('pin').lastElementChild, snapshot.pinned ? 'Pinned' : 'Pin');
    }
  } catch (error) {
    toastError(error);
  } finally {
    byId('pin').disabled = false;
    byId('pin').focus();
  }
}
