// One beat a run, oldest on the left. Shape and height tell the result as well as the colour does.

import { byId, h, setAttribute, setData, setText } from './dom.js';
import { bytes, count, duration, exact, inSentence, instant, moment, plural } from './format.js';
import { look, lookName, runAddress, triggerName } from './results.js';
import { hideTip, showTip } from './tooltip.js';
import { now } from './clock.js';

const SHOWN = 90;
const box = byId('heartbeat');
const beats = [];

for (let i = 0; i < SHOWN; i++) {
  const beat = h('a', { class: 'beat', tabindex: '-1', 'aria-hidden': 'true', data: { result: 'none' } }, h('i'));
  beats.push(beat);
  box.append(beat);
}

/** Draws the bar; the run in progress is the last beat. */
export function renderHeartbeat(state) {
  const done = (state.runs ?? []).filter((run) => run.result !== 'running');
  const current = state.backup.running ? state.backup.current : null;
  const runs = [...(current ? [{ ...current, result: 'running' }] : []), ...done].slice(0, SHOWN);
  const focus = beats.find((beat) => beat.tabIndex === 0 && beat.run);
  beats.forEach((beat, index) => draw(beat, runs[SHOWN - 1 - index]));
  const stop = focus?.run ? focus : beats[SHOWN - 1];
  for (const beat of beats) beat.tabIndex = beat === stop && beat.run ? 0 : -1;
  foot(done.slice(0, SHOWN));
}

function draw(beat, run) {
  if (beat.run === run) return;
  beat.run = run;
  setData(beat, 'result', run ? lookName(run) : 'none');
  setData(beat, 'tone', run ? look(run).tone : null);
  setData(beat, 'runId', run?.run_id);
  setAttribute(beat, 'href', run ? runAddress(run.run_id) : null);
  if (run) {
    beat.removeAttribute('aria-hidden');
    beat.setAttribute('aria-label', tipLines(run).join(', '));
  } else {
    beat.setAttribute('aria-hidden', 'true');
    beat.removeAttribute('aria-label');
  }
}

function tipLines(run) {
  const { totals } = run;
  const lines = [look(run).label, exact(instant(run.started_at))];
  if (run.finished_at) lines.push(`${triggerName(run.trigger, run.schedule)}, took ${duration(instant(run.finished_at) - instant(run.started_at))}`);
  lines.push(`${count(totals.downloaded.objects)} downloaded (${bytes(totals.downloaded.bytes)})`, `${count(totals.linked.objects)} unchanged`);
  if (totals.failed.objects > 0) lines.push(`${plural(totals.failed.objects, 'object')} failed`);
  return lines;
}

function foot(runs) {
  if (runs.length === 0) {
    setText(byId('heartbeat-from'), 'Your runs will appear here.');
    setText(byId('heartbeat-summary'), '');
    return;
  }
  const good = runs.filter((run) => run.result === 'success').length;
  setText(byId('heartbeat-from'), `Since ${inSentence(moment(instant(runs[runs.length - 1].started_at), now()))}`);
  setText(byId('heartbeat-summary'), good === runs.length ? `${plural(good, 'run')}, all good` : `${good} of ${plural(runs.length, 'run')} good`);
}

function tipFor(event) {
  const beat = event.target.closest?.('.beat');
  if (beat?.run) showTip(beat, tipLines(beat.run));
  else hideTip();
}

box.addEventListener('pointerover', tipFor);
box.addEventListener('pointerleave', hideTip);
box.addEventListener('focusin', tipFor);
box.addEventListener('focusout', hideTip);
// One tab stop for the whole bar: ninety would be a wall.
box.addEventListener('keydown', (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, Home: -SHOWN, End: SHOWN }[event.key];
  const from = beats.indexOf(document.activeElement);
  if (step === undefined || from < 0) return;
  event.preventDefault();
  const first = beats.findIndex((beat) => beat.run && beat.offsetWidth > 0);
  const to = Math.min(SHOWN - 1, Math.max(first, from + step));
  beats[from].tabIndex = -1;
  beats[to].tabIndex = 0;
  beats[to].focus();
});
