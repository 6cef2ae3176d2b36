// What people ask next: when is the next run, when is the disk full, when was all of it last proven.

import { byId, h, icon, setAttribute, setData, setHidden, setText } from './dom.js';
import { capital, capitalBut, count, dateAs, exact, inSentence, instant, moment, relative } from './format.js';
import { countdown, describeNext, describeSchedule, MAIN, ofBackups } from './schedule.js';
import { diskBar } from './disk-bar.js';
import { lastDrill } from './store.js';
import { now } from './clock.js';

const LAST_HOUR = 3_600_000;
const SCHEDULES = 3;

let disk = null;
let next = null;

/** Draws them; `space` and `proofs` are what `/api/space` and `/api/verify` have answered, or null. */
export function renderTiles(state, { space, proofs }) {
  if (!state.loaded) return;
  nextRun(state);
  if (space) drawDisk(space);
  proven(state, proofs);
}

function nextRun({ scheduler, backup }) {
  const words = scheduler ? describeNext(scheduler) : '';
  const note = capitalBut(words, ofBackups(scheduler).map(({ name }) => name));
  const at = instant(scheduler?.next_backup);
  next = null;
  schedules(scheduler);
  if (scheduler == null) return tile('tile-next', 'Not known', { note: 'The scheduler does not answer', tone: 'bad', icon: 'alert' });
  if (scheduler.enabled === false) return tile('tile-next', 'Switched off', { note: 'Only when you start it' });
  if (scheduler.paused) return tile('tile-next', 'Paused', { note: 'Nothing starts until you resume it', tone: 'warn', icon: 'pause' });
  if (at == null) return tile('tile-next', backup.running ? 'After this run' : 'Not planned', { note });
  if (scheduler.overdue && at <= now()) return tile('tile-next', 'Overdue', { title: exact(at), note: `Due ${relative(at, now())}`, tone: 'warn', icon: 'clock' });
  next = at;
  tile('tile-next', '', { title: exact(at), note: `${capital(inSentence(moment(at, now())))} · ${words}` });
  tick();
}

/** The time that is left, each second in the last hour. */
function tick() {
  if (next == null) return;
  const left = next - now();
  setText(byId('tile-next').querySelector('.value'), left <= 0 ? 'Any moment' : countdown(left));
}
setInterval(() => next != null && next - now() < LAST_HOUR && tick(), 1000);

/** When each schedule comes, where there are several. */
function schedules(scheduler) {
  const all = ofBackups(scheduler);
  const list = byId('schedules');
  setHidden(list, all.length < 2);
  if (all.length < 2) return;
  const soonest = all.toSorted((one, other) => (instant(one.next) ?? Infinity) - (instant(other.next) ?? Infinity));
  const lines = soonest.slice(0, SCHEDULES).map((each) => {
    const at = instant(each.next);
    return [each.name === MAIN ? 'Other buckets' : each.name, scheduler.paused ? 'paused' : at == null ? 'not planned' : at <= now() ? 'now' : relative(at, now()), describeSchedule(each)];
  });
  if (all.length > SCHEDULES) lines.push([`and ${all.length - SCHEDULES} more`, '', '']);
  const key = JSON.stringify(lines);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...lines.map(([name, when, rule]) => h('li', { title: rule }, h('span', { class: 'who' }, name), h('span', {}, when))));
}

function drawDisk(space) {
  if (disk) return disk.update(space);
  disk = diskBar(space);
  byId('tile-disk').querySelector('.disk-place').replaceChildren(disk.element);
}

function proven(state, proofs) {
  const drill = drillNote(lastDrill(state));
  if (!proofs) return;
  const { cycle, damage } = proofs;
  const since = instant(cycle.proven_since);
  const goesOn = cycle.cycle_number > 0 && cycle.cycle_finished == null;
  const ofCycle = goesOn ? `${cycle.percent} % of this cycle` : null;
  const note = (...parts) => parts.filter(Boolean).join(' · ');
  if (damage.files > 0) {
    return tile('tile-proven', `${count(damage.files)} damaged`, { note: note(ofCycle, drill), tone: 'bad', icon: 'alert', title: proofs.sentence });
  }
  if (since != null) {
    const day = dateAs(new Date(since).getFullYear() === new Date(now()).getFullYear() ? 'day' : 'date', since);
    return tile('tile-proven', `All since ${day}`, { note: note(ofCycle ?? 'Every file read again', drill), title: proofs.sentence });
  }
  tile('tile-proven', goesOn ? `${cycle.percent} %` : 'Not yet', { note: note(goesOn ? 'First reading of all files' : 'No file was read again so far', drill), title: proofs.sentence });
}

function drillNote(drill) {
  if (!drill) return null;
  const when = relative(instant(drill.finished_at), now());
  return drill.result === 'success' ? `drill passed ${when}` : `drill failed ${when}`;
}

function tile(id, value, { note = '', title = null, tone = null, icon: name = null }) {
  const element = byId(id);
  const valueElement = element.querySelector('.value');
  const noteElement = element.querySelector('.note');
  if (value !== '') setText(valueElement, value);
  setAttribute(valueElement, 'title', title);
  setAttribute(noteElement, 'title', note);
  if (noteElement.textContent === note && noteElement.dataset.tone === (tone ?? undefined)) return;
  setData(noteElement, 'tone', tone);
  const mark = name ? h('span', { class: 'tone-text' }, icon(name)) : null;
  noteElement.replaceChildren(...[mark, h('span', {}, note)].filter(Boolean));
}
