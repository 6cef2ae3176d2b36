// One bucket: how it stands, what it held over time, where its bytes are, and what can be done with it.

import { byId, h, icon, setAttribute, setData, setHidden, setIcon, setText, url } from './dom.js';
import { bytes, count, duration, exact, inSentence, instant, moment, plural, visible } from './format.js';
import { get, post } from './api.js';
import { beatOf, beatRuns, bucketBeats } from './bucket-beats.js';
import { bucketCharts } from './bucket-charts.js';
import { accountOf, coversAll, filtersOf, names, withBuckets, withoutBucket } from './bucket-config.js';
import { bucketFacts } from './bucket-facts.js';
import { bucketFolders } from './bucket-folders.js';
import { liveLook, liveProgress, liveWords } from './bucket-live.js';
import { dated, ranges } from './bucket-series.js';
import { drawProgress } from './bucket-progress.js';
import { removalWords, standing } from './bucket-words.js';
import { causeCard } from './causes.js';
import { changeConfig } from './config-change.js';
import { bucketCalled } from './config-model.js';
import { everyTick, now, timeElement } from './clock.js';
import { leftOut, look, runAddress, triggerName } from './results.js';
import { nameElement } from './names.js';
import { Rates, Watermark } from './progress.js';
import { describeSchedule, MAIN } from './schedule.js';
import { startShell, store } from './shell.js';
import { toast, toastError } from './toast.js';

const BEATS = 90;
const RUNS = 12;
const name = decodeURIComponent(location.pathname.slice(url('/buckets/').length));
const role = document.documentElement.dataset.role ?? 'admin';
const rates = new Rates();
const marks = new Watermark();
const beats = bucketBeats(name, { most: BEATS });
const folders = bucketFolders(name);
const charts = bucketCharts((snapshot) => location.assign(filesAt(snapshot.name)));
const stand = byId('stand');
const bar = { bar: byId('run-bar'), fill: byId('run-bar').firstElementChild, percent: byId('stand-run').querySelector('.percent') };
/** The snapshots that hold it, the oldest first; null as long as nobody has said. */
let moments = null;
let space = null;
let current = null;
let runs = null;
let nextRuns = null;
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
  drawFacts(entry, state);
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
  const last = (runs ?? []).find((run) => !run.dry_run && run.finished_at && part(run));
  const bucket = last ? part(last) : null;
  const causes = bucket && bucket.result !== 'success' ? (last.causes ?? []).filter((cause) => cause.buckets.length === 0 || cause.buckets.includes(name)) : [];
  setData(byId('notes'), 'waits', String(runs == null && ['partial', 'failing'].includes(entry?.state)));
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

let drawnFacts = '';

function drawFacts(entry, { scheduler }) {
  if (!current) return;
  const { config } = current;
  const counts = part((runs ?? []).find((run) => run.finished_at && part(run)) ?? {})?.counts;
  const filters = filtersOf(config, name);
  const account = accountOf(current, name);
  const schedule = entry?.schedule;
  const facts = [
    ['Schedule', [schedule ? `${schedule.name === MAIN ? '' : `${schedule.name}: `}${describeSchedule(schedule)}` : entry && entry.state !== 'left_out' ? 'off; it is backed up by hand' : 'not backed up', scheduler?.paused && schedule ? ' (paused)' : '']],
    ['Account', [account.name ?? 'the one in .env']],
    account.endpoint ? ['Endpoint', [h('code', {}, account.endpoint)]] : null,
    account.region ? ['Region', [account.region]] : null,
    filters.prefix ? ['Prefix', [h('div', { class: 'patterns' }, h('code', {}, visible(filters.prefix)))]] : null,
    ['Excluded', [patterns(filters.exclude) ?? 'nothing', filters.exclude.length > 0 && filters.include.length > 0 ? [h('p', {}, 'but not'), patterns(filters.include)] : null, leftOutWords(counts)]],
  ];
  const key = JSON.stringify([schedule, account, filters, counts, scheduler?.paused, entry?.state]);
  if (key === drawnFacts) return;
  drawnFacts = key;
  byId('facts').replaceChildren(...facts.filter(Boolean).flatMap(([label, content]) => [h('dt', {}, label), h('dd', {}, content.flat())]));
  setHidden(byId('settings'), false);
}

function patterns(list) {
  return list.length === 0 ? null : h('div', { class: 'patterns' }, list.map((pattern) => h('code', {}, visible(pattern))));
}

/** What the last run did not copy although S3 listed it. */
function leftOutWords(counts) {
  if (!counts) return null;
  const parts = [
    counts.filtered.objects > 0 ? `${plural(counts.filtered.objects, 'object')} (${bytes(counts.filtered.bytes)}) by these filters` : null,
    counts.archived.objects > 0 ? `${plural(counts.archived.objects, 'object')} (${bytes(counts.archived.bytes)}) in an archive class` : null,
  ].filter(Boolean);
  return parts.length === 0 ? null : h('p', {}, `Left out in the last run: ${parts.join(', ')}.`);
}

/** What a run says of this bucket, unless it was no part of that run. */
function part(run) {
  const found = run.buckets?.find(({ bucket }) => bucket === name);
  return found && !leftOut(found) ? found : null;
}

function drawRuns() {
  const own = runs.filter((run) => run.finished_at && part(run));
  const more = nextRuns ? h('p', { class: 'more' }, h('button', { type: 'button', class: 'button small', onclick: moreRuns }, 'Show older runs')) : '';
  byId('runs').replaceChildren(own.length === 0 ? h('p', { class: 'empty' }, (moments?.length ?? 0) > 0 ? 'The history has no run of it any more.' : 'Its runs will appear here.') : h('table', { class: 'run-list' }, h('tbody', {}, own.map(runRow))), more);
}

function runRow(run) {
  const bucket = part(run);
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

async function loadRuns() {
  try {
    const page = await get(runsAfter(null));
    runs = page.jobs;
    nextRuns = page.next;
    drawRuns();
    render();
  } catch (error) {
    if (runs == null) byId('runs').replaceChildren(h('p', { class: 'empty' }, h('strong', {}, error.title), error.message));
  }
}

async function moreRuns(event) {
  event.target.disabled = true;
  try {
    const page = await get(runsAfter(nextRuns));
    runs = [...runs, ...page.jobs];
    nextRuns = page.next;
    drawRuns();
  } catch (error) {
    event.target.disabled = false;
    toastError(error);
  }
}

function runsAfter(before) {
  return `/api/jobs?${new URLSearchParams({ kind: 'backup', bucket: name, limit: RUNS, ...(before ? { before } : {}) })}`;
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
    if (['state', 'backup.finished'].includes(name)) loadRuns();
    if (['state', 'backup.finished', 'retention.finished'].includes(name)) {
      loadTimeline();
      loadSpace();
    }
  },
});
