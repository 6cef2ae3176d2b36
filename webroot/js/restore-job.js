// One restore, from its plan to its certificate. The address shows each of its states, after a reload and to others too.

import { byId, h, icon, setData, setHidden, setText, url } from './dom.js';
import { bytes, capital, count, duration, exact, instant, plural, visible } from './format.js';
import { breakdown } from './run-account.js';
import { hasWork, heading, planParts, recordParts, restoreLook, sum, verdict } from './restore-looks.js';
import { get, post, request as send } from './api.js';
import { compact } from './restore-request.js';
import { liveView } from './restore-live.js';
import { now } from './clock.js';
import { nameElement, phraseNodes } from './names.js';
import { renderObjects } from './restore-objects.js';
import { restorePage, restoreUrl } from './snapshot-links.js';
import { sentence } from './restore-words.js';
import { startShell } from './shell.js';
import { toastError } from './toast.js';

const id = decodeURIComponent(location.pathname.split('/').pop());
const address = `/api/restores/${encodeURIComponent(id)}`;
/** A plan tells nothing over the stream; of a run the stream tells more and sooner. */
const POLL_MS = { planning: 700, running: 5000 };
const RETRY_MS = 5000;
const PLAN_KEPT_MS = 86_400_000;
const card = byId('course');
const chip = h('span', { class: 'chip', id: 'chip' });
const dialog = byId('stop-dialog');
const live = liveView(() => dialog.showModal(), logLink());
let job = null;
let drawn = null;
let timer = null;
/** Questions are numbered, so that an answer does not take the place of that to a later one. */
let asked = 0;
let answered = 0;
/** Nothing is asked about what has just been discarded. */
let discarded = false;

async function load() {
  if (discarded) return;
  const turn = ++asked;
  let wait = RETRY_MS;
  try {
    const next = await get(address);
    if (turn < answered) return;
    answered = turn;
    show(next);
    wait = POLL_MS[job.state];
  } catch (error) {
    if (turn < answered) return;
    answered = turn;
    if (job == null || error.status === 404) unknown(error);
    if (error.status === 404) wait = null;
  }
  clearTimeout(timer);
  if (wait) timer = setTimeout(load, wait);
}

function unknown(error) {
  drawn = null;
  setText(byId('heading'), error.status === 404 ? 'No such restore' : 'The restore cannot be shown');
  byId('asked').replaceChildren(error.status === 404 ? 'A plan that nobody starts is kept for a day.' : '');
  setHidden(byId('objects-card'), true);
  card.replaceChildren(h('p', { class: 'empty' }, h('strong', {}, error.title ?? 'Something went wrong'), visible(error.message), ' ',
    h('a', { href: url('/restore') }, 'All restores')),
  error.status === 404 && job != null ? h('footer', { class: 'state-foot' }, planButton('Plan it again', job.request)) : '');
}

function show(next) {
  job = next;
  const { label, tone, icon: name } = restoreLook(job);
  setText(byId('heading'), heading(job));
  document.title = `${label}: restore · HubStorage`;
  setData(chip, 'tone', tone);
  if (chip.textContent !== label) chip.replaceChildren(icon(name), label);
  setText(byId('trail-id'), job.id);
  if (drawn !== job.state) {
    drawn = job.state;
    byId('asked').replaceChildren(...phraseNodes(sentence(job.request, now())));
    card.replaceChildren(...VIEWS[job.state]());
  }
  if (job.state === 'running' && job.progress) live.draw(job.progress);
  if (job.state !== 'running' && dialog.open) dialog.close('no');
  renderFiles();
}

const VIEWS = {
  planning: () => [
    head('Looking at the snapshot and at what is there'),
    h('p', { class: 'state-words' }, 'Every file is compared with what is there. Nothing is written.'),
    h('footer', { class: 'state-foot' }, discardButton('Cancel')),
  ],
  planned: () => [
    head('What would happen'),
    h('div', { class: 'state-columns' },
      h('div', { class: 'account' }, ...breakdown(planParts(job.plan), job.plan.objects), deletion()),
      factsList([...what(), job.plan.requests > 0 ? ['Requests to S3', `about ${count(job.plan.requests)}`] : null])),
    notes(),
    foot(),
  ],
  refused: () => [
    head('Nothing was written'),
    notes(),
    h('footer', { class: 'state-foot' }, change('button primary'), discardButton('Discard')),
  ],
  running: () => [head('Under way'), ...live.nodes],
  ended: () => [
    head('Certificate'),
    job.record.message ? h('p', { class: 'state-words' }, visible(capital(job.record.message))) : '',
    h('div', { class: 'state-columns' },
      h('div', { class: 'account' }, ...breakdown(recordParts(job.record), job.record.planned.objects), verdictLine()),
      factsList([...what(), ...course()])),
    h('footer', { class: 'state-foot' }, againButtons(), logLink(), h('a', { class: 'button quiet', href: url(address) }, 'As JSON')),
  ],
};

function head(title) {
  return h('header', {}, h('h2', {}, title), h('div', { class: 'tools' }, chip));
}

function logLink() {
  return h('a', { class: 'button quiet', href: url(`/logs?run=${encodeURIComponent(id)}`) }, 'Log');
}

function deletion() {
  const tally = job.plan.delete;
  return tally.objects > 0 ? h('p', { class: 'verdict', data: { tone: 'bad' } }, icon('alert'),
    h('span', {}, `And ${plural(tally.objects, 'file')} that the snapshot does not have would be deleted, ${bytes(tally.bytes)}.`)) : '';
}

function notes() {
  const { problems = [], warnings = [] } = job.plan ?? {};
  const note = (tone) => (text) => h('li', { class: 'banner', data: { tone } }, icon('alert'), h('p', {}, visible(text)));
  const said = [...problems.map(note('bad')), ...warnings.map(note('warn')), selectionNote()].filter(Boolean);
  return said.length > 0 ? h('ul', { class: 'state-notes' }, said) : '';
}

/** Of files that were picked by name, some may not be in this snapshot. */
function selectionNote() {
  const { include, exclude, absent_in: absentIn } = job.request;
  // These leave files out that are in it.
  if (include?.length > 0 || exclude?.length > 0 || absentIn) return null;
  const picked = job.request.keys?.length ?? 0;
  const { objects } = job.plan ?? {};
  if (picked === 0 || job.request.prefixes?.length > 0 || objects == null || objects >= picked) return null;
  return h('li', { class: 'banner', data: { tone: 'idle' } }, icon('same'),
    h('p', {}, `${count(picked - objects)} of the ${plural(picked, 'selected file')} ${picked - objects === 1 ? 'is' : 'are'} not in this snapshot.`));
}

function foot() {
  const { plan } = job;
  const deletes = plan.delete.objects;
  const exists = plan.skipped?.exists?.objects ?? 0;
  if (!hasWork(plan)) {
    return h('footer', { class: 'state-foot' },
      exists > 0 ? planButton('Replace what differs instead', { ...job.request, overwrite: 'if-different' }) : '',
      change(exists > 0 ? 'button' : 'button primary'), discardButton('Discard'));
  }
  const words = [plan.write.objects > 0 ? `Restore ${plural(plan.write.objects, 'file')}, ${bytes(plan.write.bytes)}` : '', deletes > 0 ? `delete ${count(deletes)}` : ''];
  const label = words.filter(Boolean).join(' and ');
  return h('footer', { class: 'state-foot' },
    h('button', { type: 'button', class: deletes > 0 ? 'button danger solid' : 'button primary', id: 'start', onclick: start },
      label.charAt(0).toUpperCase() + label.slice(1)), change('button'), discardButton('Discard'));
}

function change(looks) {
  return h('a', { class: looks, id: 'change', href: restoreUrl(job.request) }, 'Change');
}

function discardButton(text) {
  return h('button', { type: 'button', class: 'button quiet', id: 'discard', onclick: (event) => command(event.currentTarget, async () => {
    discarded = true;
    try {
      await send('DELETE', address);
    } catch (error) {
      discarded = false;
      throw error;
    }
    location.assign(url('/restore'));
  }) }, text);
}

/** A new plan, on a page of its own. */
function planButton(text, request, looks = 'button primary') {
  return h('button', { type: 'button', class: looks, id: 'plan-again', onclick: (event) => command(event.currentTarget, async () => {
    const { id: next } = await post('/api/restores', compact(request));
    location.assign(restorePage(next));
  }) }, text);
}

function againButtons() {
  const { record, plan, request } = job;
  const rest = record.left.objects;
  const goOn = rest > 0 && plan?.digest && isFresh();
  return [
    goOn ? h('button', { type: 'button', class: 'button primary', id: 'start', onclick: start }, `Go on with the other ${plural(rest, 'file')}`) : '',
    !goOn && record.result !== 'success' ? planButton(request.overwrite === 'always' ? 'Plan it again' : 'Restore the rest', request) : '',
    h('a', { class: 'button', href: url('/restore') }, 'All restores')];
}

/** The lines of a plan are kept for a day, what was not written for good. */
function isFresh() {
  return now() - (instant(job.record.finished_at) ?? now()) < PLAN_KEPT_MS;
}

async function start(event) {
  const button = event.currentTarget;
  await command(button, async () => {
    try {
      await post(`${address}/start`, { digest: job.plan.digest });
    } catch (error) {
      if (error.status !== 404) throw error;
      // Its lines have been cleared away, and will not come again.
      toastError(error);
      button.replaceWith(planButton('Plan it again', job.request));
      return;
    }
    await load();
  });
}

async function command(button, work) {
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    toastError(error);
    button.disabled = false;
    load();
  }
}

function verdictLine() {
  const { tone, icon: name, text } = verdict(job.record);
  return h('p', { class: 'verdict', id: 'verdict', data: { tone } }, icon(name), h('span', {}, text));
}

/** Where from, and where to. */
function what() {
  const { request, plan, record } = job;
  return [['Snapshot', h('code', {}, plan?.snapshot ?? record?.snapshot ?? request.snapshot)], ['To', nameElement(plan?.to ?? record?.to ?? '')]];
}

function course() {
  const { record } = job;
  const start = instant(record.started_at);
  const end = instant(record.finished_at);
  const spared = sum(record.spared).objects;
  return [['Started', exact(start)], ['Ended', exact(end)], ['Duration', duration(end - start)],
    record.deleted.objects > 0 ? ['Deleted', plural(record.deleted.objects, 'file')] : null,
    spared > 0 ? ['Not deleted after all', plural(spared, 'file')] : null];
}

function factsList(entries) {
  return h('dl', { class: 'facts-list' }, entries.filter(Boolean).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

function renderFiles() {
  const { plan, record, state } = job;
  if (state === 'planned' || state === 'running') {
    renderObjects(id, [
      { action: 'write', label: 'To write', objects: plan.write.objects }, { action: 'skip', label: 'Left as it is', objects: sum(plan.skipped).objects },
      { action: 'fail', label: 'Cannot be restored', objects: sum(plan.failed).objects }, { action: 'delete', label: 'To delete', objects: plan.delete.objects },
      { action: 'identical', label: 'The same', objects: plan.identical.objects },
    ], 'write');
  } else if (state === 'ended') {
    const planned = (objects) => (isFresh() ? objects : 0);
    renderObjects(id, [
      { action: 'not_written', label: 'Not written', objects: sum(record.skipped).objects + sum(record.failed).objects + sum(record.spared).objects },
      { action: 'write', label: 'Planned to write', objects: planned(plan.write.objects) },
      { action: 'delete', label: 'Planned to delete', objects: planned(plan.delete.objects) },
      { action: 'identical', label: 'The same', objects: planned(record.identical.objects) },
    ], 'not_written');
  }
}

dialog.addEventListener('cancel', () => { dialog.returnValue = 'no'; });
dialog.addEventListener('close', async () => {
  if (dialog.returnValue !== 'yes' || job?.state !== 'running') return;
  try {
    await post(`/api/jobs/${encodeURIComponent(id)}/cancel`);
  } catch (error) {
    toastError(error);
  }
  load();
});

startShell({
  onEvent(name, data) {
    if (name === 'restore.progress' && data.run_id === id && job?.state === 'running') show({ ...job, progress: data });
    else if (name === 'state' || (name.startsWith('restore.') && data.run_id === id)) load();
  },
});
load();
