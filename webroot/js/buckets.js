// How each bucket stands when nothing runs, as the server judges it. Pure.

import { capital } from './format.js';

const LOOKS = {
  safe: { tone: 'good', icon: 'shield' },
  partial: { tone: 'warn', icon: 'alert' },
  failing: { tone: 'bad', icon: 'alert' },
  late: { tone: 'warn', icon: 'clock' },
  never: { tone: 'idle', icon: 'clock' },
  left_out: { tone: 'idle', icon: 'pause' },
};

/** What a bucket's row says when nothing runs; `flag` is set when that is more than that it is safe. */
export function bucketWords({ bucket, state, problem }) {
  const look = LOOKS[state] ?? LOOKS.failing;
  if (state === 'safe') return { ...look, text: 'Safe', flag: null };
  // A bucket's own name is not a word that begins a sentence.
  const text = problem == null ? 'Not backed up as it should be' : problem.startsWith(bucket) ? problem : capital(problem);
  return { ...look, text, flag: state };
}

/** The states in the order in which somebody has to know of them. */
export const URGENCY = ['failing', 'partial', 'late', 'never', 'safe', 'left_out'];

/** The buckets in the order in which somebody has to know of them; those that are alike as they were. */
export function worstFirst(standings) {
  return standings.toSorted((one, other) => URGENCY.indexOf(one.state) - URGENCY.indexOf(other.state));
}

/** Objects and bytes that the newest snapshot holds of all buckets together. */
export function protectedTotals(standings) {
  return standings.reduce((sum, { held }) => (held
    ? { objects: sum.objects + held.objects, bytes: sum.bytes + held.bytes, buckets: sum.buckets + 1 }
    : sum), { objects: 0, bytes: 0, buckets: 0 });
}
