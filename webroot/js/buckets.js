// The state of each bucket when nothing runs, read off the newest run that covered it. Pure.

import { bucketNames } from './headline.js';
import { counts, files } from './results.js';

/** One entry a bucket, in the order of the configuration: {name, record, run}; record null when never backed up. */
export function bucketStates(config, runs) {
  const records = new Map();
  for (const run of runs) {
    if (!counts(run)) continue;
    for (const record of run.buckets) {
      const known = records.get(record.bucket);
      // A stopped run says nothing about a bucket it did not finish; an older one that did says more.
      if (record.result === 'cancelled' || record.result === 'interrupted' || record.result === 'running') continue;
      if (!known) records.set(record.bucket, { name: record.bucket, record, run });
    }
  }
  const names = bucketNames(config) ?? [...records.keys()].sort();
  return names.map((name) => records.get(name) ?? { name, record: null, run: null });
}

/** What a bucket's row says when nothing runs. */
export function bucketWords(entry) {
  const { record } = entry;
  if (!record) return { tone: 'idle', icon: 'clock', text: 'Not backed up yet', flag: null };
  if (record.result === 'success') return { tone: 'good', icon: 'shield', text: 'Safe', flag: null };
  const what = record.error ?? (record.failures_total > 0
    ? `${record.failures_total.toLocaleString('en-US')} ${record.failures_total === 1 ? 'object' : 'objects'} could not be copied and kept the previous version`
    : 'Not everything could be copied');
  return { tone: record.result === 'partial' ? 'warn' : 'bad', icon: 'alert', text: what, flag: record.result };
}

/** Objects and bytes held by the newest snapshot of every bucket together. */
export function protectedTotals(entries) {
  return entries.reduce((sum, { record }) => {
    if (!record) return sum;
    const held = files(record.counts);
    return { objects: sum.objects + held.objects, bytes: sum.bytes + held.bytes, buckets: sum.buckets + 1 };
  }, { objects: 0, bytes: 0, buckets: 0 });
}
