// What a run came to: figures, where every listed object went, and which snapshot holds the truth now.

import { h, icon, setVar } from './dom.js';
import { bytes, count, inSentence, instant, moment, plural } from './format.js';
import { now } from './clock.js';
import { counts, leftOut } from './results.js';

const PARTS = [
  ['linked', 'Unchanged, linked', 'good'], ['downloaded', 'Downloaded', 'info'], ['filtered', 'Left out by filters', 'idle'],
  ['archived', 'Archived, not readable', 'warn'], ['vanished', 'Vanished meanwhile', 'idle'], ['failed', 'Failed', 'bad'],
];
const DRY_LABELS = { linked: 'Unchanged', downloaded: 'To be downloaded' };

/** A figure with its label; the value can be written again. */
export function figure(label, id) {
  const value = h('dd', { id }, '–');
  return { value, element: h('div', { class: 'figure' }, h('dt', {}, label), value) };
}

/** The certificate's first equation as a picture: every listed object is in exactly one part. */
export function account(record) {
  const parts = PARTS.filter(([part], index) => index < 2 || record.totals[part].objects > 0)
    .map(([part, label, tone]) => ({ part, label: record.dry_run ? DRY_LABELS[part] ?? label : label, tone, ...record.totals[part] }));
  return h('div', { class: 'account' }, ...breakdown(parts, record.totals.listed.objects), verdict(record));
}

/** A whole of objects in its parts `{part, label, tone, objects, bytes}`: a bar, and what its colours mean. */
export function breakdown(parts, whole) {
  const bar = h('div', { class: 'stack', 'aria-hidden': 'true' });
  const legend = h('ul', { class: 'legend' });
  for (const { part, label, tone, objects, bytes: size } of parts) {
    if (objects > 0) {
      const piece = h('i', { data: { part, tone } });
      setVar(piece, '--share', `${(objects / Math.max(1, whole)) * 100}%`);
      bar.append(piece);
    }
    legend.append(h('li', { data: { tone } }, h('span', {}, label), h('span', { class: 'number' }, count(objects)), h('span', { class: 'size' }, bytes(size))));
  }
  return [bar, legend];
}

/** Whether the sum comes out, in words: the one thing a backup must not be silent about. */
function verdict(record) {
  const open = record.buckets.filter((bucket) => !bucket.listing_complete && !leftOut(bucket)).length;
  const sum = PARTS.reduce((total, [part]) => total + record.totals[part].objects, 0);
  const [tone, name, words] = record.result === 'cancelled' || record.result === 'interrupted'
    ? ['idle', 'same', 'The run ended early: this is how far it had come.']
    : open > 0 ? ['warn', 'alert', `${open === 1 ? 'One bucket' : plural(open, 'bucket')} couldn't be listed, so nothing was deleted from ${open === 1 ? 'its backup' : 'their backups'}.`]
    : sum !== record.totals.listed.objects ? ['bad', 'alert', `${count(Math.abs(record.totals.listed.objects - sum))} listed objects are not accounted for.`]
    : record.result === 'failed' && sum === 0 ? ['bad', 'cross', 'The run failed before it had listed anything.']
    : ['good', 'check', 'Verified: every object accounted for.'];
  return h('p', { class: 'verdict', data: { tone } }, icon(name), h('span', {}, words));
}

/** Which snapshot stands for a run. */
export function snapshotWords(record) {
  if (record.dry_run) return 'Nothing was written: this was a dry run.';
  if (!record.snapshot) return counts(record) && record.result !== 'success' ? 'No snapshot was made; earlier ones are untouched.' : 'No snapshot yet.';
  return [record.new_snapshot ? 'Snapshot ' : 'Same as ', h('code', {}, record.snapshot), looked(record)];
}

/** When somebody last looked whether its files are there: a run that finds nothing new in S3 need not have. */
function looked(record) {
  if (!record.files_checked_at) return '';
  return record.files_checked_at === record.started_at ? '; every file is in place' : `; its files were last looked at ${inSentence(moment(instant(record.files_checked_at), now()))}`;
}
