// One job of a kind that has no page of its own: how it came out, its figures, and what it names.

import { byId, h, icon, setAttribute, setData, setHidden, setText, setVar } from './dom.js';
import { get, post } from './api.js';
import { now } from './clock.js';
import { bytes, capital, count, duration, exact, inSentence, instant, moment, plural, visible } from './format.js';
import { jobAddress, jobLook, jobProgress, jobTitle, TRIGGERS } from './job-words.js';
import { filesUrl } from './run-changes.js';
import { logCard } from './job-log.js';
import { startShell } from './shell.js';
import { toastError } from './toast.js';

const id = decodeURIComponent(location.pathname.split('/').pop());
const body = byId('job-body');
const log = logCard(id);
let kind = null;
let live = null;

const tally = (value) => (value.objects > 0 ? `${plural(value.objects, 'file')}, ${bytes(value.bytes)}` : '0');

/** What each kind has to tell besides: `[name, value]`, those without a value are left out. */
const FIGURES = {
  drill: (job) => [['From', snapshot(job.snapshot)], ['Tried in', job.to ? visible(job.to) : 'a folder of its own'], ['Files chosen', tally(job.sampled)], ['Came back as they were', tally(job.same)], ['Did not', job.different.objects > 0 ? tally(job.different) : null], ['Seed', String(job.seed)]],
  verify: (job) => [['Cycle', job.cycle_number > 0 ? `${count(job.cycle_number)}, ${job.percent} % done` : null], ['Read', tally(job.read)], ['Proven in this cycle', `${count(job.proven.objects)} of ${tally(job.files)}`], ['Found damaged', tally(job.found_damaged)], ['On the list of damage', job.damaged_files > 0 ? `${plural(job.damaged_files, 'file')} in ${plural(job.damaged_snapshots, 'snapshot')}` : null]],
  repair: (job) => [['Damaged', tally(job.damaged)], ...Object.entries(job.repaired).map(([from, value]) => [`Repaired from ${from === 's3' ? 'S3' : from === 'twin' ? 'another file' : visible(from)}`, tally(value)]), ['Turned out to be right', job.sound.objects > 0 ? tally(job.sound) : null], ['Lost', tally(job.lost)]],
  retention: (job) => [['Kept', plural(job.stay, 'snapshot')], ['Removed', plural(job.removed, 'snapshot')], ['Frees', bytes(job.freed_bytes)], ['Can be undone until', job.undo_until ? exact(instant(job.undo_until)) : null], ['Asked for', job.snapshot ?? null]],
  replication: (job) => [['To', visible(job.to)], ['Snapshots', `${count(job.snapshots.selected)} chosen: ${count(job.snapshots.there)} there, ${count(job.snapshots.copied)} copied, ${count(job.snapshots.failed)} failed`], ['Copied', tally(job.copied)], ['Linked in the copy', tally(job.linked)], ['Failed', job.failed.objects > 0 ? tally(job.failed) : null], ['Removed from the copy', job.snapshots.removed > 0 ? plural(job.snapshots.removed, 'snapshot') : null]],
};

/** What each kind names one by one: a heading, and `[name, why]`. */
const NAMED = {
  drill: (job) => ['What did not come back', job.differences.map(({ bucket, key, why }) => [`${bucket}/${key}`, why]), job.different.objects],
  repair: (job) => ['What could not be repaired', job.lost_files.map(({ bucket, key, why }) => [`${bucket}/${key}`, why ?? '']), job.lost.objects],
  retention: (job) => [job.dry_run ? 'What would be removed' : 'What was removed', job.names.map((name) => [name, '']), job.dry_run ? job.go : job.removed],
  replication: (job) => ['What could not be copied', job.failures.map(({ snapshot: of, bucket, key, why }) => [[of, bucket, key].filter(Boolean).join('/'), why]), 0],
};

function snapshot(name) {
  return name ? h('a', { href: filesUrl({ at: name }) }, name) : null;
}

async function load() {
  try {
    const { record, progress, older, newer } = await get(`/api/jobs/${encodeURIComponent(id)}`);
    // They have pages of their own.
    if (['backup', 'restore'].includes(record.kind)) return location.replace(jobAddress(record));
    kind = record.kind;
    point(byId('job-older'), older);
    point(byId('job-newer'), newer);
    show(record, progress);
  } catch (error) {
    if (kind) return;
    setText(byId('job-heading'), error.status === 404 ? 'No such job' : 'The job cannot be shown');
    body.replaceChildren(h('p', { class: 'card empty' }, h('strong', {}, error.title ?? 'Something went wrong'), error.message));
  }
}

function show(job, progress) {
  const { label, tone, icon: name } = jobLook(job);
  const start = instant(job.started_at);
  setText(byId('job-heading'), `${jobTitle(job)}, ${inSentence(moment(start, now()))}`);
  setText(byId('trail-job'), job.run_id);
  document.title = `${jobTitle(job)} · HubStorage`;
  const chip = byId('job-result');
  setData(chip, 'tone', tone);
  chip.replaceChildren(icon(name), label);
  setHidden(chip, false);
  live = job.result === 'running' && progress ? underWay(job) : null;
  body.replaceChildren(...[
    live?.element,
    job.message ? h('div', { class: 'outcome', data: { tone } }, icon(name), h('div', {}, h('p', { class: 'outcome-words' }, capital(visible(job.message))))) : null,
    facts(job),
    named(job),
    log.element,
  ].filter(Boolean));
  if (progress) follow(progress);
  log.refresh();
}

function facts(job) {
  const start = instant(job.started_at);
  const end = instant(job.finished_at);
  const entries = [['Started', exact(start)], ['Ended', end == null ? null : exact(end)], ['Took', end == null ? null : duration(end - start)],
    ['Started by', TRIGGERS[job.trigger] ?? job.trigger], ...(FIGURES[job.kind]?.(job) ?? []),
    ...(job.hooks ?? []).map((hook) => [`Hook ${visible(hook.hook)}`, `${hook.result.replace('_', ' ')}${hook.problem ? `: ${visible(hook.problem)}` : ''}`])].filter(([, value]) => value != null);
  return h('section', { class: 'card', 'aria-label': 'Facts' }, h('header', {}, h('h2', {}, 'Facts')),
    h('dl', { class: 'facts-list' }, entries.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])));
}

function named(job) {
  const [title, items, total] = NAMED[job.kind]?.(job) ?? ['', [], 0];
  if (items.length === 0) return null;
  const rest = total - items.length;
  return h('section', { class: 'card', 'aria-label': title }, h('header', {}, h('h2', {}, title)), h('ul', { class: 'named' },
    items.map(([what, why]) => h('li', {}, h('bdi', { class: 'name' }, visible(what)), h('span', { class: 'muted' }, visible(why)))),
    rest > 0 ? h('li', { class: 'muted' }, `and ${count(rest)} more`) : null));
}

function underWay(job) {
  const words = h('p', { class: 'muted' }, 'Beginning…');
  const bar = h('div', { class: 'bar', role: 'progressbar', 'aria-label': 'Progress', 'aria-valuemin': '0', 'aria-valuemax': '100', data: { known: 'false' } }, h('i', {}));
  const stop = h('button', { type: 'button', class: 'button small cancel-job' }, 'Stop');
  stop.addEventListener('click', async () => {
    stop.disabled = true;
    try {
      await post(`/api/jobs/${encodeURIComponent(job.run_id)}/cancel`);
    } catch (error) {
      stop.disabled = false;
      toastError(error);
    }
  });
  return { words, bar, element: h('section', { class: 'card', id: 'under-way', 'aria-label': 'Under way', data: { tone: 'info' } },
    h('header', {}, h('h2', {}, 'Running now'), h('div', { class: 'tools' }, stop)), h('div', { class: 'live' }, bar, words)) };
}

function follow(state) {
  if (!live || state.run_id !== id) return;
  const { share, words } = jobProgress(state);
  setText(live.words, words);
  setData(live.bar, 'known', String(share != null));
  setVar(live.bar, '--share', share == null ? '0%' : `${(share * 100).toFixed(1)}%`);
  setAttribute(live.bar, 'aria-valuenow', share == null ? null : Math.round(share * 100));
}

function point(element, other) {
  setHidden(element, !other);
  if (other) element.href = jobAddress({ kind, run_id: other });
}

startShell({
  history: 1,
  onEvent(name, data) {
    if (name === `${kind}.finished` || name === `${kind}.started`) load();
    else if (name === `${kind}.progress`) follow({ ...data, kind });
    else if (name === 'state' && live) load();
  },
});
load();
