// One row a bucket, with the same shape whether a run goes on or not, so that nothing jumps when it begins or ends. The worst come first; of many
// that are well, most are folded.

import { byId, h, icon, setAttribute, setData, setHidden, setIcon, setText, url } from './dom.js';
import { bytes, count, instant, plural, relative, visible } from './format.js';
import { beatRuns, bucketBeats } from './bucket-beats.js';
import { drawProgress } from './bucket-progress.js';
import { liveLook, liveProgress, liveWords } from './bucket-live.js';
import { settled } from './progress.js';
import { bucketWords, protectedTotals, worstFirst } from './buckets.js';
import { now } from './clock.js';

/** So many rows stand open; with a few more than that, folding would save nothing. */
const OPEN = 8;
const SPARED = 2;
const list = byId('buckets');
const fold = byId('buckets-fold');
const rows = new Map();
let unfolded = false;
fold.addEventListener('click', () => {
  unfolded = !unfolded;
  redraw();
});
let redraw = () => {};

/** Draws the rows; `rates` and `marks` are the run panel's memory of the run so far. */
export function renderBuckets(state, rates, marks) {
  redraw = () => renderBuckets(state, rates, marks);
  const run = state.backup.running ? state.backup.current : null;
  const live = new Map((run?.buckets ?? []).map((bucket) => [bucket.bucket, bucket]));
  const all = [...(state.status?.buckets ?? [])];
  for (const name of live.keys()) {
    if (!all.some((entry) => entry.bucket === name)) all.push({ bucket: name, state: 'never', held: null, problem: null });
  }
  const entries = worstFirst(all);
  const folded = entries.length > OPEN + SPARED ? entries.slice(OPEN) : [];
  const shown = unfolded ? entries : entries.slice(0, entries.length - folded.length);
  place(shown.map((entry) => entry.bucket));
  const runs = beatRuns(state.runs, run);
  for (const entry of shown) {
    const row = rows.get(entry.bucket);
    const bucket = live.get(entry.bucket);
    setData(row.element, 'live', String(bucket != null));
    row.beats.draw(runs);
    if (bucket) drawLive(row, bucket, run, rates, marks);
    else drawIdle(row, entry);
  }
  drawFold(folded, live);
  summary(run, entries);
  total(run, entries, marks);
}

function drawFold(folded, live) {
  setHidden(fold, folded.length === 0);
  if (folded.length === 0) return;
  const done = folded.filter(({ bucket }) => live.get(bucket)?.phase === 'done').length;
  const bad = folded.filter(({ state }) => state !== 'safe' && state !== 'left_out').length;
  setText(fold, unfolded ? 'Show fewer' : `${count(folded.length)} more: ${live.size > 0 ? `${count(done)} done` : bad > 0 ? `${count(bad)} need attention` : 'all safe'}`);
  setAttribute(fold, 'aria-expanded', String(unfolded));
}

function place(names) {
  for (const [name, row] of rows) {
    if (!names.includes(name)) {
      row.element.remove();
      rows.delete(name);
    }
  }
  names.forEach((name, index) => {
    if (!rows.has(name)) rows.set(name, build(name));
    const { element } = rows.get(name);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
}

function build(name) {
  const row = {
    mark: h('div', { class: 'mark' }, icon('clock')),
    sub: h('div', { class: 'sub' }),
    fill: h('i'),
    percent: h('span', { class: 'percent' }),
    first: h('div', { class: 'objects' }),
    second: h('div', { class: 'bytes' }),
  };
  row.bar = h('div', { class: 'bar', role: 'progressbar', 'aria-label': `Progress of ${visible(name)}`, 'aria-valuemin': '0', 'aria-valuemax': '100' }, row.fill);
  row.beats = bucketBeats(name);
  row.element = h('li', { class: 'bucket', data: { bucket: name } }, row.mark,
    h('div', { class: 'words' }, h('a', { class: 'name', href: url(`/buckets/${encodeURIComponent(name)}`), title: visible(name) }, visible(name)), row.sub),
    h('div', { class: 'pulse' }, row.beats.element, h('div', { class: 'meter' }, row.bar, row.percent)),
    h('div', { class: 'figures' }, row.first, row.second));
  return row;
}

function drawIdle(row, entry) {
  const words = bucketWords(entry);
  setData(row.element, 'tone', words.tone);
  setData(row.element, 'phase', null);
  setData(row.sub, 'tone', words.flag ? words.tone : null);
  setIcon(row.mark, words.icon);
  setText(row.sub, words.flag === 'late' ? `Too old${age(entry, ': last good copy')}` : words.flag ? words.text : words.text + age(entry, ', checked'));
  setAttribute(row.sub, 'title', words.text + age(entry, words.flag ? '; last whole copy' : ', checked'));
  const { held } = entry;
  setText(row.first, held ? plural(held.objects, 'object') : '–');
  setText(row.second, held ? bytes(held.bytes) : '');
}

function age({ checked }, words) {
  const at = instant(checked);
  return at == null ? '' : `${words} ${relative(at, now())}`;
}

function drawLive(row, bucket, run, rates, marks) {
  const { tone, icon: picture } = liveLook(bucket);
  const progress = liveProgress(bucket, marks);
  setData(row.element, 'tone', tone);
  setData(row.element, 'phase', bucket.phase);
  setIcon(row.mark, picture);
  setData(row.sub, 'tone', tone === 'bad' || tone === 'warn' ? tone : null);
  // Where the whole run waits, that is told once, beside the rows.
  write(row.sub, bucket.waiting && run.waiting && !bucket.error ? 'Waiting' : liveWords(bucket, run, rates.of(bucket.bucket), now()));
  drawProgress(row, progress.share, bucket, tone);
  setText(row.first, progress.objects);
  setText(row.second, progress.bytes);
}

function write(element, text) {
  setText(element, text);
  setAttribute(element, 'title', text);
}

function total(run, entries, marks) {
  const foot = byId('buckets-total');
  setHidden(foot, entries.length === 0);
  if (!run) {
    const held = protectedTotals(entries);
    write(foot, held.buckets === 0 ? 'Nothing held yet' : `${plural(held.objects, 'object')}, ${bytes(held.bytes)} in all`);
    return;
  }
  const done = settled(run.totals);
  const { listed } = run.totals;
  const objects = marks.raise('total/objects', Math.min(done.objects, listed.objects));
  const complete = run.buckets.every((bucket) => bucket.listing_complete);
  write(foot, complete ? `${count(objects)} of ${plural(listed.objects, 'object')} processed` : `${plural(objects, 'object')} processed; still listing`);
}

function summary(run, entries) {
  const wanted = entries.filter((entry) => entry.state !== 'left_out');
  const well = wanted.filter((entry) => entry.state === 'safe').length;
  const done = run?.buckets.filter((bucket) => bucket.phase === 'done').length;
  setText(byId('buckets-summary'), entries.length === 0 ? '' : run
    ? `${done} of ${run.buckets.length} done` : `${well} of ${wanted.length} safe`);
  setHidden(byId('buckets-summary'), entries.length === 0);
}
