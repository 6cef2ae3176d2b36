// The first set-up: one step after the other, each with what the server really found.

import { byId, h, icon, setData, setHidden, setIcon, setText, setVar, url } from './dom.js';
import { now } from './clock.js';
import { get, post, request } from './api.js';
import { bucketCalled, bucketName, bucketRows, write } from './config-model.js';
import { bucketChoices, withoutAnswer } from './bucket-list.js';
import { diagnose } from './diagnostics.js';
import { bytes, capitalBut, count, duration, instant, listing, percent, plural, rate, roughly, visible } from './format.js';
import { OBJECT_COST, settled } from './progress.js';
import { counts, look, runAddress } from './results.js';
import { describeSchedule } from './schedule.js';
import * as words from './schema.js';
import { startShell, store } from './shell.js';

const STEPS = ['access', 'buckets', 'schedule', 'preview', 'alert', 'start', 'drill'];
/** From here on the first backup runs, and what it runs by is no longer changed here. */
const STARTED = STEPS.indexOf('drill');
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const SCHEDULES = [
  { label: 'Every hour', interval_hours: 1 },
  { label: 'Every 6 hours', interval_hours: 6, usual: true },
  { label: 'Once a day', interval_hours: 24 },
  { label: 'Every night at 03:00', cron: '0 3 * * *', time_zone: ZONE },
];
const chosen = new Set();
let loaded = null;
let schedule = SCHEDULES.find((one) => one.usual);
let dryRun = null;
let schema = null;
/** The channel that was made here, as it is saved; null for none. */
let channel = null;
let savedChannel = null;
/** The first backup and the first drill, while they run. */
let running = null;
let drilling = null;
let open = 'access';

function show(step) {
  open = step;
  const at = STEPS.indexOf(step);
  STEPS.forEach((name, index) => {
    setData(byId(`step-${name}`), 'state', index < at ? 'done' : index === at ? 'active' : 'waiting');
    const note = byId(`${name}-note`);
    note?.querySelector('button')?.remove();
    if (index < at && at < STARTED && !running) note?.append(h('button', { type: 'button', class: 'button small quiet', 'aria-label': `Change: ${name}`, onclick: () => show(name) }, 'Change'));
  });
  if (at > 0) byId(`step-${step}`).querySelector('.setup-body :is(input, button):not(:disabled)')?.focus({ preventScroll: false });
}

/** `text` may be an element. */
function note(step, text) {
  const place = byId(`${step}-note`);
  place.replaceChildren(h('span', {}, text));
}

// 1 Access

async function checkAccess() {
  const diagnosis = await diagnose();
  const next = byId('access-next');
  next.disabled = diagnosis == null;
  if (!diagnosis) return;
  const found = [diagnosis, ...diagnosis.accounts ?? []].some(({ credentials }) => credentials.configured);
  setHidden(byId('env-help'), found);
  // A key that may not list all buckets can still back up one that is named.
  setText(next, diagnosis.ok ? 'Continue' : 'Continue anyway');
  next.classList.toggle('primary', diagnosis.ok);
  next.disabled = !found;
}

byId('diagnose').addEventListener('click', checkAccess);
byId('access-next').addEventListener('click', () => {
  note('access', byId('diagnosis').dataset.ok === 'true' ? 'Works' : 'With problems');
  show('buckets');
  discover();
});

// 2 Buckets

async function discover() {
  try {
    const { buckets, undiscovered = [] } = await get('/api/discover_buckets');
    const found = buckets.length > 0
      ? `${plural(buckets.length, 'bucket')} found. Choose what is to be backed up.`
      : 'No bucket was found. A name can be typed in below.';
    setText(byId('found-note'), `${found} ${withoutAnswer(undiscovered)}`.trim());
    drawBuckets(buckets);
  } catch (error) {
    setText(byId('found-note'), `The buckets cannot be listed (${error.message}). A name can be typed in below.`);
    drawBuckets([]);
  }
}

function drawBuckets(buckets) {
  const known = new Set(buckets.map((bucket) => bucket.name));
  const typed = [...chosen].filter((name) => !known.has(name)).map((name) => ({ name }));
  const list = byId('found');
  list.replaceChildren(...bucketChoices([...buckets, ...typed], (name) => ({ checked: chosen.has(name) }), (name, checked) => {
    if (checked) chosen.add(name);
    else chosen.delete(name);
    ready();
  }));
  ready();
}

function ready() {
  const every = byId('every-bucket').checked;
  setHidden(byId('found'), every || byId('found').children.length === 0);
  setHidden(byId('add-form'), every);
  byId('buckets-next').disabled = !every && chosen.size === 0;
}

byId('every-bucket').addEventListener('change', ready);
byId('add-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = byId('add-name');
  const name = input.value.trim();
  if (!name) return;
  chosen.add(name);
  byId('found').append(...bucketChoices([{ name }], () => ({ checked: true }), (own, checked) => {
    if (checked) chosen.add(own);
    else chosen.delete(own);
    ready();
  }));
  input.value = '';
  ready();
});
byId('buckets-next').addEventListener('click', () => {
  note('buckets', byId('every-bucket').checked ? 'Every bucket' : listing([...chosen].map(visible)));
  show('schedule');
});

// 3 Schedule

function drawSchedules() {
  byId('schedules').append(...SCHEDULES.map((one) => h('label', {},
    h('input', { type: 'radio', name: 'schedule', checked: one === schedule, onchange: () => { schedule = one; } }),
    h('span', {}, one.label, h('small', {}, one.cron ? one.time_zone : 'from the start of one run to the start of the next')))));
}

byId('schedule-next').addEventListener('click', () => {
  note('schedule', `Runs ${describeSchedule(schedule)}`);
  show('preview');
});

// 4 Preview

function draft(enabled) {
  const every = byId('every-bucket').checked;
  let config = write(loaded.config, 'use_dynamic_buckets', every);
  const rows = new Map(bucketRows(config.s3_buckets).map((row) => [bucketName(row), row]));
  // What the file says of a bucket beside its name (a prefix) stays.
  config = write(config, 's3_buckets', every ? [] : [...chosen].map((name) => {
    const row = rows.get(name);
    const called = bucketCalled(name);
    return row?.prefix ? row : called.account ? called : name;
  }));
  const when = { interval_hours: schedule.interval_hours ?? 6, cron: schedule.cron ?? null, time_zone: schedule.time_zone ?? null };
  for (const [key, value] of Object.entries({ ...when, enabled })) config = write(config, `automation.${key}`, value);
  if (channel || savedChannel) config = write(config, 'notify.channels', [...(config.notify?.channels ?? []).filter(({ name }) => name !== savedChannel), ...channel ? [channel] : []]);
  return config;
}

async function save(enabled) {
  const { json } = await request('PUT', '/api/config', { body: draft(enabled), headers: { 'if-match': `"${loaded.hash}"` } });
  loaded = json;
}

async function countFirst() {
  byId('preview-run').disabled = byId('preview-skip').disabled = true;
  setHidden(byId('preview-result'), true);
  try {
    await save(false);
    progress('Listing the buckets…');
    dryRun = (await post('/api/backup/run', { dry_run: true, buckets: [] })).run_id;
    follow(store.state);
  } catch (error) {
    progress(null);
    failed(error);
  } finally {
    byId('preview-run').disabled = byId('preview-skip').disabled = false;
  }
}

function progress(text) {
  setHidden(byId('preview-progress'), text == null);
  if (text != null) setText(byId('preview-progress').querySelector('span'), text);
}

// The dry run's figures come over the event stream, its end too; after a gap the history has it.
function follow(state) {
  if (!dryRun) return;
  const { current } = state.backup;
  if (current?.run_id === dryRun) {
    progress(`Still listing: ${plural(current.totals.listed.objects, 'object')} so far, ${bytes(current.totals.listed.bytes)}`);
    return;
  }
  const record = (state.runs ?? []).find((run) => run.run_id === dryRun && run.result !== 'running');
  if (!record) return;
  dryRun = null;
  progress(null);
  drawPlan(record);
}

function drawPlan(record) {
  const { downloaded, listed, filtered } = record.totals;
  const good = record.result === 'success';
  const left = filtered.objects > 0 ? `, ${plural(filtered.objects, 'object')} left out by filters` : '';
  const box = byId('preview-result');
  box.replaceChildren(
    h('p', { class: 'plan-total' }, `A first backup copies ${plural(downloaded.objects, 'object')}, ${bytes(downloaded.bytes)}.`),
    h('p', { class: 'muted' }, `${plural(listed.objects, 'object')} listed in ${plural(record.buckets.length, 'bucket')}${left}. `, h('a', { href: runAddress(record.run_id) }, 'Everything about this dry run')),
    h('table', { class: 'plan' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Bucket'), h('th', { scope: 'col', class: 'number' }, 'Objects'), h('th', { scope: 'col', class: 'number' }, 'Size'))),
      h('tbody', {}, record.buckets.map((bucket) => h('tr', { data: { bucket: bucket.bucket } },
        h('td', {}, visible(bucket.bucket), bucket.error ? h('div', { class: 'tone-text', data: { tone: 'bad' } }, visible(bucket.error)) : null),
        h('td', { class: 'number' }, count(bucket.counts.downloaded.objects)), h('td', { class: 'number' }, bytes(bucket.counts.downloaded.bytes)))))),
    ...(record.message ? [h('p', { class: 'banner', data: { tone: good ? 'good' : 'bad' } }, icon(good ? 'check' : 'alert'), h('span', {}, capitalBut(visible(record.message), record.buckets.map((bucket) => visible(bucket.bucket)))))] : []));
  setHidden(box, false);
  setHidden(byId('preview-lead'), true);
  note('preview', `${plural(downloaded.objects, 'object')}, ${bytes(downloaded.bytes)}`);
  const next = byId('preview-skip');
  setText(next, good ? 'Continue' : 'Continue anyway');
  next.classList.toggle('primary', good);
  byId('preview-run').classList.remove('primary');
  setText(byId('preview-run').lastChild, 'Count again');
}

byId('preview-run').addEventListener('click', countFirst);
byId('preview-skip').addEventListener('click', () => {
  if (!byId('preview-note').textContent) note('preview', 'Skipped');
  show('alert');
  drawKinds().catch(failed);
});

// 5 Alerts

async function drawKinds() {
  if (schema) return;
  const [read, { channelForm }] = await Promise.all([get('/api/config/schema'), import('./channel-form.js')]);
  schema = read;
  const form = channelForm(schema, (value) => {
    channel = value;
    setText(byId('channel-said'), '');
    nextAlert(false);
  });
  byId('channel-form').append(form.element);
  const choose = (value) => {
    setHidden(byId('channel-form'), value === '');
    setHidden(byId('alert-test'), value === '');
    if (value !== '') return form.show(value);
    channel = null;
    nextAlert(false);
  };
  byId('channel-kinds').append(...[{ value: '', label: 'Nobody yet' }, ...form.kinds].map(({ value, label }) => h('label', {},
    h('input', { type: 'radio', name: 'channel', value, checked: value === '', onchange: () => choose(value) }), h('span', {}, label))));
}

function nextAlert(sent) {
  const next = byId('alert-next');
  setText(next, sent ? 'Continue' : channel ? 'Skip the test' : 'Skip: only this dashboard will say it');
  next.classList.toggle('primary', sent);
  byId('alert-test').classList.toggle('primary', !sent);
}

async function testChannel() {
  const said = byId('channel-said');
  const button = byId('alert-test');
  button.disabled = true;
  said.dataset.tone = 'idle';
  setText(said, 'Sending…');
  try {
    await save(false);
    savedChannel = channel.name;
    const outcome = await post('/api/notify/test', { channel: channel.name });
    const delivered = outcome.result === 'delivered';
    said.dataset.tone = delivered ? 'good' : 'bad';
    setText(said, delivered ? 'Delivered. Look whether it has arrived.' : `Not delivered: ${outcome.said || 'the other side gave no reason'}`);
    nextAlert(delivered);
  } catch (error) {
    said.dataset.tone = 'bad';
    setText(said, sentences(error).join(' '));
  } finally {
    button.disabled = false;
  }
}

byId('alert-test').addEventListener('click', testChannel);
byId('alert-next').addEventListener('click', async () => {
  try {
    if (channel || savedChannel) await save(false);
    savedChannel = channel?.name ?? null;
    const { label } = channel ? kindOf(channel.type) : { label: 'Skipped: only this dashboard will say it' };
    note('alert', label);
    setText(byId('start-lead'), `It begins at once. After that a backup runs ${describeSchedule(schedule)}.`);
    show('start');
  } catch (error) {
    byId('channel-said').dataset.tone = 'bad';
    setText(byId('channel-said'), sentences(error).join(' '));
  }
});

function kindOf(type) {
  return { label: schema.properties.notify.properties.channels.items.properties.type['x-labels'][type] };
}

// 6 The first backup

byId('start').addEventListener('click', async () => {
  byId('start').disabled = true;
  byId('notices').replaceChildren();
  try {
    await save(true);
    running = await startBackup();
    setHidden(byId('start'), true);
    setHidden(byId('start-lead'), true);
    setHidden(byId('first-run'), false);
    for (const button of document.querySelectorAll('.step-note button')) button.remove();
    setText(byId('first-words'), 'The first backup has begun…');
    followFirst(store.state);
  } catch (error) {
    failed(error);
    byId('start').disabled = false;
  }
});

async function startBackup() {
  try {
    return (await post('/api/backup/run', { dry_run: false, buckets: [] })).run_id;
  } catch (error) {
    // The schedule that was just switched on may have been quicker.
    const { current } = error.status === 409 ? await get('/api/backup/status') : {};
    if (!current || current.dry_run) throw error;
    return current.run_id;
  }
}

function followFirst(state) {
  if (!running) return;
  const { current } = state.backup;
  const record = (state.runs ?? []).find((run) => run.run_id === running && run.result !== 'running');
  if (record) return firstEnded(record);
  if (current?.run_id !== running) return;
  const { totals } = current;
  const known = current.buckets.every((bucket) => bucket.listing_complete);
  const done = settled(totals);
  const work = totals.listed.objects * OBJECT_COST + current.to_download.bytes;
  const part = known && work > 0 ? Math.min(1, (done.objects * OBJECT_COST + current.bytes_received) / work) : 0;
  setVar(byId('first-bar').firstElementChild, '--done', part.toFixed(4));
  setText(byId('first-words'), current.waiting ? 'Waiting for S3…' : known ? `${percent(part)} of ${plural(totals.listed.objects, 'object')}, ${bytes(totals.listed.bytes)}`
    : `${plural(done.objects, 'object')} processed; still listing`);
  const left = current.eta_seconds == null ? '' : ` · ${roughly(current.eta_seconds * 1000)} left`;
  setText(byId('first-detail'), `${bytes(current.bytes_received)} received · ${rate(current.bytes_per_second)}${left} · running for ${duration(Math.max(0, now() - instant(current.started_at)))}`);
}

function firstEnded(record) {
  running = null;
  const { label } = look(record);
  const stored = settled(record.totals);
  const link = byId('first-link');
  link.href = runAddress(record.run_id);
  setHidden(link, false);
  setVar(byId('first-bar').firstElementChild, '--done', '1');
  setText(byId('first-detail'), record.message ? capitalBut(visible(record.message), record.buckets.map((bucket) => visible(bucket.bucket))) : '');
  if (record.result === 'success' || record.new_snapshot) {
    setText(byId('first-words'), `${label}: ${plural(stored.objects, 'object')}, ${bytes(stored.bytes)}`);
    note('start', `${label}: ${plural(stored.objects, 'object')}, ${bytes(stored.bytes)}`);
    byId('start-note').append(link);
    link.className = 'button small quiet';
    show('drill');
    byId('to-overview').focus({ preventScroll: true });
    drill();
    return;
  }
  setText(byId('first-words'), `The first backup did not succeed (${label.toLowerCase()}).`);
  const again = byId('start');
  setText(again.lastChild, 'Try again');
  setHidden(again, false);
  again.disabled = false;
}

// 7 The first drill

async function drill() {
  setHidden(byId('drill-again'), true);
  setHidden(byId('drill-differences'), true);
  sayDrill('info', 'sync', 'Restoring files, chosen at random…');
  try {
    drilling = (await post('/api/drills', { sample: 20 })).run_id;
    followDrill(store.state);
  } catch (error) {
    drillStopped(`${error.title}: ${error.message}`);
  }
}

function followDrill({ ended }) {
  const record = drilling && ended.find((one) => one.run_id === drilling && one.finished_at);
  if (record) drillEnded(record);
}

function drillEnded({ run_id: id, result, sampled, different, differences, message }) {
  drilling = null;
  const files = plural(sampled.objects, 'file');
  if (different.objects > 0) {
    sayDrill('bad', 'alert', `We restored ${files} and compared them: ${count(different.objects)} ${different.objects === 1 ? 'differs' : 'differ'}.`);
    byId('drill-differences').replaceChildren(...differences.map(({ bucket, key, why }) => h('li', {}, h('code', {}, visible(`${bucket}/${key}`)), `: ${visible(why)}`)));
    setHidden(byId('drill-differences'), false);
    note('drill', h('a', { href: url(`/jobs/${encodeURIComponent(id)}`) }, 'See the drill'));
  } else if (result === 'success' && sampled.objects > 0) {
    sayDrill('good', 'check', sampled.objects === 1 ? 'We restored 1 file and compared it: equal.' : `We restored ${count(sampled.objects)} random files and compared them: all equal.`);
    note('drill', 'All equal');
  } else if (result === 'success') sayDrill('info', 'same', 'The buckets hold no file yet, so there was nothing to restore.');
  else drillStopped(message ?? 'The drill did not come to its end.');
}

function drillStopped(words) {
  sayDrill('bad', 'alert', words);
  setHidden(byId('drill-again'), false);
}

function sayDrill(tone, picture, words) {
  setData(byId('drill-banner'), 'tone', tone);
  setIcon(byId('drill-banner').querySelector('.icon'), picture);
  setText(byId('drill-words'), words);
}

byId('drill-again').addEventListener('click', drill);

/** What the server has against a configuration, in sentences. */
function sentences(error) {
  return error.problems?.length > 0 ? error.problems.map((problem) => (schema ? words.sentence(schema, problem, draft(false)) : `${problem.path}: found ${problem.found}; allowed: ${problem.allowed}`)) : [`${error.title}: ${error.message}`];
}

function failed(error) {
  const details = error.problems?.length > 0 ? sentences(error).map((sentence) => h('li', {}, sentence)) : [];
  byId('notices').replaceChildren(h('div', { class: 'banner', data: { tone: 'bad' } }, icon('alert'),
    h('div', {}, h('strong', {}, error.title), details.length > 0 ? h('ul', {}, details) : ` ${error.message}`)));
  byId('notices').scrollIntoView({ block: 'nearest' });
}

async function begin() {
  drawSchedules();
  try {
    loaded = (await request('GET', '/api/config')).json;
    const { runs } = await get('/api/backup/history?limit=50');
    const rows = bucketRows(loaded.config.s3_buckets);
    const configured = rows.length > 0 || loaded.config.use_dynamic_buckets === true;
    // Once a backup has run, the settings are the place; a setup that was left half-way is taken up again.
    const done = configured && (loaded.config.automation?.enabled !== false || runs.some(counts));
    setHidden(byId('setup'), done);
    setHidden(byId('already'), !done);
    if (done) return;
    for (const row of rows) chosen.add(bucketName(row));
    byId('every-bucket').checked = loaded.config.use_dynamic_buckets === true;
  } catch (error) {
    failed(error);
  }
  await checkAccess();
}

store.subscribe(follow);
store.subscribe(followFirst);
store.subscribe(followDrill);
startShell({
  history: 20,
  onEvent(name, data) {
    // After a gap the end of the drill may have been missed.
    if (name === 'state' && drilling) get(`/api/jobs/${encodeURIComponent(drilling)}`).then((job) => store.dispatch('ended', [job]), () => {});
    if (name !== 'config.changed') return;
    // What another page or a hand edit saved meanwhile is built upon, not overwritten.
    if (loaded) loaded = data;
    if (open === 'access') checkAccess();
  },
});
begin();
