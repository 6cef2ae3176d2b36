// Four figures that answer the questions people come with: did it run, when next, how much is held, when did it change.

import { byId, h, icon, setAttribute, setData, setText } from './dom.js';
import { bytes, capitalBut, count, duration, exact, instant, moment, plural, relative } from './format.js';
import { protectedTotals } from './buckets.js';
import { describeNext, MAIN, ofBackups } from './schedule.js';
import { drillWords } from './restore-words.js';
import { lastDrill } from './store.js';
import { look } from './results.js';
import { now } from './clock.js';

export function renderTiles(state) {
  if (!state.loaded) return;
  lastRun(state);
  nextRun(state);
  held(state);
  lastChange(state);
}

function lastRun({ backup }) {
  const run = backup.last;
  if (!run) return tile('tile-last', 'Not yet', { note: 'No run has ended so far' });
  const { label, tone, icon: name } = look(run);
  const took = run.finished_at ? `took ${duration(instant(run.finished_at) - instant(run.started_at))}` : '';
  const at = instant(run.finished_at) ?? instant(run.started_at);
  tile('tile-last', relative(at, now()), { title: exact(at), note: [label, took].filter(Boolean).join(', '), tone, icon: name });
}

function nextRun({ scheduler, backup }) {
  const words = scheduler ? describeNext(scheduler) : '';
  const note = capitalBut(words, ofBackups(scheduler).map(({ name }) => name));
  const at = instant(scheduler?.next_backup);
  if (scheduler?.enabled === false) return tile('tile-next', 'Switched off', { note: 'Only when you start it' });
  if (scheduler?.paused) return tile('tile-next', 'Paused', { note });
  if (at == null) return tile('tile-next', backup.running ? 'After this run' : 'Not planned', { note });
  const clock = moment(at, now());
  if (scheduler.overdue && at <= now()) {
    return tile('tile-next', 'Overdue', { title: exact(at), note: `Due ${relative(at, now())}`, tone: 'warn', icon: 'clock' });
  }
  tile('tile-next', at <= now() ? 'Any moment' : relative(at, now()), { title: all(scheduler) ?? exact(at), note: `${clock}, ${words}` });
}

/** When each schedule comes, where there are several. */
function all(scheduler) {
  const lines = ofBackups(scheduler).map(({ name, next }) => `${name === MAIN ? 'Other buckets' : name}: ${next ? exact(instant(next)) : 'not planned'}`);
  return lines.length > 1 ? lines.join('\n') : null;
}

function held(state) {
  const { status } = state;
  const drill = lastDrill(state);
  const totals = protectedTotals(status?.buckets ?? []);
  if (totals.buckets === 0) return tile('tile-protected', 'Nothing yet', { note: 'Available after your first backup' });
  tile('tile-protected', bytes(totals.bytes), { note: `${plural(totals.objects, 'object')} in ${plural(totals.buckets, 'bucket')}${drill ? `; ${drillWords(drill, now())}` : ''}`, title: `${count(totals.bytes)} bytes` });
}

function lastChange({ runs }) {
  const run = (runs ?? []).find((candidate) => candidate.new_snapshot);
  if (!run) return tile('tile-change', 'None yet', { note: 'No snapshot has been made' });
  const { downloaded, deleted } = run.totals;
  const gone = deleted.objects > 0 ? `, ${count(deleted.objects)} gone` : '';
  const at = instant(run.started_at);
  tile('tile-change', relative(at, now()), { title: exact(at), note: `${count(downloaded.objects)} downloaded (${bytes(downloaded.bytes)})${gone}` });
}

function tile(id, value, { note = '', title = null, tone = null, icon: name = null }) {
  const element = byId(id);
  const [, valueElement, noteElement] = element.children;
  setText(valueElement, value);
  setAttribute(valueElement, 'title', title);
  setAttribute(noteElement, 'title', note);
  if (noteElement.textContent === note && noteElement.dataset.tone === (tone ?? undefined)) return;
  setData(noteElement, 'tone', tone);
  const mark = name ? h('span', { class: 'tone-text' }, icon(name)) : null;
  noteElement.replaceChildren(...[mark, h('span', {}, note)].filter(Boolean));
}
