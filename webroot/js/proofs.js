// When the stored files were proven: the sentence, the map, what goes on, and the last drill.

import { byId, h, setAttribute, setData, setHidden, setText } from './dom.js';
import { bytes, count, dateAs, inSentence, instant, moment, plural } from './format.js';
import { get, post } from './api.js';
import { advance, proofCells, runs } from './proof-map.js';
import { drillWords } from './restore-words.js';
import { hideTip, showTip } from './tooltip.js';
import { now } from './clock.js';
import { toast, toastError } from './toast.js';

const LEGEND = { proven: 'proven in this cycle', due: 'due, proven before', never: 'never proven', damaged: 'damaged' };
const DOING = { preparing: 'Looking at what there is…', waiting: 'Waiting for the backup to end…', transferring: 'Reading files…', cancelling: 'Pausing…' };
const STOPPED = ['cancelled', 'interrupted'];

let status = null;
let asking = null;

/** Asks anew; one question at a time. `onDamage(damage)` is told what is damaged. */
export async function refreshProofs(onDamage) {
  asking?.abort();
  asking = new AbortController();
  try {
    status = await get('/api/verify?limit=0', { signal: asking.signal });
    setText(byId('sentence'), status.sentence);
    setHidden(byId('prove'), status.current != null);
    setHidden(byId('prove-pause'), status.current == null);
    if (status.current) status = advance(status, status.current);
    draw(status.current);
    onDamage(status.damage);
  } catch (error) {
    if (error.name !== 'AbortError') setText(byId('sentence'), error.message);
  }
}

/** While it goes on. */
export function proofsGoOn(state, onDamage) {
  if (!status) return;
  // Of another cycle nobody knows yet what is due.
  if (state.cycle_number !== status.cycle.cycle_number) {
    refreshProofs(onDamage);
    return;
  }
  status = advance(status, state);
  draw(state);
}

function draw(state) {
  drawMap();
  const { files, proven } = status.cycle;
  const known = files.objects > 0 && state?.phase !== 'preparing';
  const parts = [state && (DOING[state.phase] ?? ''), known && `${count(proven.objects)} of ${plural(files.objects, 'file')} proven (${bytes(proven.bytes)} of ${bytes(files.bytes)})${state ? `, ${bytes(state.read.bytes)} read` : ''}.`, !state && nextWords(status)];
  setText(byId('proof-doing'), parts.filter(Boolean).join(' '));
}

function nextWords({ next_at: at, cycle }) {
  const next = instant(at);
  if (next == null) return '';
  const goesOn = cycle.cycle_number > 0 && cycle.cycle_finished == null;
  return `${goesOn ? 'Goes on' : cycle.cycle_number === 0 ? 'The first cycle begins' : 'The next cycle begins'} by itself ${next <= now() ? 'in a moment' : inSentence(moment(next, now()))}.`;
}

function drawMap() {
  const map = byId('proof-map');
  const cells = proofCells(status);
  const size = (status.cycle.files.bytes || 0) / Math.max(1, cells.length);
  setHidden(map, cells.length === 0);
  if (map.children.length !== cells.length) map.replaceChildren(...cells.map(() => h('i')));
  cells.forEach(({ kind, proven }, index) => {
    const cell = map.children[index];
    if (cell.dataset.kind !== kind) cell.dataset.kind = kind;
    setAttribute(cell, 'data-proven', proven);
  });
  const shares = Object.entries(LEGEND).map(([kind, words]) => [kind, words, cells.filter((cell) => cell.kind === kind).length]).filter(([, , many]) => many > 0);
  setAttribute(map, 'aria-label', `Of all stored bytes, ${shares.map(([, words, many]) => `${Math.round((many / cells.length) * 100)} % ${words}`).join(', ')}`);
  byId('proof-legend').replaceChildren(...shares.map(([kind, words]) => h('li', {}, h('i', { class: 'cell', data: { kind } }), words)),
    size > 0 ? h('li', {}, `a cell is ${bytes(size)}`) : '');
}

function point(event) {
  const cell = event.target.closest('.proof-map > i');
  if (!cell) return hideTip();
  const { kind, proven } = cell.dataset;
  const together = runs([...cell.parentElement.children].map((each) => ({ kind: each.dataset.kind, proven: each.dataset.proven ?? null })))
    .find((run) => run.kind === kind && run.proven === (proven ?? null));
  const size = (status.cycle.files.bytes / cell.parentElement.children.length) * together.count;
  const line = { proven: `About ${bytes(size)} were proven in this cycle`, never: `About ${bytes(size)} were never read again`, due: proven ? `About ${bytes(size)}, last proven about ${dateAs('longDate', Date.parse(proven), 'UTC')}` : `About ${bytes(size)}`, damaged: 'Damaged: see below' }[kind];
  showTip(cell, [{ proven: 'Proven', never: 'Due first', due: 'Due', damaged: 'Damaged' }[kind], line]);
}

/** Looks for the last drill. */
export async function refreshDrill() {
  try {
    const { jobs } = await get('/api/jobs?kind=drill&limit=10');
    const last = jobs.find((job) => job.finished_at && !STOPPED.includes(job.result));
    const words = last ? drillWords(last, now()) : 'No drill yet: a few files, chosen by chance, are restored and compared.';
    tell(last && last.result === 'failed' ? `Last drill failed: ${last.message}` : words.replace(/^l/, 'L'), last && last.result !== 'success' ? 'bad' : null);
  } catch (error) {
    tell(error.message, null);
  }
}

function tell(words, tone) {
  setText(byId('drill-words'), words);
  byId('drill-words').className = tone ? 'tone-text' : 'muted';
  setData(byId('drill-words'), 'tone', tone);
}

/** A drill that is under way, or null. */
export function drillGoesOn(state) {
  byId('drill').disabled = state != null;
  if (state) tell(`Trying it: ${count(state.same.objects)} of ${plural(state.sampled.objects, 'file')} came back so far.`, null);
}

async function command(what, said) {
  try {
    await post(what, what === '/api/drills' ? {} : undefined);
    if (said) toast(said, '', 'good');
  } catch (error) {
    toastError(error);
  }
}

byId('prove').addEventListener('click', () => command('/api/verify/start'));
byId('prove-pause').addEventListener('click', () => command('/api/verify/pause'));
byId('drill').addEventListener('click', () => command('/api/drills', 'The drill has begun'));
byId('proof-map').addEventListener('mouseover', point);
byId('proof-map').addEventListener('mouseleave', hideTip);
