// What a run's result looks like and is called, in one place for heartbeat, table and cards.

import { url } from './dom.js';
import { MAIN } from './schedule.js';

const LOOKS = {
  new: { label: 'New snapshot', tone: 'good', icon: 'check' },
  unchanged: { label: 'Unchanged', tone: 'good', icon: 'same' },
  partial: { label: 'Finished with errors', tone: 'warn', icon: 'alert' },
  failed: { label: 'Failed', tone: 'bad', icon: 'cross' },
  cancelled: { label: 'Stopped', tone: 'idle', icon: 'stop' },
  interrupted: { label: 'Interrupted', tone: 'idle', icon: 'power' },
  running: { label: 'Running', tone: 'info', icon: 'sync' },
  dry_run: { label: 'Dry run', tone: 'idle', icon: 'flask' },
};

const TRIGGERS = { manual: 'Manual', schedule: 'Schedule', first: 'First run', catch_up: 'Missed run', cli: 'Command line' };

/** Which look a record has: a success is told apart by whether it made a snapshot, a good dry run is neither. */
function lookName(run) {
  if (run.result === 'success') {
    if (run.dry_run) return 'dry_run';
    return run.new_snapshot ? 'new' : 'unchanged';
  }
  return LOOKS[run.result] ? run.result : 'failed';
}

/** Label, tone and icon of a record; a dry run that went wrong says both. */
export function look(run) {
  const name = lookName(run);
  const found = LOOKS[name];
  return run.dry_run && name !== 'dry_run' ? { ...found, label: `Dry run, ${found.label.toLowerCase()}` } : found;
}

/** The page of a run. */
export function runAddress(runId) {
  return url(`/runs/${encodeURIComponent(runId)}`);
}

export function triggerName(trigger, schedule = null) {
  const name = TRIGGERS[trigger] ?? String(trigger);
  return schedule && schedule !== MAIN ? `${name} (${schedule})` : name;
}

/** A run that can say something about safety: ended, and not a dry run. */
export function counts(run) {
  return run != null && !run.dry_run && run.result !== 'running';
}

/** Whether a bucket was no part of the run that names it; earlier versions called that a success without a listing. */
export function leftOut(bucket) {
  return bucket.left_out === true || (bucket.result === 'success' && !bucket.listing_complete);
}
