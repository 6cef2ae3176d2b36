// What a restore looks like and what its parts are called, for its page and for the list. Pure.

import { count, plural, visible } from './format.js';

const STATES = {
  planning: { label: 'Planning', tone: 'info', icon: 'sync' },
  planned: { label: 'Not started', tone: 'idle', icon: 'clock' },
  refused: { label: 'Not possible', tone: 'bad', icon: 'alert' },
  running: { label: 'Running', tone: 'info', icon: 'sync' },
};
const RESULTS = {
  success: { label: 'Restored', tone: 'good', icon: 'check' },
  partial: { label: 'Finished with errors', tone: 'warn', icon: 'alert' },
  failed: { label: 'Failed', tone: 'bad', icon: 'cross' },
  cancelled: { label: 'Stopped', tone: 'idle', icon: 'stop' },
  interrupted: { label: 'Interrupted', tone: 'idle', icon: 'power' },
};
const REASONS = {
  exists: 'something else is there', newer: 'what is there is newer', missing: 'its file is missing in the snapshot', refused: 'not taken there',
  damaged: 'its file is damaged', unreadable: 'its file cannot be read', changed: 'it changed there meanwhile', failures: 'not everything could be written',
};

/** Label, tone and icon of a restore. */
export function restoreLook({ state, record }) {
  return STATES[state] ?? RESULTS[record?.result] ?? RESULTS.failed;
}

/** Why something is not written, as the server's word for it is said on the page. */
export function reasonWords(reason) {
  return REASONS[reason] ?? visible(reason).replaceAll('_', ' ');
}

/** What a page about it is headed. */
export function heading({ state, plan, record }) {
  switch (state) {
    case 'planning': return 'Working out what would happen…';
    case 'planned': return ready(plan);
    case 'refused': return 'This cannot be restored';
    case 'running': return 'Restoring…';
    default: return ended(record);
  }
}

function ready(plan) {
  if (!hasWork(plan)) return 'There is nothing to restore';
  return plan.write.objects > 0 ? `Ready to restore ${plural(plan.write.objects, 'file')}` : `Ready to delete ${plural(plan.delete.objects, 'file')}`;
}

function ended(record) {
  const written = record?.written?.objects ?? 0;
  const deleted = record?.deleted?.objects ?? 0;
  switch (record?.result) {
    case 'success': return written > 0 ? `Restored ${plural(written, 'file')}` : deleted > 0 ? `Deleted ${plural(deleted, 'file')}` : 'Nothing had to be restored';
    case 'partial': return `Restored ${plural(written, 'file')}, but not all`;
    case 'cancelled': return `Stopped after ${plural(written, 'file')}`;
    case 'interrupted': return `Interrupted after ${plural(written, 'file')}`;
    default: return written === 0 ? 'The restore failed' : `The restore failed after ${plural(written, 'file')}`;
  }
}

/** Whether a plan writes or deletes anything. */
export function hasWork(plan) {
  return plan.write.objects + plan.delete.objects > 0;
}

/** The parts of a plan's objects: each of them is in exactly one. */
export function planParts(plan) {
  return [
    { part: 'write', label: 'To write: nothing is there', tone: 'info', objects: plan.write.objects - plan.replace.objects, bytes: plan.write.bytes - plan.replace.bytes },
    { part: 'replace', label: 'To write: replaces what is there', tone: 'warn', ...plan.replace },
    { part: 'identical', label: 'There already, and the same', tone: 'good', ...plan.identical },
    ...byReason('skipped', 'Left as it is', 'idle', plan.skipped),
    ...byReason('failed', 'Cannot be restored', 'bad', plan.failed),
  ].filter(({ part, objects }) => part === 'write' || objects > 0);
}

/** The parts of what a restore came to. */
export function recordParts(record) {
  return [
    { part: 'written', label: 'Written', tone: 'info', ...record.written },
    { part: 'identical', label: 'There already, and the same', tone: 'good', ...record.identical },
    ...byReason('skipped', 'Left as it was', 'idle', record.skipped),
    ...byReason('failed', 'Failed', 'bad', record.failed),
    { part: 'left', label: 'Not come to', tone: 'warn', ...record.left },
  ].filter(({ part, objects }) => part === 'written' || objects > 0);
}

function byReason(part, label, tone, tallies) {
  return Object.entries(tallies ?? {}).map(([reason, tally]) => ({ part, label: `${label}: ${reasonWords(reason)}`, tone, ...tally }));
}

/** All reasons together. */
export function sum(tallies) {
  return Object.values(tallies ?? {}).reduce((total, { objects, bytes }) => ({ objects: total.objects + objects, bytes: total.bytes + bytes }), { objects: 0, bytes: 0 });
}

/** The certificate's equation in words: `{tone, icon, text}`. */
export function verdict(record) {
  const missing = record.planned.objects - sum(recordParts(record)).objects;
  const failed = sum(record.failed).objects;
  const left = record.left.objects;
  const spared = sum(record.spared).objects;
  if (missing !== 0) return { tone: 'bad', icon: 'alert', text: `${plural(Math.abs(missing), 'planned file is', 'planned files are')} not accounted for.` };
  if (failed > 0) return { tone: 'bad', icon: 'alert', text: `Every file accounted for; ${count(failed)} could not be written.` };
  if (left > 0) return { tone: 'warn', icon: 'clock', text: `Every file accounted for; ${count(left)} still to be written.` };
  if (spared > 0) return { tone: 'warn', icon: 'alert', text: `Every file accounted for; ${count(spared)} not deleted after all.` };
  if (record.result !== 'success') return { tone: 'warn', icon: 'alert', text: 'Every file accounted for, but the restore did not come to its end.' };
  return { tone: 'good', icon: 'check', text: 'Verified: every file accounted for.' };
}
