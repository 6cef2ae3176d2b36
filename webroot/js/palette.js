// The palette: everything with a name, found by typing a part of it. What it finds are links; it does nothing itself.

import { h, icon, setAttribute, setText, url } from './dom.js';
import { get } from './api.js';
import { now } from './clock.js';
import { exact, instant, moment, visible } from './format.js';
import { look, runAddress, triggerName } from './results.js';
import { nameElement } from './names.js';
import { placeUrl } from './snapshot-links.js';
import { rank } from './palette-rank.js';
import { dayOf, resultOf } from './timeline.js';
import { store } from './shell.js';

const RUNS = 20;
const SNAPSHOTS = 60;
const FRESH_MS = 60_000;
const MOST = 30;
/** Of each kind that there can be many of, while nothing is typed. */
const FEW = 3;
// As web.auth.Permits has it; the server refuses what is not permitted anyway.
const ROLES = ['viewer', 'operator', 'admin'];
const PAGES = [
  { label: 'Overview', path: '/', icon: 'shield', words: 'home status dashboard' },
  { label: 'Buckets', path: '/buckets', icon: 'folder', words: 'size growth' },
  { label: 'Files', path: '/files', icon: 'clock', words: 'snapshots browse timeline history versions' },
  { label: 'Activity', path: '/activity', icon: 'sync', words: 'jobs runs history' },
  { label: 'Storage', path: '/storage', icon: 'folder', words: 'retention disk space trash snapshots' },
  { label: 'Proofs', path: '/storage#proofs', icon: 'check', words: 'verify integrity damage repair scrub' },
  { label: 'Settings', path: '/config', icon: 'gear', words: 'configuration preferences schedule hooks notifications tokens audit', least: 'operator' },
  { label: 'Log', path: '/logs', icon: 'file', words: 'logs', least: 'operator' },
  { label: 'Alerts', path: '/alerts', icon: 'alert', words: 'notifications' },
  { label: 'Setup', path: '/setup', icon: 'gear', words: 'keys endpoint', least: 'admin' },
  { label: 'API', path: '/openapi.yaml', icon: 'file', words: 'openapi' },
].map((page) => ({ kind: 'Page', ...page }));

const input = h('input', { type: 'text', role: 'combobox', 'aria-label': 'Search or jump to', placeholder: 'Search or jump to…', 'aria-expanded': 'true',
  'aria-controls': 'palette-list', 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off', maxlength: 1024, autofocus: true });
const list = h('div', { id: 'palette-list', role: 'listbox', 'aria-label': 'Results', tabindex: '-1' });
const close = h('button', { type: 'button', class: 'button quiet small', 'aria-label': 'Close, Esc', onclick: () => dialog.close() }, h('kbd', {}, 'Esc'));
const trouble = h('span', { class: 'tone-text', data: { tone: 'bad' } });
const found = h('span', { class: 'visually-hidden', role: 'status' });
const dialog = h('dialog', { id: 'palette', 'aria-label': 'Search or jump to' }, h('div', { class: 'palette-box' }, icon('search'), input, close), list,
  h('div', { class: 'palette-foot' }, h('span', {}, h('kbd', {}, '↑'), h('kbd', {}, '↓'), 'to move'), h('span', {}, h('kbd', {}, '↵'), 'to open'), trouble, found));

let snapshots = [];
let runs = [];
let askedAt = -Infinity;
let shown = [];
let active = 0;

/** Opens the palette, or closes it. */
export function toggle() {
  if (dialog.open) {
    dialog.close();
    return;
  }
  input.value = '';
  active = 0;
  draw();
  dialog.showModal();
  list.scrollTop = 0;
  if (performance.now() - askedAt > FRESH_MS) load();
}

async function load() {
  askedAt = performance.now();
  setText(trouble, '');
  try {
    // The pages that follow the events know their runs; an error page does not.
    const [first, second] = await Promise.all([get(`/api/snapshots?limit=${SNAPSHOTS}`), store.state.runs ?? get(`/api/backup/history?limit=${RUNS}`)]);
    snapshots = first.snapshots;
    runs = second.runs ?? [];
  } catch (error) {
    askedAt = -Infinity;
    setText(trouble, error.message);
  }
  const before = shown[active]?.href;
  draw();
  // What was chosen stays chosen when more comes.
  mark(Math.max(0, shown.findIndex((entry) => entry.href === before)));
}

function entries() {
  const role = ROLES.indexOf(document.documentElement.dataset.role);
  return [...actions(), ...PAGES, ...buckets(), ...snapshots.map(snapshotEntry), ...(store.state.runs ?? runs).slice(0, RUNS).map(runEntry)]
    .filter(({ least = 'viewer' }) => role >= ROLES.indexOf(least))
    .map((entry) => (entry.path ? { ...entry, href: url(entry.path) } : entry));
}

/** Each leads to where it is done: the button there has the focus, and another Enter presses it. */
function actions() {
  const { backup, scheduler } = store.state;
  const paused = scheduler?.paused === true;
  return [
    ...(backup.running ? [{ label: 'Stop this run…', path: '/#stop', icon: 'stop', words: 'cancel backup' }]
      : [{ label: 'Run now', path: '/#run-now', icon: 'play', words: 'start backup' }, { label: 'Dry run', path: '/#dry-run', icon: 'flask', words: 'plan try' }]),
    ...(scheduler?.enabled === false ? [] : [{ label: paused ? 'Resume schedule' : 'Pause schedule', path: '/#pause', icon: paused ? 'play' : 'pause' }]),
    { label: 'Verify files…', path: '/storage#prove', icon: 'shield', words: 'prove files now check integrity' },
    { label: 'Run a drill…', path: '/storage#drill', icon: 'flask', words: 'test restore try' },
    { label: 'Restore…', path: '/restore', icon: 'restore', words: 'restores recover files' },
  ].map((action) => ({ kind: 'Action', least: 'operator', ...action }));
}

function buckets() {
  const known = [...(store.state.status?.buckets ?? []), ...(snapshots[0]?.buckets ?? [])].map(({ bucket }) => bucket);
  return [...new Set(known)].map((bucket) => ({ kind: 'Bucket', label: bucket, icon: 'folder', path: `/buckets/${encodeURIComponent(bucket)}` }));
}

function snapshotEntry(snapshot) {
  const at = instant(snapshot.started_at);
  return { kind: 'Snapshot', label: at == null ? snapshot.name : moment(at, now()), detail: at == null ? resultOf(snapshot)[1] : snapshot.name, icon: 'clock',
    words: `snapshot ${snapshot.name} ${dates(at)} ${dayOf(snapshot)}`, href: placeUrl({ snapshot: snapshot.name }) };
}

function runEntry(run) {
  const at = instant(run.started_at);
  const { label, icon: name } = look(run);
  return { kind: 'Run', label: at == null ? run.run_id : moment(at, now()), detail: `${label} · ${triggerName(run.trigger, run.schedule)}`, icon: name,
    words: `run ${label} ${run.run_id} ${dates(at)}`, href: runAddress(run.run_id) };
}

/** A day in the ways that it is typed. */
function dates(at) {
  if (at == null) return '';
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return `${exact(at)} ${local.toISOString().slice(0, 10)}`;
}

function choose(query) {
  const all = entries();
  if (query !== '') {
    return [...rank(query, all, MOST), { kind: 'Search', label: `Find “${visible(query)}” in the files of all snapshots`, icon: 'search', href: placeUrl({ q: query }) }];
  }
  const count = new Map();
  return all.filter(({ kind }) => {
    count.set(kind, (count.get(kind) ?? 0) + 1);
    return ['Action', 'Page'].includes(kind) || count.get(kind) <= FEW;
  });
}

function draw() {
  shown = choose(input.value.trim());
  list.replaceChildren(...shown.map(({ kind, label, detail, icon: name, href }, i) =>
    h('a', { id: `palette-${i}`, role: 'option', tabindex: '-1', href, 'aria-selected': 'false' }, icon(name),
      nameElement(label, { title: '' }), detail ? h('span', { class: 'detail' }, detail) : null, h('span', { class: 'kind' }, kind))));
  setText(found, shown.length === 1 ? '1 result' : `${shown.length} results`);
  mark(0);
}

function mark(index) {
  list.children[active]?.setAttribute('aria-selected', 'false');
  active = index;
  const option = list.children[active];
  option.setAttribute('aria-selected', 'true');
  setAttribute(input, 'aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
}

const KEYS = {
  ArrowDown: () => mark((active + 1) % shown.length),
  ArrowUp: () => mark((active + shown.length - 1) % shown.length),
  Enter: () => list.children[active].click(),
};

input.addEventListener('input', draw);
input.addEventListener('keydown', (event) => {
  if (!KEYS[event.key] || event.isComposing) return;
  event.preventDefault();
  KEYS[event.key]();
});
dialog.addEventListener('keydown', (event) => {
  if (event.key !== 'Tab') return;
  event.preventDefault();
  (document.activeElement === input ? close : input).focus();
});
list.addEventListener('pointermove', (event) => {
  const option = event.target.closest('[role="option"]');
  if (option && option !== list.children[active]) mark([...list.children].indexOf(option));
});
list.addEventListener('click', (event) => {
  if (event.target.closest('a') && !event.metaKey && !event.ctrlKey && !event.shiftKey) dialog.close();
});
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});
document.body.append(dialog);
// Whoever asked for this script shows nothing before it looks as it should.
await new Promise((resolve, reject) => document.head.append(
  h('link', { rel: 'stylesheet', href: url('/assets/css/palette.css'), onload: resolve, onerror: () => reject(new Error('palette.css')) })));
