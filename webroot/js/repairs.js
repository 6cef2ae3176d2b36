// What is damaged, in which snapshots, and its repair: look what can be put right and from where, then have it done.

import { byId, h, icon, setHidden, setText, url } from './dom.js';
import { bytes, capital, count, exact, instant, plural, visible } from './format.js';
import { called } from './snapshot-rows.js';
import { get, post } from './api.js';
import { PagedList } from './paged-list.js';
import { nameElement } from './names.js';
import { sure } from './sure.js';
import { timeElement } from './clock.js';
import { toast, toastError } from './toast.js';

const PAGE = 200;
const PLANNED_MS = 1000;
const FEW = 5;
const KINDS = { missing: 'Missing', size: 'Other size', bytes: 'Other content', not_a_file: 'Not a file', manifest: 'Manifest damaged' };
const SOURCES = { twin: 'from another file on this disk', s3: 'from S3', copy: 'from the second copy', empty: 'without any bytes to fetch' };

let damage = { files: 0 };
let view = null;
let running = null;
let timer = 0;
/** Whether somebody has looked at what can be repaired since the page was opened. */
let asked = false;

/** Damaged files, each once: the list has one line for each snapshot of it, one behind the other. Pure. */
function byFile(lines) {
  const files = [];
  for (const line of lines) {
    const last = files.at(-1);
    if (last && last.bucket === line.bucket && last.path === line.path && last.kind === line.kind) last.snapshots.push(line.snapshot);
    else files.push({ ...line, snapshots: [line.snapshot] });
  }
  return files;
}

const list = new PagedList(byId('damaged'), (file) => {
  const newest = file.snapshots.toSorted().at(-1);
  const found = instant(file.found_at);
  return h('li', {}, h('span', { class: 'chip', data: { tone: 'bad' } }, KINDS[file.kind] ?? file.kind),
    nameElement([file.bucket, visible(file.key || file.path)].filter(Boolean).join('/')),
    h('span', { class: 'where muted' }, file.snapshots.length === 1 ? 'in ' : `in ${plural(file.snapshots.length, 'snapshot')}, newest `,
      h('a', { href: url(`/files?${new URLSearchParams({ at: newest, bucket: file.bucket })}`) }, called(newest)),
      found == null ? '' : h('span', { title: exact(found) }, ' · found ', timeElement(file.found_at))));
});

/** Shows anew what is damaged. */
export function showDamage(next) {
  const before = damage;
  damage = next;
  setText(byId('damaged-count'), count(damage.files));
  setHidden(byId('damaged-count'), damage.files === 0);
  setHidden(byId('repair-plan'), damage.files === 0);
  if (before.files === damage.files && before.since === damage.since && byId('damaged').children.length > 0) return;
  list.show(async (after, signal) => {
    const page = await get(`/api/verify?${new URLSearchParams({ limit: PAGE, after: after ?? 0 })}`, { signal });
    return { items: byFile(page.damaged), next: page.next };
  }, () => h('p', { class: 'empty' }, h('strong', {}, 'No damage known'), 'What is found damaged is named here, with the snapshots that have it.'));
}

/** The state of a repair that is under way, or null. */
export function repairGoesOn(state) {
  running = state;
  drawRepair();
}

export async function refreshRepairs() {
  try {
    const [now, { jobs }] = await Promise.all([get('/api/repair'), get(`/api/jobs?kind=repair&limit=${FEW}`)]);
    view = now;
    running = now.progress;
    drawRepair();
    drawHistory(jobs);
    clearTimeout(timer);
    if (view.planning) timer = setTimeout(refreshRepairs, PLANNED_MS);
  } catch (error) {
    setHidden(byId('repair'), false);
    byId('repair').replaceChildren(h('p', { class: 'muted' }, error.message));
  }
}

async function plan() {
  asked = true;
  try {
    view = await post('/api/repair', {});
    drawRepair();
    timer = setTimeout(refreshRepairs, PLANNED_MS);
  } catch (error) {
    toastError(error);
  }
}

function drawRepair() {
  const box = byId('repair');
  byId('repair-plan').disabled = view?.planning === true || running != null;
  const parts = running ? progress(running) : view?.planning ? [h('p', {}, 'Looking where right bytes are to be had…'), h('progress', { 'aria-label': 'Planning' })]
    : view?.problem && asked ? [h('div', { class: 'banner', data: { tone: 'bad' } }, icon('alert'), h('p', {}, view.problem))]
      : view?.plan && damage.files > 0 ? planned(view.plan) : [];
  setHidden(box, parts.length === 0);
  box.replaceChildren(...parts);
}

function progress({ damaged, repaired, sound, lost }) {
  const done = Object.values(repaired).reduce((sum, each) => sum + each.objects, 0) + sound.objects + lost.objects;
  return [h('p', { class: 'big' }, `Repairing ${plural(damaged.objects, 'file')}…`),
    h('progress', { 'aria-label': 'Repaired', ...(damaged.objects > 0 ? { max: damaged.objects, value: done } : {}) }),
    h('p', { class: 'muted' }, `${count(done)} of ${count(damaged.objects)} looked at. Every byte is proven before it takes a damaged file's place.`)];
}

function planned(made) {
  const can = Object.values(made.sources).reduce((sum, each) => ({ objects: sum.objects + each.objects, bytes: sum.bytes + each.bytes }), { objects: 0, bytes: 0 });
  const from = Object.entries(made.sources).filter(([, files]) => files.objects > 0).map(([source, files]) => `${count(files.objects)} ${SOURCES[source] ?? `from ${source}`}`);
  const lost = made.items.filter((item) => item.source === 'none');
  const off = view.mode === 'off';
  return [h('p', { class: 'big' }, can.objects === 0 ? 'Nothing of it can be repaired as things are.'
    : `${count(can.objects)} of ${plural(made.damaged.objects, 'file')} can be repaired (${bytes(can.bytes)}): ${from.join(', ')}.`),
  made.lost.objects > 0 && h('div', { class: 'lost-files' }, h('p', {}, `${plural(made.lost.objects, 'file')} cannot be repaired:`),
    h('ul', {}, lost.slice(0, FEW).map((item) => h('li', {}, nameElement(`${item.bucket}/${item.key}`), ' ', h('span', { class: 'muted' }, capital(item.detail)))),
      made.lost.objects > FEW ? h('li', { class: 'muted' }, `and ${count(made.lost.objects - FEW)} more`) : '')),
  h('p', { class: 'muted' }, off ? 'Repairs are switched off: set verify.repair to ask or auto in the settings.'
    : 'Each file is put right in every snapshot that has it. What was damaged is kept in quarantine for 30 days.'),
  can.objects > 0 && !off && h('div', { class: 'actions' }, h('button', { type: 'button', class: 'button primary', id: 'repair-start', onclick: () => start(made, can) }, `Repair ${plural(can.objects, 'file')}…`))].filter(Boolean);
}

async function start({ digest }, can) {
  if (!await sure(`Repair ${plural(can.objects, 'file')}?`, 'Each takes the place of the damaged one in every snapshot that has it, once its bytes are proven. The damaged files are kept in quarantine for 30 days.', 'Repair')) return;
  try {
    await post('/api/repair/start', { digest });
    toast('The repair has begun', '', 'good');
  } catch (error) {
    toastError(error);
    refreshRepairs();
  }
}

function drawHistory(jobs) {
  const ended = jobs.filter((job) => job.finished_at);
  setHidden(byId('repaired'), ended.length === 0);
  byId('repaired').replaceChildren(h('h3', {}, 'Repairs so far'), h('ul', {}, ended.map((job) => h('li', {},
    h('span', {}, timeElement(job.started_at)), h('span', { class: 'muted' }, job.message ?? job.result)))));
}

byId('repair-plan').addEventListener('click', plan);
