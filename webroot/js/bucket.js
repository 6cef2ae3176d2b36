// One bucket: how it stands, what it held over time, where its bytes are, and what can be done with it.

import { byId, h, icon, setAttribute, setData, setHidden, setIcon, setText, url } from './dom.js';
import { bytes, count, inSentence, instant, moment, plural, visible } from './format.js';
import { get, post } from './api.js';
import { beatOf, beatRuns, bucketBeats } from './bucket-beats.js';
import { bucketCharts } from './bucket-charts.js';
import { coversAll, names, withBuckets, withoutBucket } from './bucket-config.js';
import { bucketFacts } from './bucket-facts.js';
import { bucketFolders } from './bucket-folders.js';
import { liveLook, liveProgress, liveWords } from './bucket-live.js';
import { bucketRuns, partOf } from './bucket-runs.js';
import { dated, ranges } from './bucket-series.js';
import { drawSettings } from './bucket-settings.js';
import { drawProgress } from './bucket-progress.js';
import { removalWords, standing } from './bucket-words.js';
import { causeCard } from './causes.js';
import { changeConfig } from './config-change.js';
import { bucketCalled } from './config-model.js';
import { everyTick, now, timeElement } from './clock.js';
import { runAddress } from './results.js';
import { nameElement } from './names.js';
import { Rates, Watermark } from './progress.js';
import { startShell, store } from './shell.js';
import { toast, toastError } from './toast.js';

const BEATS = 90;
const name = decodeURIComponent(location.pathname.slice(url('/buckets/').length));
const role = document.documentElement.dataset.role ?? 'admin';
const rates = new Rates();
const marks = new Watermark();
const beats = bucketBeats(name, { most: BEATS });
const folders = bucketFolders(name);
const runs = bucketRuns(name, render);
const charts = bucketCharts((snapshot) => location.assign(filesAt(snapshot.name)));
const stand = byId('stand');
const bar = { bar: byId('run-bar'), fill: byId('run-bar').firstElementChild, percent: byId('stand-run').querySelector('.percent') };
/** The snapshots that hold it, the oldest first; null as long as nobody has said. */
let moments = null;
let space = null;
let current = null;
let range = null;
let noted = null;

function filesAt(snapshot) {
  return url(`/files?${new URLSearchParams({ bucket: name, ...(snapshot ? { at: snapshot } : {}) })}`);
}

function render() {
  const { state } = store;
  if (!state.loaded) return;
  const run = state.backup.running ? state.backup.current : null;
  if (run && noted !== run) {
    noted = run;
    marks.enter(run);
    rates.note(run);
  }
  const entry = bucketFacts(state, space).find(({ bucket }) => bucket === name) ?? null;
  const known = entry != null || (moments?.length ?? 0) > 0 || (current != null && names(current.config, name));
  setData(byId('bucket-page'), 'known', known ? 'yes' : moments == null ? 'asking' : 'no');
  setHidden(byId('unknown'), known || moments == null);
  drawStand(entry, run, state);
  drawActions(entry, run);
  drawNotes(entry);
  drawFigures(entry);
  drawBeats(state, run);
  const last = runs.last();
  if (current) drawSettings(name, current, entry, state.scheduler, last && partOf(last, name).counts);
}

function drawBeats({ runs: past }, run) {
  const all = beatRuns(past, run?.buckets.some(({ bucket }) => bucket === name) ? run : null).slice(0, BEATS);
  const first = all.findLast((each) => beatOf(each, name) !== 'absent');
  beats.draw(all);
  setData(byId('stand-pulse'), 'empty', String(past != null && first == null));
  setText(byId('beats-since'), all.length > 0 ? `Runs since ${inSentence(moment(instant(all.at(-1).started_at), now()))}` : '\u00a0');
}

function drawStand(entry, run, { scheduler }) {
  const live = entry?.live ?? null;
  const isGoing = live != null && live.phase !== 'done' && live.phase !== 'failed';
  const words = standing(entry ?? (current && names(current.config, name) ? { bucket: name, state: 'never', alarms: [], schedule: null } : null), moments ?? [], scheduler, now());
  const looks = isGoing ? liveLook(live) : words;
  setData(stand, 'tone', moments == null && entry == null ? 'idle' : looks.tone);
  setData(stand, 'live', String(isGoing && looks.icon === 'sync'));
  setIcon(byId('seal'), looks.icon);
  setText(byId('stand-title'), isGoing ? 'Being backed up' : moments == null && entry == null ? '\u00a0' : words.title);
  setText(byId('stand-detail'), isGoing ? liveWords(live, run, rates.of(name), now()) : moments == null && entry == null ? '\u00a0' : words.detail);
  setHidden(byId('stand-run'), !isGoing);
  setHidden(byId('stand-beats'), isGoing);
  if (!isGoing) return;
  const progress = liveProgress(live, marks);
  drawProgress(bar, progress.share, live, looks.tone);
  setText(byId('run-objects'), `${progress.objects} objects`);
  setText(byId('run-bytes'), progress.bytes);
  setAttribute(byId('run-link'), 'href', runAddress(run.run_id));
}

function drawActions(entry, run) {
  const wanted = entry != null && entry.state !== 'left_out';
  const button = byId('back-up');
  const again = !wanted && current != null && !coversAll(current.config) && !names(current.config, name);
  setText(button.querySelector('span'), again ? 'Back up again' : 'Back up now');
  button.disabled = run != null || (!wanted && !again) || (again && role !== 'admin');
  setAttribute(button, 'title', run ? 'A backup is running' : again ? 'Adds it to the backup again, and backs it up' : null);
  const holds = (moments?.length ?? 0) > 0;
  setHidden(byId('browse'), !holds);
  setHidden(byId('restore-bucket'), !holds);
  setHidden(byId('verify'), !holds);
  setHidden(byId('remove'), role !== 'admin' || current == null || coversAll(current.config) || !names(current.config, name));
}

let drawnNotes = '';

/** What somebody has to look at: the alarms, and why the last run left something out. */
function drawNotes(entry) {
  const last = runs.last();
  const bucket = last && partOf(last, name);
  const causes = bucket && bucket.result !== 'success' ? (last.causes ?? []).filter((cause) => cause.buckets.length === 0 || cause.buckets.includes(name)) : [];
  setData(byId('notes'), 'waits', String(!runs.known() && ['partial', 'failing'].includes(entry?.state)));
  const key = JSON.stringify([entry?.alarms ?? [], last?.run_id, causes]);
  // A button must not vanish under a finger.
  if (key === drawnNotes) return;
  drawnNotes = key;
  const cards = [...(entry?.alarms ?? []).map(alarmNote), ...causes.map((cause) => causeCard(cause, last))];
  byId('notes').replaceChildren(...(cards.length > 0 ? [h('h2', { class: 'visually-hidden' }, 'Needs a look'), ...cards] : []));
}

function alarmNote(alarm) {
  const button = h('button', { class: 'button', type: 'button', data: { action: 'acknowledge' }, 'aria-label': `Acknowledge: ${visible(alarm.message)}` }, icon('check'), 'Acknowledge');
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      await post(`/api/alarms/${encodeURIComponent(alarm.id)}/acknowledge`, {});
      toast('Acknowledged', 'It is written down that somebody has looked.', 'good');
    } catch (error) {
      button.disabled = false;
      toastError(error);
    }
  });
  return h('div', { class: 'card note-card', data: { tone: 'warn', kind: alarm.kind, alarm: alarm.id } }, icon('alert'),
    h('div', {}, h('strong', {}, visible(alarm.message)), h('p', {}, visible(alarm.remedy), ' ', timeElement(alarm.last), '.')), button);
}

let drawnFigures = '';

function drawFigures(entry) {
  const newest = moments?.at(-1);
  const held = entry?.held ?? newest?.files ?? null;
  const disk = space?.buckets.find(({ bucket }) => bucket === name);
  const figures = [
    ['Objects', held ? count(held.objects) : '–'],
    ['Size', held ? bytes(held.bytes) : '–'],
    ['On disk', disk?.bytes > 0 ? bytes(disk.bytes) : '–', disk?.bytes > 0 && (moments?.length ?? 0) > 0 ? `in ${plural(moments.length, 'snapshot')}` : ''],
    ['Growth', entry?.growth > 0 ? `+${bytes(entry.growth)}` : '–', entry?.growth > 0 ? 'a day' : ''],
  ];
  const key = JSON.stringify(figures);
  if (key !== drawnFigures) byId('figures').replaceChildren(...figures.map(([label, value, more]) => h('div', {}, h('dt', {}, label), h('dd', {}, value, more ? h('small', {}, ` ${more}`) : ''))));
  drawnFigures = key;
}

async function loadTimeline() {
  try {
    const { snapshots } = await get(`/api/files/timeline?${new URLSearchParams({ bucket: name })}`);
    moments = snapshots;
    drawTime();
    folders.load(dated(snapshots));
    render();
  } catch (error) {
    byId('charts').replaceChildren(h('div', { class: 'empty' }, h('strong', {}, error.title ?? 'The snapshots cannot be looked at'), h('p', {}, error.message), h('button', { type: 'button', class: 'button small', onclick: loadTimeline }, 'Try again')));
  }
}

function drawTime() {
  const known = dated(moments);
  if (known.length === 0) {
    byId('charts').replaceChildren(h('p', { class: 'empty' }, moments.length > 0 ? 'Of the snapshots of the old tool no sizes are known.' : 'The first backup begins the chart.'));
    byId('ranges').replaceChildren();
    return;
  }
  const until = end(known);
  const choices = ranges(known, until);
  if (!choices.some(([id]) => id === range)) range = choices.find(([id]) => id === '90d')?.[0] ?? choices.at(-1)[0];
  byId('ranges').replaceChildren(...(choices.length < 2 ? [] : choices.map(([id, label]) => h('button', {
    type: 'button', 'aria-pressed': String(id === range), onclick: () => { range = id; drawTime(); },
  }, label))));
  if (!charts.element.isConnected) byId('charts').replaceChildren(charts.element, h('p', { class: 'chart-hint' }, 'Click a moment to see its files.'));
  charts.draw(known, choices.find(([id]) => id === range)[2], until);
}

/** Until when it is known what was held: until now, unless newer snapshots do not hold it any more. */
function end(known) {
  return isHeld() ? now() : known.at(-1).time;
}

function isHeld() {
  return store.state.status?.buckets.some(({ bucket, held }) => bucket === name && held != null) ?? true;
}

async function loadSpace() {
  try {
    space = await get('/api/space');
    render();
  } catch {
    // The figures stay empty; the page of storage says what is wrong.
  }
}

async function loadConfig() {
  // A viewer may not read it.
  if (role === 'viewer') return;
  try {
    current = await get('/api/config');
    render();
  } catch {
    // The card stays away.
  }
}

async function backUp() {
  const button = byId('back-up');
  button.disabled = true;
  try {
    if (current && !coversAll(current.config) && !names(current.config, name)) {
      current = await changeConfig((config) => withBuckets(config, [name]));
    }
    await post('/api/backup/run', { buckets: [name] });
    toast('Backing up', `${visible(name)} is being backed up now.`, 'good');
  } catch (error) {
    button.disabled = false;
    toastError(error);
  }
}

async function ask(dialog) {
  dialog.returnValue = 'no';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  return dialog.returnValue === 'yes';
}

async function remove() {
  setText(byId('remove-title'), `Remove ${visible(name)} from the backup?`);
  setText(byId('remove-words'), removalWords(name, moments?.length ?? 0));
  if (!await ask(byId('remove-dialog'))) return;
  try {
    current = await changeConfig((config) => withoutBucket(config, name));
    toast('Removed from the backup', 'What was copied stays.', 'good');
    render();
  } catch (error) {
    toastError(error);
  }
}

async function verify() {
  if (!await ask(byId('verify-dialog'))) return;
  try {
    await post('/api/verify/start');
    toast('Verifying', 'It goes on in the background; Storage shows how far it is.', 'good');
  } catch (error) {
    toastError(error);
  }
}

function begin() {
  const { account = null } = bucketCalled(name);
  document.title = `${visible(name)} · HubStorage`;
  byId('bucket-name').replaceChildren(nameElement(name), account ? h('span', { class: 'chip' }, `account ${account}`) : '');
  document.querySelector('.trail').append(h('span', { 'aria-hidden': 'true' }, '/'), h('span', {}, nameElement(name)));
  byId('stand-beats').prepend(beats.element);
  byId('browse').href = filesAt(null);
  byId('restore-bucket').href = url(`/restore?${new URLSearchParams({ bucket: name })}`);
  byId('all-runs').href = url(`/activity?${new URLSearchParams({ kind: 'backup', bucket: name })}`);
  byId('unknown').replaceChildren(h('div', { class: 'empty' }, h('strong', {}, 'No bucket of this name'),
    h('p', {}, 'HubStorage neither backs up ', nameElement(name), ' nor has a snapshot of it. It may be called otherwise, or its snapshots were removed.'),
    h('div', { class: 'buttons' }, h('a', { class: 'button primary', href: url('/buckets') }, 'All buckets'),
      role === 'admin' ? h('button', { type: 'button', class: 'button', id: 'add-this', onclick: async () => (await import('./add-bucket.js')).openAddBucket([name]) }, icon('plus'), 'Add a bucket') : '')));
  byId('back-up').addEventListener('click', backUp);
  byId('remove').addEventListener('click', remove);
  byId('verify').addEventListener('click', verify);
}

begin();
store.subscribe(render);
everyTick(render);
startShell({
  history: BEATS,
  failures: false,
  onEvent(name) {
    if (['state', 'config.changed'].includes(name)) loadConfig();
    if (['state', 'backup.finished'].includes(name)) runs.load();
    if (['state', 'backup.finished', 'retention.finished'].includes(name)) {
      loadTimeline();
      loadSpace();
    }
  },
});
