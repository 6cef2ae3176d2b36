// The storage page: which snapshots stay and why, what the others free, what was removed and can be brought back.

import { byId, h, icon, setHidden, setText } from './dom.js';
import { bytes, capital, count, exact, inSentence, instant, moment, plural } from './format.js';
import { RetentionCalendar } from './retention-calendar.js';
import { timeOf, timeOfName } from './timeline.js';
import { get, post, request } from './api.js';
import { now, timeElement } from './clock.js';
import { placeUrl } from './snapshot-links.js';
import { startShell } from './shell.js';
import { toast, toastError } from './toast.js';

const TONES = { pinned: 'info', in_use: 'warn', last_success: 'good', newest: 'good', alarm: 'bad', clock: 'bad', future: 'warn' };
/** So many buckets are named. */
const FEW = 8;
/** A disk with less than this share of it free is nearly full. */
const SCARCE = 0.1;

/** Between two looks whether it is counted by now what would be freed. */
const COUNTED_MS = 2000;

let status = null;
let preview = null;
/** The state of the retention that is under way, if one is. */
let running = null;
let calendar = null;
let counting = 0;

async function load() {
  try {
    status = await get('/api/retention');
    drawTrash();
    // It counts what would be freed, file by file.
    preview = await post('/api/retention/preview');
    setHidden(byId('trouble'), true);
    drawRetention();
    drawKept();
    askAgain();
  } catch (error) {
    byId('trouble').replaceChildren(h('p', {}, h('strong', {}, error.title ?? 'The snapshots cannot be looked at'), ` ${error.message}`),
      h('button', { type: 'button', class: 'button small', onclick: load }, 'Try again'));
    setHidden(byId('trouble'), false);
  }
}

/** As long as it is being counted what would be freed. */
function askAgain() {
  clearTimeout(counting);
  if (preview.freed_bytes == null) counting = setTimeout(recount, COUNTED_MS);
}

/** Tells what would be freed, and draws nothing else anew that somebody may be at, unless it is about others by now. */
async function recount() {
  try {
    const next = await post('/api/retention/preview');
    if (next.digest !== preview.digest || next.verdicts.length !== preview.verdicts.length) {
      load();
      return;
    }
    preview = next;
    drawFrees();
    askAgain();
  } catch {
    // It says what is the matter.
    load();
  }
}

const going = () => preview.verdicts.filter((each) => !each.stays);

function drawRetention() {
  const many = going().length;
  const chip = byId('retention-chip');
  const [tone, word] = running ? ['info', 'Running'] : !status.enabled ? ['idle', 'Off'] : status.confirmed ? ['good', 'On'] : ['warn', 'Waits for you'];
  chip.dataset.tone = tone;
  setText(chip, word);
  byId('retention').replaceChildren(running ? progress(running) : h('div', {},
    h('p', { class: 'frees', id: 'frees' }, sum()),
    preview.suspended && h('p', {}, preview.suspended),
    h('p', { class: 'muted' }, words(), ' ', h('a', { href: configuration() }, status.enabled ? 'Change the rules' : 'Set the rules')),
    status.last && h('p', { class: 'muted' }, 'Last time, ', timeElement(status.last.started_at), `: ${status.last.message ?? status.last.result}`)),
  running ? '' : startButton(many));
}

function drawFrees() {
  if (!running) setText(byId('frees'), sum());
}

function sum() {
  const go = going().length;
  const stay = preview.verdicts.length - go;
  if (stay + go === 0) return 'No snapshot yet, so nothing to remove.';
  const stays = `${plural(stay, 'snapshot')} ${stay === 1 ? 'stays' : 'stay'}`;
  return go === 0 ? `Nothing to remove: ${stays}.` : `${freed('Counting what it frees', 'Frees ')}: ${plural(go, 'snapshot')} would go, ${stays}.`;
}

/** What would be freed, behind a word; something else as long as that is being counted. */
function freed(unknown, before) {
  return preview.freed_bytes == null ? unknown : `${before}${bytes(preview.freed_bytes)}`;
}

function progress({ removed, go }) {
  return h('div', {}, h('p', { class: 'frees' }, go === 0 ? 'Looking at the snapshots…' : `Removing ${plural(go, 'snapshot')}…`),
    h('progress', { 'aria-label': 'Removed', ...(go === 0 ? {} : { max: go, value: removed }) }),
    h('p', { class: 'muted' }, go === 0 ? 'Nothing is removed yet.' : `${count(removed)} of ${count(go)} removed. They can be brought back.`));
}

function words() {
  if (!status.enabled) return 'Nothing is removed by itself.';
  if (!status.confirmed) return 'It removes nothing by itself before you have confirmed these rules here, by starting it once.';
  return `Once a day, after the first backup. What was removed can be brought back for ${plural(preview.undo_hours, 'hour')}.`;
}

const configuration = () => `${document.documentElement.dataset.base ?? ''}/config#section-retention`;

function startButton(many) {
  const confirms = status.enabled && !status.confirmed;
  if (many === 0 && !confirms) return '';
  // What was looked at is confirmed, and not what has been loaded since.
  const { digest } = preview;
  const label = many === 0 ? 'Confirm these rules' : `${confirms ? 'Confirm and remove' : 'Remove'} ${plural(many, 'snapshot')}…`;
  return h('button', { type: 'button', class: 'button primary', id: 'start', onclick: async () => {
    const said = many === 0 ? 'From now on, snapshots that no rule keeps are removed by themselves.'
      : `${plural(many, 'snapshot')} ${many === 1 ? 'goes' : 'go'}${freed('', ', which frees ')}. ${undoWords()}`;
    if (await sure(many === 0 ? 'Confirm these rules?' : `Remove ${plural(many, 'snapshot')}?`, said, many === 0 ? 'Confirm' : 'Remove')) {
      act(() => post('/api/retention/start', { digest }), 'Retention has begun');
    }
  } }, label);
}

function undoWords() {
  return preview.undo_hours === 0 ? 'This cannot be undone.' : `You can bring them back for ${plural(preview.undo_hours, 'hour')}.`;
}

function drawTrash() {
  setHidden(byId('trash'), status.trash.length === 0);
  setHidden(byId('undo-all'), status.trash.every((each) => each.until == null));
  byId('trash-list').replaceChildren(...status.trash.map((each) => h('li', { data: { snapshot: each.snapshot } },
    h('div', {}, h('strong', {}, called(each)), h('p', { class: 'muted' }, removedWords(each))),
    each.until == null ? h('span', { class: 'chip' }, 'Being deleted') : h('button', {
      type: 'button', class: 'button small', onclick: () => undo(each.snapshot),
    }, icon('restore'), 'Bring back'))));
}

function removedWords(each) {
  const who = each.by_hand ? 'Removed by hand' : 'Removed by the rules';
  const freed = each.freed_bytes == null ? '' : `, frees ${bytes(each.freed_bytes)}`;
  if (each.until == null) return `${who}${freed}. ${each.shortened ?? 'Its time is over.'}`;
  return [`${who} ${inSentence(moment(instant(each.removed_at), now()))}${freed}. Can be brought back until ${inSentence(moment(instant(each.until), now()))}.`];
}

function called({ snapshot }) {
  const at = timeOfName(snapshot);
  return at == null ? snapshot : `Snapshot of ${inSentence(moment(at, now()))}`;
}

function drawKept() {
  const all = preview.verdicts;
  setText(byId('kept-count'), all.length === 0 ? '' : count(all.length));
  if (all.length === 0) {
    byId('kept').replaceChildren(h('p', { class: 'empty' }, h('strong', {}, 'No snapshot yet'), 'The first backup makes the first one.'));
    return;
  }
  calendar ??= new RetentionCalendar(byId('kept'), row);
  calendar.show(all);
}

function row(verdict) {
  const snapshot = { ...verdict, name: verdict.snapshot };
  const at = instant(verdict.started_at);
  return h('li', { data: { snapshot: verdict.snapshot, ...(verdict.stays ? {} : { goes: '' }) } },
    h('a', { class: 'time', href: placeUrl({ snapshot: verdict.snapshot, bucket: '', prefix: '', key: '', with: '', q: '' }), title: at ? exact(at) : verdict.snapshot }, timeOf(snapshot)),
    h('span', { class: 'why' }, verdict.stays
      ? verdict.reasons.map((reason) => h('span', { class: 'chip', data: { tone: TONES[reason.kind] ?? 'idle' } }, capital(reason.text)))
      : h('span', { class: 'chip', data: { tone: 'warn' } }, 'Goes')),
    verdict.removable ? h('button', { type: 'button', class: 'button small quiet', onclick: () => remove(verdict) }, 'Remove…') : '');
}

async function remove(verdict) {
  const name = verdict.snapshot;
  if (!await sure('Remove this snapshot?', `${called(verdict)} (${name}) goes, whatever the rules say. ${undoWords()}`, 'Remove')) return;
  act(() => request('DELETE', `/api/snapshots/${encodeURIComponent(name)}?${new URLSearchParams({ confirm: name })}`), 'Removed');
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

async function act(doing, said) {
  try {
    await doing();
    toast(said, '', 'good');
  } catch (error) {
    toastError(error);
    load();
  }
}

function sure(title, said, yes) {
  const dialog = byId('sure');
  setText(byId('sure-title'), title);
  setText(byId('sure-words'), said);
  setText(byId('sure-yes'), yes);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}

async function loadSpace() {
  try {
    drawSpace(await get('/api/space'));
  } catch (error) {
    byId('space-figures').replaceChildren(h('div', {}, h('dt', {}, 'Not known now'), h('dd', {}, h('small', {}, error.message))));
  }
}

function drawSpace({ snapshot_bytes: taken, counting, disk, growth_bytes_per_day: growth, full_about: full, buckets }) {
  const figures = [['Snapshots take', counting ? `${bytes(taken)} or more` : bytes(taken)]];
  if (disk) figures.push(['Free', ...freeOf(disk)]);
  if (disk?.sharing && !disk.sharing.includes('hard_links')) figures.push(['Unchanged files', disk.sharing.includes('reflinks') ? 'share blocks' : 'are copied']);
  if (growth != null) figures.push(['Grows by', `${growth < 0 ? '−' : ''}${bytes(Math.abs(growth))} a day`]);
  if (full) figures.push(['Full about', new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' }).format(Date.parse(full))]);
  byId('space-figures').replaceChildren(...figures.map(([name, ...values]) => h('div', {}, h('dt', {}, name), h('dd', {}, values))));
  const largest = buckets.toSorted((one, other) => other.bytes - one.bytes);
  byId('by-bucket').replaceChildren(...(largest.length < 2 ? [] : largest.slice(0, FEW)).map((each) => h('li', {},
    h('span', { class: 'name' }, each.bucket), h('b', {}, bytes(each.bytes)),
    h('span', { class: 'muted' }, each.added_bytes_per_day > 0 ? `+ ${bytes(each.added_bytes_per_day)} a day` : ''))),
  largest.length > FEW ? h('li', {}, h('span', { class: 'name muted' }, `and ${largest.length - FEW} more`)) : '');
  setHidden(byId('by-bucket'), largest.length < 2);
  const compression = disk?.compression;
  setText(byId('space-compression'), compression ? [compression.text, compression.remedy].filter(Boolean).join(' ') : '');
  setHidden(byId('space-compression'), !compression);
}

function freeOf({ free_bytes: free, total_bytes: total }) {
  const scarce = free < total * SCARCE;
  return [`${bytes(free)} `, h('small', {}, `of ${bytes(total)}`),
    scarce && h('small', { class: 'tone-text', data: { tone: 'bad' } }, free === 0 ? ' · full' : ' · nearly full')];
}

byId('undo-all').addEventListener('click', () => undo(null));
startShell({
  onEvent: (name, data) => {
    if (name === 'retention.started' || name === 'retention.progress') {
      running = data;
      if (preview) drawRetention();
    }
    if (name === 'state' || name === 'retention.finished') running = null;
    if (['state', 'backup.finished', 'retention.finished'].includes(name)) {
      load();
      loadSpace();
    }
  },
});
