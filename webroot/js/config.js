// The settings: a draft of the loaded JSON, edited in place, so that what the form does not know survives.

import { byId, h, icon, setAttribute, setHidden, setText } from './dom.js';
import { get, post, request } from './api.js';
import { LOCKS, settingsForm } from './config-form.js';
import { assign, bucketName, bucketRows, merge, same, write } from './config-model.js';
import { listing, plural, visible } from './format.js';
import { sentence } from './schema.js';
import { findPlaces, placeOf, tabAfter } from './settings-place.js';
import { startShell } from './shell.js';
import { toast, toastError } from './toast.js';

const readOnly = (document.documentElement.dataset.role ?? 'admin') !== 'admin';
const notices = byId('notices');
const saveBar = byId('savebar');
const saveButton = byId('save');
const tabButtons = [...document.querySelectorAll('#tabs [role=tab]')];
const TABS = tabButtons.map((button) => button.dataset.tab);
const TITLES = new Map(tabButtons.map((button) => [button.dataset.tab, button.firstChild.textContent]));
const TYPING_MS = 400;
const EMPTY = new Map();
/** What a tab has beside the options of the schema. */
const BESIDE = { buckets: diagnose, filters: tester, access: () => (readOnly ? null : import('./access.js')), advanced: fixed };
const MORE_PLACES = [
  ['section-s3', 'buckets', 'Access to S3', 'credentials keys diagnosis check endpoint region'],
  ['section-login', 'access', 'Login', 'password roles viewer operator admin single sign-on openid'],
  ['section-tokens', 'access', 'API tokens', 'programs revoke'],
  ['section-audit', 'access', 'Audit log', 'who did what'],
  ['tester', 'filters', 'Try the patterns', 'test real keys exclude include'],
].map(([id, tab, title, words]) => ({ id, tab, title, words })).filter(({ id }) => byId(id) || id === 'tester');
let loaded = null;
let draft = null;
let saving = false;
let checks = 0;
let schema = null;
let form = null;
let timer = null;
let shownTab = null;
let wrong = EMPTY;
let tryPatterns = null;
const begun = new Set();

// Tabs

function places() {
  return [...form?.places ?? [], ...MORE_PLACES, ...TABS.map((tab) => ({ id: `panel-${tab}`, tab, title: TITLES.get(tab) }))];
}

/** Shows the tab, and the place on it. */
async function go({ tab, id }, { focus = false } = {}) {
  show(tab);
  await ready(tab);
  const element = id && (form?.element(id) ?? byId(id));
  if (!element || shownTab !== tab) return;
  element.scrollIntoView({ block: 'center' });
  document.querySelector('.pointed')?.classList.remove('pointed');
  element.classList.add('pointed');
  if (focus) element.querySelector('input:not(:disabled), select:not(:disabled), textarea:not(:disabled), button:not(:disabled)')?.focus({ preventScroll: true });
}

function show(tab) {
  shownTab = tab;
  for (const button of tabButtons) {
    const own = button.dataset.tab === tab;
    setAttribute(button, 'aria-selected', String(own));
    button.tabIndex = own ? 0 : -1;
    setHidden(byId(`panel-${button.dataset.tab}`), !own);
    if (own) button.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}

async function ready(tab) {
  if (!form) return;
  await form.build(tab);
  if (begun.has(tab)) return;
  begun.add(tab);
  await BESIDE[tab]?.();
}

function address(tab, id = null) {
  history.replaceState(null, '', `#${tab}${id ? `/${id}` : ''}`);
}

byId('tabs').addEventListener('click', ({ target }) => {
  const button = target.closest('[role=tab]');
  if (!button) return;
  address(button.dataset.tab);
  go({ tab: button.dataset.tab });
});
byId('tabs').addEventListener('keydown', (event) => {
  const tab = tabAfter(TABS, shownTab, event.key);
  if (!tab || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  address(tab);
  go({ tab });
  byId(`tab-${tab}`).focus();
});
addEventListener('hashchange', () => go(placeOf(location.hash, places()) ?? { tab: shownTab }));

// Find a setting

const finder = byId('find-setting');
const foundList = byId('found-settings');
let foundPlaces = [];
let chosen = 0;

function find() {
  foundPlaces = findPlaces(places(), finder.value);
  chosen = 0;
  const none = finder.value.trim() !== '' && foundPlaces.length === 0;
  foundList.replaceChildren(...foundPlaces.map(({ title, tab }, index) => h('li', {
    role: 'option', id: `found-${index}`, 'aria-selected': String(index === chosen), onmousedown: (event) => event.preventDefault(), onclick: () => jump(index),
  }, h('span', {}, title), h('span', { class: 'muted' }, TITLES.get(tab)))), ...none ? [h('li', { class: 'muted', role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' }, 'No setting is called so.')] : []);
  openList(foundPlaces.length > 0 || none);
}

function openList(open) {
  setHidden(foundList, !open);
  setAttribute(finder, 'aria-expanded', String(open));
  setAttribute(finder, 'aria-activedescendant', open && foundPlaces.length > 0 ? `found-${chosen}` : null);
}

function jump(index) {
  const place = foundPlaces[index];
  if (!place) return;
  finder.value = '';
  openList(false);
  address(place.tab, place.id.startsWith('panel-') ? null : place.id);
  go(place, { focus: true });
}

finder.addEventListener('input', find);
finder.addEventListener('focus', find);
finder.addEventListener('blur', () => openList(false));
finder.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && foundPlaces.length > 0) {
    event.preventDefault();
    chosen = (chosen + step + foundPlaces.length) % foundPlaces.length;
    [...foundList.children].forEach((option, index) => setAttribute(option, 'aria-selected', String(index === chosen)));
    openList(true);
  } else if (event.key === 'Enter') jump(chosen);
  else if (event.key === 'Escape') openList(false);
});

// Loading

// Called when another one was saved (`over` what is typed only when that was asked for), and at the beginning.
async function load({ over = true } = {}) {
  try {
    const first = loaded === null;
    const [{ json }] = await Promise.all([request('GET', '/api/config'), form ?? build()]);
    // Somebody may have begun to type while the answer was on its way.
    if (!over && !same(draft, loaded.config)) return elsewhere();
    take(json);
    notices.replaceChildren(...warnings(json));
    if (first) await go(placeOf(location.hash, places()) ?? { tab: TABS[0] });
  } catch (error) {
    notices.replaceChildren(banner('bad', 'alert', h('strong', {}, error.title), ` ${error.message} `, action('Try again', () => load())));
  }
}

async function build() {
  schema = await get('/api/config/schema');
  form = settingsForm(schema, TABS, { readOnly, onChange: edit });
  await form.build(shownTab);
}

function take(current, next = current.config) {
  loaded = current;
  draft = next;
  form.show(draft, current.locked ?? {});
  say(EMPTY);
  if (begun.has('advanced')) fixed();
  byId('open-file').disabled = false;
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
  const { problems } = await post('/api/config/validate', asked).catch(() => ({ problems: [] }));
  // Typed on or asked again meanwhile: the next answer counts.
  if (turn !== checks || draft !== asked) return [];
  const list = problems.filter((problem) => reveal || !isUnfinished(problem));
  say(assign(list, form.paths).byField);
  if (list.length > 0) setText(byId('save-note'), `${plural(list.length, 'problem')} in ${inTabs()}, shown beside the fields.`);
  else noteChanges();
  return list;
}

function say(byField) {
  wrong = form.problems(byField);
  mark();
}

const inTabs = () => listing([...wrong.keys()].map((tab) => TITLES.get(tab)), TABS.length) || 'config.json';

// A row that was just added is no mistake yet.
function isUnfinished({ path, found }) {
  return (path.endsWith(']') || path.endsWith('.') || path.endsWith('].name')) && found === '""';
}

function changed() {
  form.adjust(draft);
  tryPatterns?.draft(draft);
  mark();
  noteChanges();
}

const changedTabs = () => form.changed(loaded.config, draft);

function noteChanges() {
  const tabs = changedTabs();
  setHidden(saveBar, tabs.length === 0);
  if (tabs.length > 0) setText(byId('save-note'), `Unsaved changes in ${listing(tabs.map((tab) => TITLES.get(tab) ?? 'config.json'), TABS.length)}.`);
}

// A dot for what is not saved, a number for what is wrong.
function mark() {
  const unsaved = loaded ? changedTabs() : [];
  for (const button of tabButtons) {
    const many = wrong.get(button.dataset.tab) ?? 0;
    const place = button.querySelector('.mark');
    const said = many > 0 ? String(many) : '';
    place.dataset.kind = many > 0 ? 'wrong' : unsaved.includes(button.dataset.tab) ? 'unsaved' : '';
    setText(place, said);
    setAttribute(button, 'aria-description', many > 0 ? plural(many, 'problem') : place.dataset.kind ? 'unsaved changes' : null);
  }
}

// Saving

async function save() {
  if (saving || !draft || saveBar.hidden) return;
  saving = saveButton.disabled = true;
  try {
    // Shown before it is sent, so that the rows that the server names are the rows on the page.
    draft = cleaned(draft);
    form.show(draft, loaded.locked ?? {});
    changed();
    clearTimeout(timer);
    if ((await check({ reveal: true })).length > 0) return reveal();
    await send();
  } finally {
    saving = saveButton.disabled = false;
  }
}

async function send() {
  const before = loaded.config;
  try {
    const { json } = await request('PUT', '/api/config', { body: draft, headers: { 'if-match': `"${loaded.hash}"` } });
    take(json);
    notices.replaceChildren(...warnings(json), ...addedBuckets(before, json.config));
    toast('Changes are live.', '', 'good');
    if (begun.has('buckets') && !['accounts', 's3_buckets', 'use_dynamic_buckets'].every((name) => same(before[name], json.config[name]))) diagnose();
  } catch (error) {
    refused(error);
  }
}

// Who has just added a bucket wants it backed up.
function addedBuckets(before, now) {
  const known = new Set(bucketRows(before.s3_buckets).map(bucketName));
  const names = bucketRows(now.s3_buckets).map(bucketName).filter((name) => name !== '*' && !known.has(name));
  if (names.length === 0 || now.use_dynamic_buckets) return [];
  const words = listing(names.map(visible));
  const start = h('button', { type: 'button', class: 'button primary small', id: 'back-up-added', onclick: () => backUp(names, start) }, icon('play'), `Back up ${words} now`);
  return [h('div', { class: 'banner', data: { tone: 'good' } }, icon('check'), h('div', {}, `${words} ${names.length === 1 ? 'is' : 'are'} part of the backup from the next run on.`), start)];
}

async function backUp(buckets, button) {
  button.disabled = true;
  try {
    await post('/api/backup/run', { dry_run: false, buckets });
    notices.replaceChildren(...warnings(loaded));
    toast('The backup has begun', ' Its progress is on the overview.', 'good');
  } catch (error) {
    button.disabled = false;
    toastError(error);
  }
}

// The first field that is wrong, on whichever tab that is.
async function reveal() {
  setText(byId('save-note'), `Not saved: ${plural([...wrong.values()].reduce((sum, many) => sum + many, 0), 'problem')} in ${inTabs()}, shown beside the fields.`);
  const tab = wrong.has(shownTab) ? shownTab : TABS.find((one) => wrong.has(one));
  if (!tab) return;
  if (tab !== shownTab) address(tab);
  await go({ tab });
  form.first(tab)?.scrollIntoView({ block: 'center' });
}

// A row that was added and never filled in is not meant.
function cleaned(config) {
  let copy = config;
  const drop = (path, list, isEmpty) => { if (Array.isArray(list) && list.some(isEmpty)) copy = write(copy, path, list.filter((item) => !isEmpty(item))); };
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
  say(byField);
  if (error.problems.length > 0) reveal();
  const unplaced = rest.map((problem) => h('li', {}, h('code', {}, problem.path), `: ${sentence(schema, problem, draft)}`));
  notices.replaceChildren(...(error.problems.length === 0 || unplaced.length > 0
    ? [banner('bad', 'alert', h('strong', {}, `Not saved. ${error.title}`), error.problems.length === 0 ? ` ${error.message}` : '', unplaced.length > 0 ? h('ul', {}, unplaced) : null)]
    : []));
}

// Somebody else saved meanwhile: what they changed is shown, and nothing of either is lost without being asked for.
async function conflict() {
  try {
    const [{ json }, { drawDiff }] = await Promise.all([request('GET', '/api/config'), import('./config-diff.js')]);
    const { merged, both } = merge(loaded.config, draft, json.config);
    drawDiff(byId('conflict-diff'), loaded.config, json.config);
    setText(byId('conflict-note'), both.length === 0 ? 'Your changes are about something else; both can stay.'
      : `You both changed ${listing(both.map((path) => titleOf(path)), 4)}; on top of theirs, yours would count.`);
    const dialog = byId('conflict');
    dialog.returnValue = 'no';
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
    if (dialog.returnValue === 'no') return elsewhere();
    take(json, dialog.returnValue === 'mine' ? merged : json.config);
    notices.replaceChildren(...warnings(json));
    if (dialog.returnValue === 'mine') check();
  } catch (error) {
    toastError(error);
  }
}

const titleOf = (path) => form.places.find(({ id }) => id === path)?.title ?? path;

function elsewhere() {
  notices.replaceChildren(banner('warn', 'alert', h('strong', {}, 'The settings were changed elsewhere.'), ' Yours are not saved yet. ', action('Compare', conflict)));
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

// Beside the options of the file that it overrules.
function fixed() {
  const entries = Object.entries(loaded?.locked ?? {}).filter(([name]) => name !== 'data_path');
  byId('fixed-values')?.remove();
  byId('section-advanced').querySelector('.rows-card').append(h('div', { class: 'setting wide', id: 'fixed-values' }, h('dl', { class: 'access' }, entries.flatMap(([name, value]) => {
    const [label, variable] = LOCKS[name] ?? [name, null];
    return [h('dt', {}, label), h('dd', {}, String(value), variable ? h('code', { class: 'muted' }, variable) : null)];
  }))));
}

function banner(tone, picture, ...content) {
  return h('div', { class: 'banner', data: { tone } }, icon(picture), h('div', {}, ...content));
}

function action(label, onclick) {
  return h('button', { type: 'button', class: 'button small', onclick }, label);
}

// What stands beside the options

async function diagnose() {
  (await import('./diagnostics.js')).diagnose();
}

async function tester() {
  if (readOnly) return;
  tryPatterns = (await import('./filter-tester.js')).filterTester();
  byId('section-copied').querySelector('.rows-card').append(tryPatterns.element);
  if (draft) tryPatterns.draft(draft);
}

async function openDrawer(view) {
  (await import('./json-preview.js')).openDrawer(loaded.config, draft, view);
}

byId('diagnose').addEventListener('click', diagnose);
byId('open-file').addEventListener('click', () => openDrawer('file'));
byId('show-changes').addEventListener('click', () => openDrawer('changes'));
saveButton.addEventListener('click', save);
byId('discard').addEventListener('click', () => {
  take(loaded);
  notices.replaceChildren(...warnings(loaded));
});
addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === 's' && !readOnly) {
    event.preventDefault();
    save();
  }
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
    else elsewhere();
  },
});
show(placeOf(location.hash, MORE_PLACES)?.tab ?? (TABS.includes(location.hash.slice(1).split('/')[0]) ? location.hash.slice(1).split('/')[0] : TABS[0]));
load();
