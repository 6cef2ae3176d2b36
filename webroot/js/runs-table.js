// Recent runs. A row opens to show each bucket and every failure by name.

import { byId, h, icon, setText } from './dom.js';
import { bytes, count, duration, exact, instant, moment } from './format.js';
import { bucketTable, failureList } from './run-detail.js';
import { look, runAddress, triggerName } from './results.js';
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
    run.attempts > 1 ? [`${run.attempts} attempts`] : null,
    [h('a', { href: runAddress(run.run_id) }, 'Everything about this run')]];
  return h('tr', { class: 'detail', id }, h('td', { colspan: COLUMNS.length },
    run.message ? h('p', { class: 'message' }, run.message) : null,
    h('div', { class: 'facts' }, facts.filter(Boolean).map((fact) => h('span', {}, fact))),
    run.buckets.length > 0 ? bucketTable(run) : null,
    failureList(run)));
}
