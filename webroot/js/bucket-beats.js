// What the last runs were to one bucket: a beat a run, the oldest on the left. The same run stands in the same column for every bucket. Shape
// and height tell the result as well as the colour does.

import { h, setAttribute, setData } from './dom.js';
import { bytes, count, duration, exact, instant, plural, visible } from './format.js';
import { counts, leftOut, runAddress, triggerName } from './results.js';
import { hideTip, showTip } from './tooltip.js';

const LOOKS = {
  changed: { label: 'Safe', tone: 'good' },
  unchanged: { label: 'Safe, nothing had changed', tone: 'good' },
  partial: { label: 'Finished with errors', tone: 'warn' },
  failed: { label: 'Failed', tone: 'bad' },
  stopped: { label: 'Ended early', tone: 'idle' },
  absent: { label: 'Not part of this run', tone: 'idle' },
  running: { label: 'Running', tone: 'info' },
};
const CHANGES = ['downloaded', 'deleted', 'refetched'];

/** What a run was to a bucket: a name of `LOOKS`. */
export function beatOf(run, name) {
  const bucket = run.buckets.find((each) => each.bucket === name);
  if (run.result === 'running') return bucket ? 'running' : 'absent';
  // One that came to no bucket, or was killed, names none.
  if (!bucket) return run.buckets.length > 0 ? 'absent' : run.result === 'failed' ? 'failed' : 'stopped';
  if (leftOut(bucket)) return 'absent';
  if (bucket.result === 'success') return CHANGES.some((part) => bucket.counts?.[part]?.objects > 0) ? 'changed' : 'unchanged';
  return ['partial', 'failed'].includes(bucket.result) ? bucket.result : 'stopped';
}

/** The runs that beats are drawn of, the newest first; dry runs wrote nothing. `current` is the state of one under way, or null. */
export function beatRuns(runs, current) {
  const past = (runs ?? []).filter((run) => counts(run) && run.run_id !== current?.run_id);
  return current && !current.dry_run ? [{ ...current, result: 'running' }, ...past] : past;
}

/** What is told of a beat, line by line. */
export function beatLines(run, name) {
  const kind = beatOf(run, name);
  const bucket = run.buckets.find((each) => each.bucket === name);
  const lines = [LOOKS[kind].label, exact(instant(run.started_at))];
  if (run.finished_at) lines.push(`${triggerName(run.trigger, run.schedule)}, took ${duration(instant(run.finished_at) - instant(run.started_at))}`);
  if (kind === 'absent' || kind === 'running' || !bucket) return lines;
  const { downloaded, deleted, kept } = bucket.counts;
  if (downloaded?.objects > 0) lines.push(`${count(downloaded.objects)} downloaded (${bytes(downloaded.bytes)})`);
  if (deleted?.objects > 0) lines.push(`${count(deleted.objects)} gone`);
  if (bucket.error) lines.push(visible(bucket.error));
  else if (bucket.failures_total > 0) lines.push(`${plural(bucket.failures_total, 'object')} failed`);
  if (kept?.objects > 0) lines.push(`${count(kept.objects)} kept as they were`);
  return lines;
}

/** The element, and `draw(runs)` with those of `beatRuns`. `most` beats at most; where there is less room the newest stay. */
export function bucketBeats(name, { most = 60 } = {}) {
  const beats = Array.from({ length: most }, () => h('a', { class: 'beat', tabindex: '-1', 'aria-hidden': 'true', data: { result: 'none' } }, h('i')));
  const element = h('div', { class: 'beats', role: 'group', 'aria-label': `Last runs of ${visible(name)}, oldest first. Arrow keys move, Enter opens a run.` }, beats);
  follow(element, beats, name);
  return {
    element,
    draw(runs) {
      beats.forEach((beat, index) => drawBeat(beat, runs[most - 1 - index], name));
      const stop = beats.find((beat) => beat.tabIndex === 0 && beat.run) ?? beats[most - 1];
      for (const beat of beats) beat.tabIndex = beat === stop && beat.run ? 0 : -1;
    },
  };
}

function drawBeat(beat, run, name) {
  if (beat.run === run) return;
  const same = beat.run && run && beat.run.run_id === run.run_id && beat.run.result === run.result;
  beat.run = run;
  if (same) return;
  const kind = run ? beatOf(run, name) : 'none';
  setData(beat, 'result', kind);
  setData(beat, 'tone', LOOKS[kind]?.tone);
  setData(beat, 'runId', run?.run_id);
  setAttribute(beat, 'href', run ? runAddress(run.run_id) : null);
  setAttribute(beat, 'aria-hidden', run ? null : 'true');
  setAttribute(beat, 'aria-label', run ? beatLines(run, name).join(', ') : null);
}

function follow(element, beats, name) {
  const tipFor = (event) => {
    const beat = event.target.closest?.('.beat');
    if (beat?.run) showTip(beat, beatLines(beat.run, name));
    else hideTip();
  };
  element.addEventListener('pointerover', tipFor);
  element.addEventListener('pointerleave', hideTip);
  element.addEventListener('focusin', tipFor);
  element.addEventListener('focusout', hideTip);
  // One tab stop for the whole row.
  element.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -beats.length, End: beats.length }[event.key];
    const from = beats.indexOf(document.activeElement);
    if (step === undefined || from < 0) return;
    event.preventDefault();
    const first = beats.findIndex((beat) => beat.run && beat.offsetWidth > 0);
    const to = Math.min(beats.length - 1, Math.max(first, from + step));
    beats[from].tabIndex = -1;
    beats[to].tabIndex = 0;
    beats[to].focus();
  });
}
