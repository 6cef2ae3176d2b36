// How far the run under way is with one bucket. Pure.

import { bytes, count, duration, instant, rate, relative, visible } from './format.js';
import { bucketEta, settled, share } from './progress.js';
import { waitingWords } from './headline.js';

const PHASES = {
  waiting: 'Waiting', preparing: 'Preparing', listing: 'Listing', transferring: 'Transferring', committing: 'Committing',
  retrying: 'Waiting to retry', cancelling: 'Stopping', done: 'Done', failed: 'Failed',
};
const ICONS = { done: 'check', failed: 'cross', waiting: 'clock' };

/** Tone and icon of a bucket of a run. */
export function liveLook({ phase, waiting, counts }) {
  const troubled = counts.failed.objects > 0;
  return {
    tone: phase === 'failed' ? 'bad' : troubled || waiting ? 'warn' : phase === 'done' ? 'good' : 'info',
    icon: ICONS[waiting ? 'waiting' : phase] ?? (troubled ? 'alert' : 'sync'),
  };
}

/** What goes on, in a line. `bytesPerSecond` may be null. */
export function liveWords(bucket, run, bytesPerSecond, now) {
  if (bucket.error) return visible(bucket.error);
  if (bucket.waiting) return waitingWords(bucket.waiting, now);
  const parts = [PHASES[bucket.phase] ?? bucket.phase];
  const at = bucket.phase === 'retrying' ? instant(run.retry_at) : null;
  if (at) parts[0] += ` ${relative(at, now)}`;
  if (bucket.phase === 'listing' || (bucket.phase === 'transferring' && !bucket.listing_complete)) {
    parts[0] = `Still listing: ${count(bucket.counts.listed.objects)} so far`;
  }
  const moving = bytesPerSecond > 0 && (bucket.phase === 'listing' || bucket.phase === 'transferring');
  // The bar and the figures show that it goes on: beside a rate the word says nothing more.
  if (moving && bucket.phase === 'transferring' && bucket.listing_complete) parts.pop();
  if (moving) parts.push(rate(bytesPerSecond));
  const eta = bucketEta(bucket, bytesPerSecond);
  if (eta != null) parts.push(`${duration(eta * 1000)} left`);
  if (bucket.counts.failed.objects > 0) parts.push(`${count(bucket.counts.failed.objects)} failed`);
  return parts.join(' · ');
}

/**
 * `{share, objects, bytes}`: the share done, or null while the end is not known, and what is done of how much in words. `marks` is a watermark
 * of the run.
 */
export function liveProgress(bucket, marks) {
  const done = share(bucket);
  const { objects, bytes: whole } = settled(bucket.counts);
  const partial = Math.max(0, bucket.bytes_received - bucket.counts.downloaded.bytes);
  const doneObjects = marks.raise(`${bucket.bucket}/objects`, objects);
  const doneBytes = marks.raise(`${bucket.bucket}/bytes`, whole + partial);
  const { listed } = bucket.counts;
  return {
    share: done == null ? null : marks.raise(`${bucket.bucket}/share`, done),
    objects: bucket.listing_complete ? `${count(Math.min(doneObjects, listed.objects))} of ${count(listed.objects)}` : `${count(doneObjects)} done`,
    bytes: bucket.listing_complete ? `${bytes(Math.min(doneBytes, listed.bytes))} of ${bytes(listed.bytes)}` : bytes(doneBytes),
  };
}
