// One run: what it was asked, what became of every bucket, every failure by name.

import { byId, h, icon, setAttribute, setData, setHidden, setText, url } from './dom.js';
import { get } from './api.js';
import { now } from './clock.js';
import { bytes, capitalBut, count, duration, exact, inSentence, instant, moment, plural, rate, visible } from './format.js';
import { account, figure, snapshotWords } from './run-account.js';
import { bucketTable, failureList } from './run-detail.js';
import { look, runAddress, triggerName } from './results.js';
import { startShell, store } from './shell.js';

const runId = decodeURIComponent(location.pathname.split('/').pop());
const body = byId('run-body');
let shown = null;

async function load() {
  try {
    show(await get(`/api/backup/runs/${encodeURIComponent(runId)}`));
    neighbours();
  } catch (error) {
    if (shown) return;
    setText(byId('run-heading'), error.status === 404 ? 'No such run' : 'The run cannot be shown');
    body.replaceChildren(h('p', { class: 'card empty' }, h('strong', {}, error.title ?? 'Something went wrong'), error.message));
  }
}

function show(run) {
  shown = run;
  const start = instant(run.started_at);
  const { label, tone, icon: name } = look(run);
  setText(byId('run-heading'), `${run.dry_run ? 'Dry run' : 'Run'} of ${inSentence(moment(start, now()))}`);
  setAttribute(byId('run-heading'), 'title', exact(start));
  setText(byId('trail-run'), run.run_id);
  document.title = `${label}, ${moment(start, now())} · HubStorage`;
  const chip = byId('run-result');
  setData(chip, 'tone', tone);
  chip.replaceChildren(icon(name), label);
  setHidden(chip, false);
  const log = byId('run-log');
  log.href = url(`/logs?run=${encodeURIComponent(run.run_id)}`);
  setHidden(log, false);
  const ended = run.result !== 'running';
  body.replaceChildren(...[
    run.message ? h('p', { class: 'banner', data: { tone: tone === 'info' ? 'idle' : tone } }, icon(name), h('span', {}, capitalBut(visible(run.message), run.buckets.map((bucket) => visible(bucket.bucket))))) : null,
    ended ? null : underWay(),
    h('div', { class: 'run-top' }, facts(run), ended ? card('Where every object went', account(run), h('div', { class: 'now-foot' }, snapshotWords(run))) : null),
    run.buckets.length > 0 ? card('Buckets', h('div', { class: 'run-buckets' }, bucketTable(run))) : null,
    failureCard(run),
  ].filter(Boolean));
  if (!ended) follow(store.state);
}

function facts(run) {
  const start = instant(run.started_at);
  const end = instant(run.finished_at);
  const took = end == null ? null : end - start;
  const { downloaded, listed } = run.totals;
  const entries = [
    ['Started', exact(start)],
    ['Ended', end == null ? '–' : exact(end)],
    ['Duration', took == null ? '–' : duration(took)],
    ['Started by', triggerName(run.trigger, run.schedule)],
    ['Attempts', count(run.attempts)],
    ['Buckets', count(run.buckets.length)],
    ['Listed', `${plural(listed.objects, 'object')}, ${bytes(listed.bytes)}`],
    [run.dry_run ? 'To download' : 'Downloaded', `${plural(downloaded.objects, 'object')}, ${bytes(downloaded.bytes)}`],
    took >= 1000 && !run.dry_run && downloaded.bytes > 0 ? ['On average', rate(downloaded.bytes / (took / 1000))] : null,
  ].filter(Boolean);
  return card('Run', h('dl', { class: 'facts-list' }, entries.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])));
}

function failureCard(run) {
  const list = failureList(run);
  const many = run.buckets.reduce((sum, bucket) => sum + bucket.failures_total, 0);
  return list ? card(many > 0 ? `Failures (${count(many)})` : 'Failures', h('div', { class: 'run-failures' }, list)) : null;
}

function card(title, ...content) {
  return h('section', { class: 'card', 'aria-label': title }, h('header', {}, h('h2', {}, title)), content);
}

// While it runs the record holds nothing yet: the stream has the figures, the dashboard shows all of them.
function underWay() {
  const objects = figure('Downloaded', 'live-objects');
  const received = figure('Received', 'live-received');
  const failed = figure('Failed so far', 'live-failed');
  return h('section', { class: 'card', id: 'under-way', 'aria-label': 'Under way' },
    h('header', {}, h('h2', {}, 'This run is under way'), h('div', { class: 'tools' }, h('a', { class: 'button small', href: url('/') }, 'Watch it'))),
    h('dl', { class: 'figures-row' }, objects.element, received.element, failed.element));
}

function follow({ backup }) {
  const run = backup.current;
  if (!byId('under-way') || run?.run_id !== runId) return;
  setText(byId('live-objects'), plural(run.totals.downloaded.objects, 'object'));
  setText(byId('live-received'), bytes(run.bytes_received));
  setText(byId('live-failed'), count(run.totals.failed.objects));
}

async function neighbours() {
  const { runs } = await get(`/api/backup/history?limit=1&before=${encodeURIComponent(runId)}`);
  point(byId('run-older'), runs[0]);
  newer(store.state);
}

function newer({ runs }) {
  const index = (runs ?? []).findIndex((run) => run.run_id === runId);
  if (index >= 0) point(byId('run-newer'), runs[index - 1]);
}

function point(link, run) {
  setHidden(link, !run);
  if (run) link.href = runAddress(run.run_id);
}

store.subscribe((state) => {
  follow(state);
  newer(state);
});
startShell({
  history: 200,
  onEvent(name, data) {
    if (name === 'backup.finished' && data.run_id === runId) load();
    // After a gap a run that was under way may have ended.
    if (name === 'state' && shown?.result === 'running') load();
  },
});
load();
