// The runs that a bucket was part of, the newest first, page by page.

import { byId, h, icon } from './dom.js';
import { bytes, count, duration, exact, instant, moment, plural, visible } from './format.js';
import { get } from './api.js';
import { leftOut, look, runAddress, triggerName } from './results.js';
import { now } from './clock.js';
import { toastError } from './toast.js';

const PAGE = 12;

/** What a run says of a bucket, or null where it was no part of it. */
export function partOf(run, name) {
  const found = run.buckets?.find(({ bucket }) => bucket === name);
  return found && !leftOut(found) ? found : null;
}

/** `load()` asks for the newest, `last()` is the last that ended and was no dry run, `known()` whether any answer has come; `onLoad` is called with each. */
export function bucketRuns(name, onLoad) {
  const box = byId('runs');
  let runs = null;
  let next = null;

  const question = (before) => `/api/jobs?${new URLSearchParams({ kind: 'backup', bucket: name, limit: PAGE, ...(before ? { before } : {}) })}`;
  const own = () => runs.filter((run) => run.finished_at && partOf(run, name));

  async function load() {
    try {
      ({ jobs: runs, next } = await get(question(null)));
      draw();
      onLoad();
    } catch (error) {
      if (runs == null) box.replaceChildren(h('p', { class: 'empty' }, h('strong', {}, error.title), error.message));
    }
  }

  async function more(event) {
    event.target.disabled = true;
    try {
      const page = await get(question(next));
      runs = [...runs, ...page.jobs];
      next = page.next;
      draw();
    } catch (error) {
      event.target.disabled = false;
      toastError(error);
    }
  }

  function draw() {
    const rows = own().map((run) => row(run, name));
    box.replaceChildren(rows.length === 0 ? h('p', { class: 'empty' }, 'Runs that back it up appear here.') : h('table', { class: 'run-list' }, h('tbody', {}, rows)),
      next ? h('p', { class: 'more' }, h('button', { type: 'button', class: 'button small', onclick: more }, 'Show older runs')) : '');
  }

  return { load, known: () => runs != null, last: () => (runs == null ? null : own().find((run) => !run.dry_run) ?? null) };
}

function row(run, name) {
  const bucket = partOf(run, name);
  const { label, tone, icon: picture } = look({ ...run, result: bucket.result, new_snapshot: changed(bucket.counts) });
  const failed = bucket.error || bucket.failures_total > 0;
  return h('tr', { data: { runId: run.run_id } },
    h('td', {}, h('a', { href: runAddress(run.run_id), title: exact(instant(run.started_at)) }, moment(instant(run.started_at), now()))),
    h('td', {}, h('span', { class: 'chip', data: { tone } }, icon(picture), label === 'New snapshot' ? 'Changed' : label)),
    h('td', { class: 'what', data: failed ? { tone } : {} }, runWords(bucket)),
    h('td', { class: 'wide' }, triggerName(run.trigger, run.schedule)),
    h('td', {}, duration(instant(run.finished_at) - instant(run.started_at))));
}

function changed({ downloaded, deleted }) {
  return downloaded.objects + deleted.objects > 0;
}

function runWords({ counts, error, failures_total: failures }) {
  if (error) return visible(error);
  const parts = [
    failures > 0 ? `${plural(failures, 'object')} failed` : null,
    counts.downloaded.objects > 0 ? `${count(counts.downloaded.objects)} downloaded (${bytes(counts.downloaded.bytes)})` : null,
    counts.deleted.objects > 0 ? `${count(counts.deleted.objects)} gone` : null,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : `${plural(counts.linked.objects, 'object')}, none changed`;
}
