// Why something failed, once for all that failed for the same reason: what it is called, how much of it, what to do.

import { h, icon, url } from './dom.js';
import { post } from './api.js';
import { bytes, count, listing, plural, visible } from './format.js';
import { runAddress } from './results.js';
import { toast, toastError } from './toast.js';

/** How much it concerns: "56 objects (1.20 GiB) in photos and docs", "4 buckets", or nothing where the whole run failed. */
export function extent(cause) {
  const buckets = cause.buckets.map((bucket) => visible(bucket));
  if (cause.objects === 0) return buckets.length === 0 ? 'The whole run' : buckets.length === 1 ? `Bucket ${buckets[0]}` : plural(buckets.length, 'bucket');
  const size = cause.bytes > 0 ? ` (${bytes(cause.bytes)})` : '';
  return `${plural(cause.objects, 'object')}${size} in ${buckets.length > 3 ? plural(buckets.length, 'bucket') : listing(buckets)}`;
}

/** The run that tries what failed again: of these buckets, or of whatever the failed run was asked for. */
export function retryRequest(cause, run) {
  if (cause.buckets.some((bucket) => bucket.startsWith('*')) || cause.buckets.length === 0) {
    const asked = run.buckets.filter((bucket) => !bucket.left_out && !bucket.bucket.startsWith('*')).map((bucket) => bucket.bucket);
    if (run.schedule) return { schedule: run.schedule };
    return { buckets: run.all_buckets === false ? asked : [] };
  }
  return { buckets: cause.buckets };
}

/** One run that tries again what several causes kept from being copied. */
export function retryAll(causes, run) {
  const requests = causes.map((cause) => retryRequest(cause, run));
  const whole = requests.find((request) => request.schedule || request.buckets.length === 0);
  return whole ?? { buckets: [...new Set(requests.flatMap((request) => request.buckets))] };
}

/** A button that starts such a run and leads to it. */
export function retryButton(request, words = 'Retry', kind = 'small') {
  const button = h('button', { type: 'button', class: `button retry ${kind}`, title: 'Backs these buckets up again; what is there already is not downloaded twice' }, icon('sync'), words);
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      const { run_id: id } = await post('/api/backup/run', request);
      toast('Trying again', 'The run has begun.', 'good');
      button.replaceWith(h('a', { class: `button ${kind}`, href: runAddress(id) }, 'Watch it'));
    } catch (error) {
      button.disabled = false;
      toastError(error);
    }
  });
  return button;
}

/** Where the run's page tells more of it. */
function causeAddress(cause, run) {
  return `${runAddress(run.run_id)}#${cause.cause}`;
}

/**
 * A cause as a card, its examples folded away. `run` is its record. With `full`, the card is on the run's own page: it has an anchor and its
 * examples are seen.
 */
export function causeCard(cause, run, { full = false } = {}) {
  const tone = cause.objects === 0 ? 'bad' : 'warn';
  return h('article', { class: 'cause', id: full ? cause.cause : null, data: { cause: cause.cause, tone } },
    icon(tone === 'bad' ? 'cross' : 'alert'),
    h('div', { class: 'cause-said' },
      h('h3', {}, cause.title),
      h('p', { class: 'cause-extent' }, extent(cause)),
      h('p', { class: 'cause-advice' }, cause.advice)),
    h('div', { class: 'cause-tools' },
      full ? null : h('a', { class: 'button small', href: causeAddress(cause, run) }, 'Show'),
      retryButton(retryRequest(cause, run))),
    full ? examples(cause, run) : null);
}

function examples(cause, run) {
  if (cause.examples.length === 0) return null;
  const named = cause.examples.filter((example) => example.key != null).length;
  const rest = cause.objects - named;
  const alike = cause.examples.length > 1 && new Set(cause.examples.map(withoutKey)).size === 1;
  const more = rest > 0 ? h('li', { class: 'muted' }, `and ${count(rest)} more`, run.new_snapshot && run.snapshot ? [', each named in ',
    h('a', { href: url(`/runs/${encodeURIComponent(run.run_id)}/certificate`) }, 'the files that the certificate lists')] : null) : null;
  // What is said of each in the same words is said once.
  return h('ul', { class: 'cause-examples' },
    alike ? h('li', { class: 'muted' }, visible(withoutKey(cause.examples[0]))) : null,
    cause.examples.map((example) => h('li', {}, place(example), alike ? null : h('span', { class: 'muted' }, visible(example.error)))),
    more);
}

function place({ bucket, key }) {
  return bucket == null ? null : h('bdi', { class: 'name' }, visible(key == null ? bucket : `${bucket}/${key}`));
}

/** What is said of an example, without its name. */
export function withoutKey({ key, error }) {
  return key == null ? error : error.replaceAll(`"${key}"`, '…');
}
