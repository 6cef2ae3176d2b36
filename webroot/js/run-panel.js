// Beside the buckets: the run in progress with rate, time left and files in flight, or what became of the last one.

import { byId, h, icon, setAttribute, setData, setText, setVar } from './dom.js';
import { bytes, count, duration, exact, instant, middle, rate, roughly, visible } from './format.js';
import { Rates, Series, Watermark } from './progress.js';
import { counts, look, triggerName } from './results.js';
import { renderBuckets } from './bucket-rows.js';
import { sparkline } from './sparkline.js';
import { now } from './clock.js';

const panel = byId('run-panel');
const IN_FLIGHT_SHOWN = 4;
const PARTS = [
  ['linked', 'Unchanged, linked', 'good'], ['downloaded', 'Downloaded', 'info'], ['filtered', 'Left out by filters', 'idle'],
  ['archived', 'Archived, not readable', 'warn'], ['vanished', 'Vanished meanwhile', 'idle'], ['failed', 'Failed', 'bad'],
];
const rates = new Rates();
const series = new Series();
const marks = new Watermark();
const live = liveView();
let shown = null;
let noted = null;

/** Draws the panel and the bucket rows, which share what they remember of the run. */
export function renderRun(state) {
  if (!state.loaded) return;
  const run = state.backup.running ? state.backup.current : null;
  if (run && noted !== run) {
    noted = run;
    marks.enter(run);
    rates.note(run);
    series.add(run);
  }
  renderBuckets(state, rates, marks);
  setData(panel, 'running', String(run != null));
  if (run) drawLive(run);
  else drawLast(state.backup.last);
}

function figure(label, id) {
  const value = h('dd', { id }, '–');
  return { value, element: h('div', { class: 'figure' }, h('dt', {}, label), value) };
}

function liveView() {
  const speed = figure('Throughput', 'run-rate');
  const left = figure('Time left', 'run-eta');
  const got = figure('Received', 'run-received');
  const chart = sparkline();
  const chip = h('span', { class: 'chip', data: { tone: 'info' }, id: 'run-phase' });
  const files = Array.from({ length: IN_FLIGHT_SHOWN }, () => h('li'));
  const more = h('h3', {}, 'In flight');
  const foot = h('div', { class: 'now-foot', id: 'run-foot' });
  return {
    speed, left, got, chart, chip, files, more, foot,
    nodes: [
      h('header', {}, h('h2', { id: 'run-title' }, 'Current run'), h('div', { class: 'tools' }, chip)),
      h('dl', { class: 'figures-row' }, speed.element, left.element, got.element),
      chart.element,
      h('div', { class: 'flight' }, more, h('ul', { id: 'in-flight' }, files)),
      foot,
    ],
  };
}

function drawLive(run) {
  if (shown !== live) panel.replaceChildren(...live.nodes);
  shown = live;
  const moving = run.bytes_per_second >= 1;
  setText(live.speed.value, moving || run.objects_per_second < 1 ? rate(run.bytes_per_second) : `${count(run.objects_per_second)} obj/s`);
  setText(live.left.value, timeLeft(run));
  setText(live.got.value, bytes(marks.raise('received', run.bytes_received)));
  setText(live.chip, phaseWords(run));
  setData(live.chip, 'phase', run.phase);
  live.chart.draw(series);
  live.files.forEach((item, index) => {
    const name = run.in_flight?.[index];
    setText(item, name ? middle(visible(name), 46) : '');
    setAttribute(item, 'title', name ? visible(name) : null);
  });
  const others = (run.in_flight?.length ?? 0) - IN_FLIGHT_SHOWN;
  setText(live.more, others > 0 ? `In flight, and ${others} more` : 'In flight');
  const since = `${triggerName(run.trigger)}, running for ${duration(Math.max(0, now() - instant(run.started_at)))}`;
  setText(live.foot, run.attempt > 1 ? `${since}, attempt ${run.attempt} of ${run.max_attempts}` : since);
}

function timeLeft(run) {
  if (run.eta_seconds != null) return run.eta_seconds < 60 ? `${Math.max(1, Math.round(run.eta_seconds))} s` : roughly(run.eta_seconds * 1000);
  return run.buckets.some((bucket) => !bucket.listing_complete && bucket.phase !== 'failed') ? 'Listing' : '–';
}

function phaseWords(run) {
  const name = run.phase.charAt(0).toUpperCase() + run.phase.slice(1);
  return run.dry_run ? `Dry run: ${run.phase}` : name;
}

function drawLast(record) {
  if (shown === record && shown !== null) return;
  shown = record ?? 'none';
  panel.replaceChildren(...(record ? lastView(record) : emptyView()));
}

function emptyView() {
  return [
    h('header', {}, h('h2', { id: 'run-title' }, 'Last run')),
    h('div', { class: 'empty' }, h('strong', {}, 'No run so far'), 'A dry run shows what the first backup would copy, and writes nothing.'),
  ];
}

function lastView(record) {
  const { label, tone, icon: name } = look(record);
  const took = figure('Duration', 'run-duration');
  const moved = figure('Downloaded', 'run-downloaded');
  const listed = figure('Listed', 'run-listed');
  const start = instant(record.started_at);
  setText(took.value, record.finished_at ? duration(instant(record.finished_at) - start) : '–');
  setText(moved.value, bytes(record.totals.downloaded.bytes));
  setText(listed.value, count(record.totals.listed.objects));
  return [
    h('header', {}, h('h2', { id: 'run-title' }, 'Last run'),
      h('div', { class: 'tools' }, h('span', { class: 'chip', data: { tone } }, icon(name), label))),
    h('dl', { class: 'figures-row' }, took.element, moved.element, listed.element),
    account(record),
    h('div', { class: 'now-foot', id: 'run-foot', title: exact(start) }, snapshotWords(record)),
  ];
}

/** The certificate's first equation as a picture: every listed object is in exactly one part. */
function account(record) {
  const total = Math.max(1, record.totals.listed.objects);
  const parts = PARTS.filter(([part], index) => index < 2 || record.totals[part].objects > 0);
  const bar = h('div', { class: 'stack', 'aria-hidden': 'true' });
  const legend = h('ul', { class: 'legend' });
  for (const [part, label, tone] of parts) {
    const { objects, bytes: size } = record.totals[part];
    if (objects > 0) {
      const piece = h('i', { data: { part, tone } });
      setVar(piece, '--share', `${(objects / total) * 100}%`);
      bar.append(piece);
    }
    legend.append(h('li', { data: { tone } }, h('span', {}, label), h('span', { class: 'number' }, count(objects)), h('span', { class: 'size' }, bytes(size))));
  }
  return h('div', { class: 'account' }, bar, legend);
}

function snapshotWords(record) {
  if (record.dry_run) return 'Nothing was written: this was a dry run.';
  if (!record.snapshot) return counts(record) && record.result !== 'success' ? 'No snapshot was made; earlier ones are untouched.' : 'No snapshot yet.';
  return record.new_snapshot ? ['Snapshot ', h('code', {}, record.snapshot)].map((part) => part) : ['Same as ', h('code', {}, record.snapshot)];
}
