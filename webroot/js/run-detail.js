// What became of each bucket of a run.

import { h, url } from './dom.js';
import { bytes, capital, count, visible } from './format.js';
import { leftOut } from './results.js';

const LABELS = { linked: 'Unchanged', filtered: 'Left out', vanished: 'Deleted meanwhile', carried: 'Deleted in S3, kept', kept: 'Previous version', refetched: 'Fetched again' };
const DETAIL_PARTS = ['listed', 'linked', 'downloaded', 'filtered', 'archived', 'vanished', 'failed', 'carried', 'kept', 'deleted', 'refetched'];

/** One line a bucket: how it ended, and what became of its objects. */
export function bucketTable(run) {
  // A column of zeros says nothing; the four that people look for are always there.
  const parts = DETAIL_PARTS.filter((part) => ['listed', 'linked', 'downloaded', 'failed'].includes(part) || run.totals[part]?.objects > 0);
  return h('div', { class: 'sideways', tabindex: '0', role: 'region', 'aria-label': 'What became of each bucket' }, h('table', {},
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Bucket'), h('th', { scope: 'col' }, 'Result'),
      parts.map((part) => h('th', { scope: 'col', class: 'number' }, LABELS[part] ?? capital(part))))),
    h('tbody', {}, run.buckets.map((bucket) => h('tr', { data: { bucket: bucket.bucket } },
      h('td', {}, bucket.bucket.startsWith('*') ? visible(bucket.bucket) : h('a', { href: url(`/buckets/${encodeURIComponent(bucket.bucket)}`) }, visible(bucket.bucket))),
      h('td', {}, bucketResult(bucket)),
      parts.map((part) => h('td', { class: 'number', title: bytes(bucket.counts[part].bytes) }, count(bucket.counts[part].objects))))))));
}

function bucketResult(bucket) {
  if (leftOut(bucket)) return h('span', { class: 'tone-text', data: { tone: 'idle' } }, 'Not part of this run');
  const words = { success: ['Safe', 'good'], partial: ['Finished with errors', 'warn'], failed: ['Failed', 'bad'] }[bucket.result] ?? [bucket.result, 'idle'];
  return h('span', { class: 'tone-text', data: { tone: words[1] } }, words[0], bucket.listing_complete ? '' : ', listing incomplete');
}
