// Recent runs. A row opens to show each bucket and every failure by name.

import { byId, h, icon, setText } from './dom.js';
import { bytes, count, duration, exact, instant, moment, visible } from './format.js';
import { look, triggerName } from './results.js';
import { now } from './clock.js';

const SHOWN = 8;
const COLUMNS = [
  ['Started', ''], ['Result', ''], ['Trigger', 'wide'], ['Duration', 'wide number'], ['Listed', 'wide number'], ['Unchanged', 'wide number'],
  ['Downloaded', 'wide number'], ['Size', 'number'], ['Failed', 'wide number'],
];
const box = byId('runs');
const open = new Set();
let drawn = null;
let all = false;
let drawnDay = null;
let runs = [];

/** Draws the table; it is rebuilt only when a run was added or a day went by. */
export function renderRuns(state) {
  if (state.runs == null) return;
  const day = new Date(now()).toDateString();
  if (drawn === state.runs && drawnDay === day) return;
  drawn = state.runs;
  drawnDay = day;
  runs = state.runs.filter((run) => run.result !== 'running');
  draw();
}

/** Opens one run and brings it into view. */
export function showRun(runId) {
  const index = runs.findIndex((run) => run.run_id === runId);
  if (index < 0) return;
  if (index >= SHOWN) all = true;
  open.add(runId);
  draw();
  const row = box.querySelector(`[data-run-id="${CSS.escape(runId)}"]`);
  row.scrollIntoView({ block: 'center', behavior: 'smooth' });
  row.querySelector('.toggle').focus({ preventScroll: true });
}

function draw() {
  if (runs.length === 0) {
    box.replaceChildren(h('p', { class: 'empty' }, h('strong', {}, 'No run yet'), 'Each run is listed here with what it did, and with every failure by name.'));
    return;
  }
  const table = h('table', { class: 'runs' },
    h('thead', {}, h('tr', {}, COLUMNS.map(([name, classes]) => h('th', { scope: 'col', class: classes }, name)))),
    (all ? runs : runs.slice(0, SHOWN)).map(body));
  const more = !all && runs.length > SHOWN
    ? h('p', { class: 'more' }, h('button', { type: 'button', class: 'button small', onclick: () => { all = true; draw(); } }, `Show all ${runs.length}`))
    : null;
  box.replaceChildren(...[table, more].filter(Boolean));
}

function body(run) {
  const id = `run-${run.run_id}`;
  const expanded = open.has(run.run_id);
  const toggle = h('button', { type: 'button', class: 'toggle', 'aria-expanded': String(expanded), 'aria-controls': id, title: exact(instant(run.started_at)) },
    icon('chevron'), h('time', { datetime: run.started_at }, moment(instant(run.started_at), now())));
  const { label, tone, icon: name } = look(run);
  const { totals } = run;
  const row = h('tr', { class: 'row', data: { runId: run.run_id, result: run.result } },
    h('td', {}, toggle),
    h('td', {}, h('span', { class: 'chip', data: { tone } }, icon(name), label)),
    h('td', { class: 'wide muted' }, triggerName(run.trigger)),
    h('td', { class: 'wide number' }, run.finished_at ? duration(instant(run.finished_at) - instant(run.started_at)) : '–'),
    number(totals.listed.objects, 'wide'), number(totals.linked.objects, 'wide'), number(totals.downloaded.objects, 'wide'),
    h('td', { class: `number${totals.downloaded.bytes ? '' : ' zero'}` }, bytes(totals.downloaded.bytes)),
    number(totals.failed.objects, 'wide', 'bad'));
  const group = h('tbody', {}, row);
  const show = (visibleNow) => {
    toggle.setAttribute('aria-expanded', String(visibleNow));
    group.querySelector('.detail')?.remove();
    if (visibleNow) group.append(detail(run, id));
  };
  if (expanded) show(true);
  row.addEventListener('click', () => {
    const opening = !open.has(run.run_id);
    if (opening) open.add(run.run_id);
    else open.delete(run.run_id);
    show(opening);
  });
  return group;
}

function number(value, classes = '', tone = null) {
  const cell = h('td', { class: `number ${classes}${value ? '' : ' zero'}${value && tone ? ' tone-text' : ''}`, data: value && tone ? { tone } : {} });
  setText(cell, count(value));
  return cell;
}

function detail(run, id) {
  const facts = [run.snapshot ? [run.new_snapshot ? 'Snapshot ' : 'Same as ', h('code', {}, run.snapshot)] : ['No snapshot made'],
    [`Run `, h('code', {}, run.run_id)], run.attempts > 1 ? [`${run.attempts} attempts`] : null];
  return h('tr', { class: 'detail', id }, h('td', { colspan: COLUMNS.length },
    run.message ? h('p', { class: 'message' }, run.message) : null,
    h('div', { class: 'facts' }, facts.filter(Boolean).map((fact) => h('span', {}, fact))),
    run.buckets.length > 0 ? bucketTable(run) : null,
    failures(run)));
}

const DETAIL_PARTS = ['listed', 'linked', 'downloaded', 'filtered', 'archived', 'vanished', 'failed', 'carried', 'kept', 'deleted'];

function bucketTable(run) {
  // A column of zeros says nothing; the four that people look for are always there.
  const parts = DETAIL_PARTS.filter((part) => ['listed', 'linked', 'downloaded', 'failed'].includes(part) || run.totals[part].objects > 0);
  return h('div', { class: 'sideways' }, h('table', {},
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Bucket'), h('th', { scope: 'col' }, 'Result'),
      parts.map((part) => h('th', { scope: 'col', class: 'number' }, part.charAt(0).toUpperCase() + part.slice(1))))),
    h('tbody', {}, run.buckets.map((bucket) => h('tr', { data: { bucket: bucket.bucket } },
      h('td', {}, visible(bucket.bucket)),
      h('td', {}, bucketResult(bucket)),
      parts.map((part) => h('td', { class: 'number', title: bytes(bucket.counts[part].bytes) }, count(bucket.counts[part].objects))))))));
}

function bucketResult(bucket) {
  const words = { success: ['Safe', 'good'], partial: ['Partial', 'warn'], failed: ['Failed', 'bad'] }[bucket.result] ?? [bucket.result, 'idle'];
  return h('span', { class: 'tone-text', data: { tone: words[1] } }, words[0], bucket.listing_complete ? '' : ', listing incomplete');
}

function failures(run) {
  const items = [];
  for (const bucket of run.buckets) {
    if (bucket.error) items.push(h('li', {}, h('code', {}, visible(bucket.bucket)), h('span', { class: 'tone-text', data: { tone: 'bad' } }, visible(bucket.error))));
    for (const failure of bucket.failures) {
      items.push(h('li', { data: { kind: failure.kind } }, h('code', {}, visible(`${bucket.bucket}/${failure.key}`)),
        h('span', { class: 'muted' }, `${visible(failure.cause)}${failure.kind ? ` (${failure.kind})` : ''}`)));
    }
    const unnamed = bucket.failures_total - bucket.failures.length;
    if (unnamed > 0) items.push(h('li', { class: 'muted' }, `and ${count(unnamed)} more in ${visible(bucket.bucket)}, all named in the run's journal`));
  }
  return items.length > 0 ? h('ul', { class: 'failures' }, items) : null;
}
