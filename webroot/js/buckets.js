// The state of each bucket when nothing runs, read off the newest run that covered it. Pure.

import { bucketNames } from './headline.js';
import { decisive, files } from './results.js';

const COMMITTED = new Set(['success', 'partial']);

/**
 * One entry a bucket, in the order of the configuration: `record` is the newest judgement (null when never backed up) and
 * `run` its run; `held` is its record in the newest run that stands for a snapshot, `goodRun` the newest that had it all.
 */
export function bucketStates(config, runs) {
  const entries = new Map();
  for (const run of runs) {
    if (!decisive(run)) continue;
    const committed = COMMITTED.has(run.result);
    for (const record of run.buckets) {
      // Read well, but the run as a whole was not committed: the older snapshot is what there is.
      if (!committed && record.result === 'success') continue;
      const entry = entries.get(record.bucket) ?? { name: record.bucket, record: null, run: null, held: null, goodRun: null };
      entries.set(record.bucket, entry);
      if (!entry.record) Object.assign(entry, { record, run });
      if (committed) entry.held ??= record;
      if (committed && record.result === 'success') entry.goodRun ??= run;
    }
  }
  const names = bucketNames(config) ?? [...entries.keys()].sort();
  return names.map((name) => entries.get(name) ?? { name, record: null, run: null, held: null, goodRun: null });
}

/** What a bucket's row says when nothing runs. */
export function bucketWords(entry) {
  const { record } = entry;
  if (!record) return { tone: 'idle', icon: 'clock', text: 'Not backed up yet', flag: null };
  if (record.result === 'success') return { tone: 'good', icon: 'shield', text: 'Safe', flag: null };
  const what = record.error ?? (record.failures_total > 0
    ? `${record.failures_total.toLocaleString('en-US')} ${record.failures_total === 1 ? 'object' : 'objects'} could not be copied`
    : 'Not everything could be copied');
  return { tone: record.result === 'partial' ? 'warn' : 'bad', icon: 'alert', text: what, flag: record.result };
}

/** Objects and bytes held by the newest snapshot of every bucket together. */
export function protectedTotals(entries) {
  return entries.reduce((sum, { held }) => {
    if (!held) return sum;
    const own = files(held.counts);
    return { objects: sum.objects + own.objects, bytes: sum.bytes + own.bytes, buckets: sum.buckets + 1 };
  }, { objects: 0, bytes: 0, buckets: 0 });
}
