// Recent runs, and restores and drills among them. A row opens to show what became of it and every failure by name; a restore's leads
// to its page.

import { byId, h, icon, setText } from './dom.js';
import { bytes, count, duration, exact, instant, moment, plural, visible } from './format.js';
import { bucketTable, failureList } from './run-detail.js';
import { look, runAddress, triggerName } from './results.js';
import { now } from './clock.js';
import { drillLook, restoreLook, sum } from './restore-looks.js';
import { restorePage } from './snapshot-links.js';

const SHOWN = 8;
const COLUMNS = [
  ['Started', ''], ['Result', ''], ['Trigger', 'wide'], ['Duration', 'wide number'], ['Listed', 'wide number'], ['Unchanged', 'wide number'],
  ['Downloaded', 'wide number'], ['Size', 'number'], ['Failed', 'wide number'],
];
const box = byId('runs');
const open = new Set();
let drawn = [];
let all = false;
let runs = [];

/** Draws the table; it is rebuilt only when a run was added or a day went by. */
export function renderRuns(state) {
  if (state.runs == null) return;
  const wanted = [state.runs, state.restores, state.drills, new Date(now()).toDateString()];
  if (wanted.every((each, i) => each === drawn[i])) return;
  drawn = wanted;
  runs = [...state.runs, ...state.restores, ...state.drills].filter((run) => run.result !== 'running')
    .sort((a, b) => instant(b.started_at) - instant(a.started_at));
  draw();
}

function draw() {
  if (runs.length === 0) {
    box.replaceChildren(h('p', { class: 'empty' }, h('strong', {}, 'No run yet'), 'Each run is listed here with what it did, and with every failure by name.'));
    return;
  }
  const table = h('table', { class: 'runs' },
    h('thead', {}, h('tr', {}, COLUMNS.map(([name, classes]) => h('th', { scope: 'col', class: classes }, name)))),
    (all ? runs : runs.slice(0, SHOWN)).map((run) => (BODIES[run.kind] ?? body)(run)));
  const more = !all && runs.length > SHOWN
    ? h('p', { class: 'more' }, h('button', { type: 'button', class: 'button small', onclick: () => { all = true; draw(); } }, `Show all ${runs.length}`))
    : null;
  box.replaceChildren(...[table, more].filter(Boolean));
}

function body(run) {
  const { totals } = run;
  return opening(run, look(run), triggerName(run.trigger, run.schedule), [
    number(totals.listed.objects, 'wide'), number(totals.linked.objects, 'wide'), number(totals.downloaded.objects, 'wide'),
    h('td', { class: `number${totals.downloaded.bytes ? '' : ' zero'}` }, bytes(totals.downloaded.bytes)),
    number(totals.failed.objects, 'wide', 'bad')], runDetail);
}

function drillBody(drill) {
  return opening(drill, drillLook(drill), 'Drill', [
    h('td', { class: 'wide muted where', colspan: 3 }, `${count(drill.same.objects)} of ${plural(drill.sampled.objects, 'file')} came back unchanged`),
    h('td', { class: `number${drill.same.bytes ? '' : ' zero'}` }, bytes(drill.same.bytes)),
    number(drill.different.objects, 'wide', 'bad')], drillDetail);
}

/** A row with these cells behind the first four, which opens to show more of the record. */
function opening(run, looks, trigger, cells, detail) {
  const id = `run-${run.run_id}`;
  const expanded = open.has(run.run_id);
  const toggle = h('button', { type: 'button', class: 'toggle', 'aria-expanded': String(expanded), 'aria-controls': id, title: exact(instant(run.started_at)) },
    icon('chevron'), begun(run));
  const row = line(run, toggle, looks, trigger, cells);
  const group = h('tbody', {}, row);
  const show = (visibleNow) => {
    toggle.setAttribute('aria-expanded', String(visibleNow));
    group.querySelector('.detail')?.remove();
    if (visibleNow) group.append(h('tr', { class: 'detail', id }, h('td', { colspan: COLUMNS.length },
      run.message ? h('p', { class: 'message' }, visible(run.message)) : null, detail(run))));
  };
  if (expanded) show(true);
  row.addEventListener('click', () => {
    const opened = !open.has(run.run_id);
    if (opened) open.add(run.run_id);
    else open.delete(run.run_id);
    show(opened);
  });
  return group;
}

function begun(run) {
  return h('time', { datetime: run.started_at }, moment(instant(run.started_at), now()));
}

function line(run, first, { label, tone, icon: name }, trigger, cells) {
  return h('tr', { class: 'row', data: { runId: run.run_id, kind: run.kind ?? 'backup', result: run.result } },
    h('td', {}, first),
    h('td', {}, h('span', { class: 'chip', data: { tone } }, icon(name), label)),
    h('td', { class: 'wide muted' }, trigger),
    h('td', { class: 'wide number' }, run.finished_at ? duration(instant(run.finished_at) - instant(run.started_at)) : '–'),
    cells);
}

function restoreBody(restore) {
  const link = h('a', { class: 'toggle', href: restorePage(restore.run_id), title: exact(instant(restore.started_at)) }, icon('restore'), begun(restore));
  const row = line(restore, link, restoreLook({ state: 'ended', record: restore }), 'Restore', [
    h('td', { class: 'wide muted where', colspan: 3, title: visible(restore.to ?? '') }, `${count(restore.written.objects)} written to ${visible(restore.to ?? '')}`),
    h('td', { class: `number${restore.written.bytes ? '' : ' zero'}` }, bytes(restore.written.bytes)),
    number(sum(restore.failed).objects, 'wide', 'bad')]);
  row.addEventListener('click', (event) => event.target.closest('a') || link.click());
  return h('tbody', {}, row);
}

function number(value, classes = '', tone = null) {
  const cell = h('td', { class: `number ${classes}${value ? '' : ' zero'}${value && tone ? ' tone-text' : ''}`, data: value && tone ? { tone } : {} });
  setText(cell, count(value));
  return cell;
}

function runDetail(run) {
  const facts = [run.snapshot ? [run.new_snapshot ? 'Snapshot ' : 'Same as ', h('code', {}, run.snapshot)] : ['No snapshot made'],
    run.attempts > 1 ? [`${run.attempts} attempts`] : null,
    [h('a', { href: runAddress(run.run_id) }, 'Everything about this run')]];
  return [h('div', { class: 'facts' }, facts.filter(Boolean).map((fact) => h('span', {}, fact))),
    run.buckets.length > 0 ? bucketTable(run) : null,
    failureList(run)];
}

function drillDetail({ snapshot, to, seed, differences, different }) {
  const unnamed = different.objects - differences.length;
  return [h('div', { class: 'facts' }, h('span', {}, 'From ', h('code', {}, snapshot ?? 'no snapshot')),
    h('span', {}, to ? ['Tried in ', h('code', {}, visible(to))] : 'Tried in a folder of its own'), h('span', {}, `Seed ${seed}`)),
  differences.length > 0 ? h('ul', { class: 'failures' },
    differences.map(({ bucket, key, why }) => h('li', {}, h('code', {}, visible(`${bucket}/${key}`)), h('span', { class: 'muted' }, visible(why)))),
    unnamed > 0 ? h('li', { class: 'muted' }, `and ${count(unnamed)} more`) : '') : null];
}

const BODIES = { restore: restoreBody, drill: drillBody };
