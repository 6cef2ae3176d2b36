// The storage page: what is taken and for how long there is room, what stays, what is proven, and what is damaged.

import { byId, h, icon, setAttribute, setHidden, setText } from './dom.js';
import { bytes, count, inSentence, instant, moment, plural } from './format.js';
import { RetentionCalendar } from './retention-calendar.js';
import { RetentionCard } from './retention-card.js';
import { SnapshotRows, called } from './snapshot-rows.js';
import { PagedList } from './paged-list.js';
import { drillGoesOn, proofsGoOn, refreshDrill, refreshProofs } from './proofs.js';
import { diskTone } from './disk-bar.js';
import { get, post } from './api.js';
import { now } from './clock.js';
import { refreshRepairs, repairGoesOn, showDamage } from './repairs.js';
import { spaceCard } from './space-card.js';
import { startShell } from './shell.js';
import { toast, toastError } from './toast.js';
import { watchWorkers } from './workers-card.js';

/** Alarms that are about what this page shows. */
const ALARMS = ['damage', 'clock_moved', 'shrunk'];

const rows = new SnapshotRows({ changed: () => load(), undoHours: () => policy.undoHours });
const list = new PagedList(byId('all'), (snapshot) => rows.ofList(snapshot));
const policy = new RetentionCard(byId('policy'), byId('retention-chip'), drawKept);
const drawSpace = spaceCard(byId('space-body'));
const notices = { space: null, alarms: [], trouble: null };
let calendar = null;
let verdicts = [];
let listed = false;

policy.onSaved = () => load();

async function load() {
  try {
    const status = await get('/api/retention');
    drawTrash(status);
    await policy.show(status);
    notices.trouble = null;
  } catch (error) {
    notices.trouble = error;
  }
  drawNotices();
}

async function loadSpace() {
  try {
    const space = await get('/api/space');
    drawSpace(space);
    policy.space = space;
    notices.space = space;
    drawNotices();
  } catch (error) {
    byId('space-body').replaceChildren(h('p', { class: 'empty' }, h('strong', {}, 'Not known now'), error.message));
  }
}

async function loadAlarms() {
  try {
    notices.alarms = (await get('/api/alarms')).open.filter((alarm) => ALARMS.includes(alarm.kind));
    drawNotices();
  } catch {
    // What is wrong with the server, the other parts of the page say.
  }
}

function drawNotices() {
  const { space, alarms, trouble } = notices;
  const low = space && diskTone(space, now()) === 'bad';
  byId('notices').replaceChildren(...[
    trouble && notice('bad', trouble.title ?? 'The snapshots cannot be looked at', trouble.message, h('button', { type: 'button', class: 'button small', onclick: load }, 'Try again')),
    low && notice('bad', space.disk.free_bytes === 0 ? 'The disk is full.' : `The disk is nearly full: ${bytes(space.disk.free_bytes)} free.`,
      'The next backup may not fit. Keep fewer snapshots below, or move to a larger disk.'),
    ...alarms.map((alarm) => notice(alarm.kind === 'shrunk' ? 'warn' : 'bad', alarm.message, alarm.remedy,
      h('button', { type: 'button', class: 'button small acknowledge', onclick: () => acknowledge(alarm.id) }, 'Acknowledge'))),
  ].filter(Boolean));
}

function notice(tone, title, words, action = '') {
  return h('div', { class: 'banner', data: { tone }, role: 'alert' }, icon('alert'), h('p', {}, h('strong', {}, title), ` ${words}`), action);
}

async function acknowledge(id) {
  try {
    await post(`/api/alarms/${encodeURIComponent(id)}/acknowledge`);
  } catch (error) {
    toastError(error);
  }
  loadAlarms();
  load();
}

function drawTrash({ trash }) {
  setHidden(byId('trash'), trash.length === 0);
  setHidden(byId('undo-all'), trash.every((each) => each.until == null));
  byId('trash-list').replaceChildren(...trash.map((each) => h('li', { data: { snapshot: each.snapshot } },
    h('div', {}, h('strong', {}, called(each.snapshot)), h('p', { class: 'muted' }, removedWords(each))),
    each.until == null ? h('span', { class: 'chip' }, 'Being deleted') : h('button', {
      type: 'button', class: 'button small', onclick: () => undo(each.snapshot),
    }, icon('restore'), 'Bring back'))));
}

function removedWords(each) {
  const who = each.by_hand ? 'Removed by hand' : 'Removed by the policy';
  const freed = each.freed_bytes == null ? '' : `, frees ${bytes(each.freed_bytes)}`;
  if (each.until == null) return `${who}${freed}. ${each.shortened ?? 'Its time is over.'}`;
  return `${who} ${inSentence(moment(instant(each.removed_at), now()))}${freed}. Can be brought back until ${inSentence(moment(instant(each.until), now()))}.`;
}

async function undo(snapshot) {
  try {
    const { restored, refused } = await post('/api/retention/undo', snapshot ? { snapshot } : {});
    if (restored.length > 0) toast(`${plural(restored.length, 'snapshot')} back`, '', 'good');
    for (const each of refused) toast(`${each.snapshot} did not come back`, each.why, 'bad');
  } catch (error) {
    toastError(error);
  }
  load();
}

function drawKept(preview) {
  const others = preview.verdicts.length !== verdicts.length || preview.verdicts.some((each, index) => each.snapshot !== verdicts[index].snapshot);
  verdicts = preview.verdicts;
  rows.verdicts = verdicts;
  setText(byId('kept-count'), verdicts.length === 0 ? '' : count(verdicts.length));
  if (verdicts.length === 0) {
    calendar = null;
    byId('kept').replaceChildren(h('p', { class: 'empty' }, h('strong', {}, 'No snapshot yet'), 'The first backup makes the first one.'));
  } else {
    calendar ??= new RetentionCalendar(byId('kept'), (verdict) => rows.ofDay(verdict));
    calendar.show(verdicts);
  }
  if (others) listed = false;
  else rows.refresh(byId('all'));
  showAs(shown());
}

const shown = () => (new URLSearchParams(location.search).get('show') === 'list' ? 'list' : 'calendar');

function showAs(form) {
  setHidden(byId('kept'), form === 'list');
  setHidden(byId('all'), form !== 'list');
  setAttribute(byId('as-list'), 'aria-pressed', String(form === 'list'));
  setAttribute(byId('as-calendar'), 'aria-pressed', String(form !== 'list'));
  if (form !== 'list' || listed) return;
  listed = true;
  list.show((before, signal) => rows.page(before, signal), () => h('p', { class: 'empty' }, h('strong', {}, 'No snapshot yet'), 'The first backup makes the first one.'));
}

for (const form of ['list', 'calendar']) {
  byId(`as-${form}`).addEventListener('click', () => {
    const address = new URL(location.href);
    if (form === 'list') address.searchParams.set('show', 'list');
    else address.searchParams.delete('show');
    history.replaceState(null, '', address);
    showAs(form);
  });
}
byId('undo-all').addEventListener('click', () => undo(null));

/** Where the server does not answer, what there is is seen all the same. */
const PATIENCE_MS = 3000;
let begun = false;

function begin() {
  const workers = begun ? null : watchWorkers(byId('workers'));
  const all = Promise.allSettled([workers, load(), loadSpace(), loadAlarms(), refreshProofs(showDamage), refreshRepairs(), refreshDrill()]);
  if (begun) return;
  begun = true;
  all.then(seen);
}

function seen() {
  document.querySelector('.storage-page').removeAttribute('data-loading');
  // Everything has moved down to its place meanwhile.
  if (location.hash.length > 1) byId(location.hash.slice(1))?.scrollIntoView();
}

setTimeout(() => { if (!begun) seen(); }, PATIENCE_MS);

const RUNNING = { retention: (state) => { policy.running = state; }, verify: (state) => state && proofsGoOn(state, showDamage), drill: drillGoesOn, repair: repairGoesOn };

startShell({
  onEvent: (name, data) => {
    const [job, what] = name.split('.');
    if (what === 'started' || what === 'progress') RUNNING[job]?.(data);
    if (what === 'finished') RUNNING[job]?.(null);
    if (name === 'state') {
      for (const end of Object.values(RUNNING)) end(null);
      begin();
    }
    if (['backup.finished', 'retention.finished', 'repair.finished', 'config.changed'].includes(name)) {
      load();
      loadSpace();
    }
    if (['verify.started', 'verify.finished', 'repair.finished'].includes(name)) refreshProofs(showDamage);
    if (job === 'repair' && what !== 'progress') refreshRepairs();
    if (name === 'drill.finished') refreshDrill();
    if (name === 'alarms') loadAlarms();
  },
});
