// The configuration page: a draft of the loaded JSON, edited in place, so that what the form does not know survives.

import './access.js';
import { byId, h, icon, setText } from './dom.js';
import { get, post, request } from './api.js';
import { review } from './config-diff.js';
import { LOCKS, buildForm } from './config-form.js';
import { assign, same, write } from './config-model.js';
import { diagnose } from './diagnostics.js';
import { filterTester } from './filter-tester.js';
import { preview } from './json-preview.js';
import { plural } from './format.js';
import { sentence } from './schema.js';
import { startShell } from './shell.js';
import { toast } from './toast.js';

const notices = byId('notices');
const saveBar = byId('savebar');
const saveButton = byId('save');
const tester = filterTester();
const TYPING_MS = 400;
const UNSAVED = 'Changes are not saved yet.';
let loaded = null;
let draft = null;
let saving = false;
let asking = false;
let checks = 0;
let schema = null;
let form = null;
let timer = null;

// Called when another one was saved (`over` what is typed only when that was asked for), and at the beginning.
async function load({ over = true } = {}) {
  try {
    const [{ json }] = await Promise.all([request('GET', '/api/config'), form ?? build()]);
    // Somebody may have begun to type while the answer was on its way.
    if (!over && !same(draft, loaded.config)) return elsewhere('The configuration was changed elsewhere.');
    take(json);
    notices.replaceChildren(...warnings(json));
  } catch (error) {
    notices.replaceChildren(banner('bad', 'alert', h('strong', {}, error.title), ` ${error.message} `, action('Try again', () => load())));
  }
}

async function build() {
  schema = await get('/api/config/schema');
  form = buildForm(schema, edit);
  byId('section-copied').append(tester.element);
}

function take(current) {
  loaded = current;
  draft = current.config;
  form.show(draft, current.locked ?? {});
  form.problems(new Map());
  showLocked(current.locked ?? {});
  changed();
}

function edit(path, value) {
  if (!draft) return;
  draft = write(draft, path, value);
  changed();
  clearTimeout(timer);
  timer = setTimeout(check, TYPING_MS);
}

// What the server would say to a save. One that cannot be asked finds nothing: the save itself will tell why.
async function check({ reveal = false } = {}) {
  const asked = draft;
  const turn = ++checks;
  const { problems: found } = await post('/api/config/validate', asked).catch(() => ({ problems: [] }));
  // Typed on or asked again meanwhile: the next answer counts.
  if (turn !== checks || draft !== asked) return [];
  const problems = found.filter((problem) => reveal || !isUnfinished(problem));
  form.problems(assign(problems, form.paths).byField, { reveal });
  if (problems.length > 0) setText(byId('save-note'), `${plural(problems.length, 'problem')}, shown beside the fields.`);
  else if (!same(draft, loaded.config)) setText(byId('save-note'), UNSAVED);
  return problems;
}

// A row that was just added is no mistake yet.
function isUnfinished({ path, found }) {
  return (path.endsWith(']') || path.endsWith('.') || path.endsWith('].name')) && found === '""';
}

function changed() {
  const dirty = !same(draft, loaded.config);
  saveBar.hidden = !dirty;
  form.adjust(draft);
  preview(draft, loaded.config);
  tester.draft(draft);
  if (dirty) setText(byId('save-note'), UNSAVED);
}

async function save(event) {
  event.preventDefault();
  if (saving || asking || !draft) return;
  asking = true;
  try {
    if (await isWanted()) await send();
  } finally {
    asking = false;
  }
}

// Whether nothing is wrong with it, and whoever saves it has seen what changes.
async function isWanted() {
  // Shown before it is sent, so that the rows that the server names are the rows on the page.
  draft = cleaned(draft);
  form.show(draft, loaded.locked ?? {});
  changed();
  clearTimeout(timer);
  const problems = await check({ reveal: true });
  if (problems.length > 0) setText(byId('save-note'), `Not saved: ${plural(problems.length, 'problem')}, shown beside the fields.`);
  return problems.length === 0 && review(loaded.config, draft);
}

async function send() {
  saving = saveButton.disabled = true;
  try {
    const { json } = await request('PUT', '/api/config', { body: draft, headers: { 'if-match': `"${loaded.hash}"` } });
    take(json);
    notices.replaceChildren(...warnings(json));
    toast('Saved', 'In force from now on.', 'good');
    diagnose();
  } catch (error) {
    refused(error);
  } finally {
    saving = saveButton.disabled = false;
  }
}

// A row that was added and never filled in is not meant.
function cleaned(config) {
  let copy = config;
  const drop = (path, list, isEmpty) => { if (Array.isArray(list) && list.some(isEmpty)) copy = write(copy, path, list.filter((item) => !isEmpty(item))); };
  drop('s3_buckets', config.s3_buckets, (item) => item === '' || (item?.name === '' && !item.prefix));
  drop('sync_options.exclude_patterns', config.sync_options?.exclude_patterns, (item) => item === '');
  drop('sync_options.include_patterns', config.sync_options?.include_patterns, (item) => item === '');
  drop('notify.channels', config.notify?.channels, (item) => item?.name === '' && Object.keys(item).length === 2);
  drop('hooks', config.hooks, (item) => item?.name === '' && Object.keys(item).length === 2);
  const { '': unnamed, ...accounts } = config.accounts ?? {};
  if (unnamed && Object.keys(unnamed).length === 0) copy = write(copy, 'accounts', accounts);
  return copy;
}

function refused(error) {
  if (error.status === 412) return conflict();
  const { byField, rest } = assign(error.problems, form.paths);
  form.problems(byField, { reveal: true });
  if (error.problems.length > 0) setText(byId('save-note'), `Not saved: ${plural(error.problems.length, 'problem')}, shown beside the fields.`);
  const unplaced = rest.map((problem) => h('li', {}, h('code', {}, problem.path), `: ${sentence(schema, problem)}`));
  notices.replaceChildren(...(error.problems.length === 0 || unplaced.length > 0
    ? [banner('bad', 'alert', h('strong', {}, `Not saved. ${error.title}`), error.problems.length === 0 ? ` ${error.message}` : '', unplaced.length > 0 ? h('ul', {}, unplaced) : null)]
    : []));
}

function conflict() {
  setText(byId('save-note'), 'Not saved: the configuration was changed elsewhere.');
  elsewhere('The configuration was changed elsewhere since this page loaded it, so it was not overwritten.');
}

function elsewhere(sentence) {
  notices.replaceChildren(banner('warn', 'alert', h('strong', {}, sentence), ' Load it to go on from there; your unsaved changes are lost then. ', action('Load the current one', () => load())));
  scrollTo({ top: 0, behavior: 'smooth' });
}

function warnings(current) {
  const broken = current.broken ?? [];
  const others = current.warnings.filter((warning) => !broken.some(({ file }) => warning.startsWith(file)));
  return [...broken.map(brokenFile), ...(others.length ? [worthALook(others)] : [])];
}

function worthALook(list) {
  return banner('warn', 'alert', list.length === 1 ? list[0]
    : [h('strong', {}, 'Worth a look'), h('ul', {}, list.map((warning) => h('li', {}, warning)))]);
}

function brokenFile({ file, reason, problems, copy }) {
  const env = !file.endsWith('.json');
  return banner('bad', 'alert', h('strong', {}, `${file} ${reason}`),
    problems.length ? h('ul', {}, problems.map((problem) => h('li', {}, h('code', {}, problem.path), `: ${sentence(schema, problem)}`))) : null,
    h('p', {}, env ? 'The values read before stay in force, but HubStorage would not start again with this file. Mend it there.'
      : `${copy ? `The last good one is in force (${copy}).` : 'The last good one stays in force, and is what this page shows.'} Mend the file, or save here: the broken one is then kept beside it.`));
}

function showLocked(locked) {
  const entries = Object.entries(locked);
  byId('fixed').hidden = entries.length === 0;
  byId('fixed-values').replaceChildren(...entries.flatMap(([name, value]) => {
    const [label, variable] = LOCKS[name] ?? [name, null];
    return [h('dt', {}, label), h('dd', { title: variable ? `Fixed by ${variable}` : null }, String(value))];
  }));
}

function banner(tone, picture, ...content) {
  return h('div', { class: 'banner', data: { tone } }, icon(picture), h('div', {}, ...content));
}

function action(label, onclick) {
  return h('button', { type: 'button', class: 'button small', onclick }, label);
}

byId('config-form').addEventListener('submit', save);
byId('diagnose').addEventListener('click', diagnose);
byId('discard').addEventListener('click', () => {
  take(loaded);
  notices.replaceChildren(...warnings(loaded));
});
addEventListener('beforeunload', (event) => {
  if (loaded && !same(draft, loaded.config)) event.preventDefault();
});

startShell({
  onEvent(name, data) {
    const hash = name === 'config.changed' ? data.hash : name === 'state' ? data.config?.hash : undefined;
    if (!hash || !loaded || hash === loaded.hash || saving) return;
    // Nothing typed: just show the new one. Otherwise say it now, not only when the save is refused.
    if (same(draft, loaded.config)) load({ over: false });
    else elsewhere('The configuration was changed elsewhere.');
  },
});
load();
diagnose();
