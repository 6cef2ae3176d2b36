// Beside the buckets: the run in progress with rate, time left and files in flight, or what became of the last one.

import { byId, h, icon, setData, setHidden, setText, url } from './dom.js';
import { bytes, capital, count, duration, exact, instant, rate, roughly, visible } from './format.js';
import { Rates, Series, Watermark } from './progress.js';
import { limitWords, waitingWords } from './headline.js';
import { account, figure, snapshotWords } from './run-account.js';
import { look, runAddress, triggerName } from './results.js';
import { renderBuckets } from './bucket-rows.js';
import { throughputChart } from './throughput.js';
import { transferList } from './transfers.js';
import { now, timeElement } from './clock.js';

const panel = byId('run-panel');
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
  setData(panel, 'empty', String(run == null && state.backup.last == null));
  if (run) drawLive(run);
  else drawLast(state.backup.last);
}

function liveView() {
  const speed = figure('Throughput', 'run-rate');
  const left = figure('Time left', 'run-eta');
  const got = figure('Received', 'run-received');
  const chart = throughputChart();
  const chip = h('span', { class: 'chip', data: { tone: 'info' }, id: 'run-phase' });
  const files = transferList({ shown: 3 });
  const wait = waitNote();
  const foot = h('div', { class: 'now-foot', id: 'run-foot' });
  return {
    speed, left, got, chart, chip, files, foot, wait,
    nodes: [
      h('header', {}, h('h2', { id: 'run-title' }, 'Current run'), h('div', { class: 'tools' }, chip)),
      h('dl', { class: 'figures-row' }, speed.element, left.element, got.element),
      chart.element,
      wait.element,
      files.element,
      foot,
    ],
  };
}

// In the place of the chart, which would only show that nothing comes.
function waitNote() {
  const title = h('strong', {});
  const detail = h('p', {});
  return { title, detail, element: h('div', { class: 'wait', id: 'run-waiting', data: { tone: 'warn' }, hidden: true }, icon('clock'),
    h('div', {}, title, detail, h('p', {}, h('a', { href: url('/config#section-s3') }, 'Look at the connection')))) };
}

function drawWait({ waiting }) {
  setHidden(live.chart.element, waiting != null);
  setHidden(live.wait.element, waiting == null);
  setData(live.chip, 'tone', waiting ? 'warn' : 'info');
  if (!waiting) return;
  setText(live.wait.title, waitingWords(waiting, now()));
  setText(live.wait.detail, waiting.detail ? visible(waiting.detail) : 'Nothing has come since, not even a refusal.');
}

function drawLive(run) {
  if (shown !== live) panel.replaceChildren(...live.nodes);
  shown = live;
  const moving = run.bytes_per_second >= 1;
  // The rate is a mean of the last seconds, and of those nothing came in the last.
  setText(live.speed.value, run.waiting ? '–' : moving || run.objects_per_second < 1 ? rate(run.bytes_per_second) : `${count(run.objects_per_second)} obj/s`);
  setText(live.left.value, timeLeft(run));
  setText(live.got.value, bytes(marks.raise('received', run.bytes_received)));
  setText(live.chip, phaseWords(run));
  setData(live.chip, 'phase', run.phase);
  drawWait(run);
  live.chart.draw(series);
  live.files.draw(run);
  const since = `${triggerName(run.trigger, run.schedule)}, running for ${duration(Math.max(0, now() - instant(run.started_at)))}`;
  const limit = run.bandwidth_limit ? `, ${limitWords(run.bandwidth_limit, now())}` : '';
  setText(live.foot, (run.attempt > 1 ? `${since}, attempt ${run.attempt} of ${run.max_attempts}` : since) + limit);
}

function timeLeft(run) {
  if (run.waiting) return '–';
  if (run.eta_seconds != null) return run.eta_seconds < 60 ? `${Math.max(1, Math.round(run.eta_seconds))} s` : run.eta_seconds < 90 ? '1 min' : roughly(run.eta_seconds * 1000);
  return run.buckets.some((bucket) => !bucket.listing_complete && bucket.phase !== 'failed') ? 'calculating…' : '–';
}

function phaseWords(run) {
  if (run.waiting) return 'Waiting';
  return run.dry_run ? `Dry run: ${run.phase}` : capital(run.phase);
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
  const moved = figure(record.dry_run ? 'To download' : 'Downloaded', 'run-downloaded');
  const listed = figure('Listed', 'run-listed');
  const start = instant(record.started_at);
  setText(took.value, record.finished_at ? duration(instant(record.finished_at) - start) : '–');
  setText(moved.value, bytes(record.totals.downloaded.bytes));
  // What a bucket listed that failed on the way is part of no account; its own line says how much that was.
  const unfinished = record.totals.listed.objects === 0 && record.buckets?.some((bucket) => bucket.result === 'failed');
  setText(listed.value, unfinished ? 'not to the end' : count(record.totals.listed.objects));
  return [
    h('header', {}, h('h2', { id: 'run-title' }, 'Last run'), h('span', { class: 'muted' }, timeElement(record.finished_at ?? record.started_at)),
      h('div', { class: 'tools' }, h('span', { class: 'chip', data: { tone } }, icon(name), label))),
    h('dl', { class: 'figures-row' }, took.element, moved.element, listed.element),
    account(record),
    h('div', { class: 'now-foot', id: 'run-foot' }, h('span', { title: exact(start) }, snapshotWords(record)), h('a', { href: runAddress(record.run_id) }, 'View run details')),
  ];
}
