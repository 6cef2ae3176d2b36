// What a snapshot proves, in words.

import { byId, h, icon, setHidden } from './dom.js';
import { get, post } from './api.js';
import { bytes, count, exact, inSentence, instant, moment, plural, visible } from './format.js';
import { nameElement } from './names.js';
import { now, timeElement } from './clock.js';
import { resultOf } from './timeline.js';
import { toastError } from './toast.js';

const box = byId('certificate');
let shown = null;
let asked = null;

/** Shows a snapshot of the list; `onChange(snapshot)` gets it anew when it was pinned or let go. */
export function renderCertificate(snapshot, runs, onChange) {
  shown = snapshot.name;
  const [tone, words] = resultOf(snapshot);
  const buckets = h('ul', { class: 'proofs' }, snapshot.buckets.map((bucket) => proof(bucket)));
  box.replaceChildren(
    h('header', { data: { tone } },
      h('div', { class: 'seal' }, icon(tone === 'good' ? 'shield' : tone === 'warn' ? 'alert' : 'clock')),
      h('div', { class: 'said' },
        h('h2', {}, title(snapshot)),
        h('p', { class: 'words', id: 'certificate-words' }, snapshot.words),
        h('p', { class: 'facts' }, ...facts(snapshot, words, runs))),
      pinButton(snapshot, onChange)),
    h('details', {}, h('summary', {}, icon('chevron'), `By bucket (${snapshot.buckets.length})`), buckets));
  setHidden(box, false);
  nameFailures(snapshot, buckets);
}

function title(snapshot) {
  return snapshot.started_at
    ? ['Snapshot of ', h('time', { datetime: snapshot.started_at, title: exact(instant(snapshot.started_at)) },
      inSentence(moment(instant(snapshot.started_at), now())))]
    : ['Snapshot ', h('code', {}, snapshot.name)];
}

function facts(snapshot, words, runs) {
  const parts = [h('span', {}, words)];
  if (snapshot.files) {
    // Snapshots of earlier versions do not know what they take on the disk.
    const own = snapshot.allocated_bytes === null ? `${bytes(snapshot.added.bytes)} downloaded` : `${bytes(snapshot.allocated_bytes)} new on disk`;
    parts.push(h('span', {}, `${bytes(snapshot.files.bytes)} total · ${own}`));
  }
  const later = (runs ?? []).filter((run) => run.snapshot === snapshot.name && !run.new_snapshot && run.result === 'success');
  if (later.length > 0) {
    parts.push(h('span', {}, `Still true in ${plural(later.length, 'later run')}, the last `, timeElement(later[0].finished_at ?? later[0].started_at)));
  }
  parts.push(h('code', { title: visible(snapshot.path) }, snapshot.name));
  return parts;
}

function proof(bucket) {
  const tone = { success: 'good', partial: 'warn', failed: 'bad' }[bucket.result] ?? 'idle';
  return h('li', { data: { tone, bucket: bucket.bucket } },
    icon({ good: 'check', warn: 'alert', bad: 'cross' }[tone] ?? 'same'),
    h('div', {}, nameElement(bucket.bucket), h('p', {}, visible(bucket.words))));
}

function pinButton(snapshot, onChange) {
  const button = h('button', {
    type: 'button', class: 'button', id: 'pin', 'aria-pressed': String(snapshot.pinned),
    title: 'A pinned snapshot is kept for good', onclick: async () => {
      button.disabled = true;
      try {
        onChange(await post(`/api/snapshots/${encodeURIComponent(snapshot.name)}/pin`, { pinned: !snapshot.pinned }));
        byId('pin')?.focus();
      } catch (error) {
        button.disabled = false;
        toastError(error);
      }
    },
  }, icon('pin'), snapshot.pinned ? 'Pinned' : 'Pin');
  return button;
}

/** The certificate names what failed; it is asked for only where something did. */
async function nameFailures(snapshot, list) {
  asked?.abort();
  if (snapshot.result !== 'partial') return;
  asked = new AbortController();
  try {
    const { certificate } = await get(`/api/snapshots/${encodeURIComponent(snapshot.name)}`, { signal: asked.signal });
    if (shown !== snapshot.name) return;
    box.querySelector('details').open = true;
    for (const bucket of certificate.buckets) {
      const row = [...list.children].find((each) => each.dataset.bucket === bucket.name);
      if (row && bucket.failures.length > 0) row.lastElementChild.append(failureList(bucket));
    }
  } catch {
    // The words say how many failed; their names are in the run's own record too.
  }
}

function failureList(bucket) {
  const more = bucket.failures_total - bucket.failures.length;
  return h('ul', { class: 'failures' }, bucket.failures.map((failure) => h('li', {}, nameElement(failure.key), h('span', { class: 'muted' }, visible(failure.cause)))),
    more > 0 ? h('li', { class: 'muted' }, `and ${count(more)} more, all named in manifest/${visible(bucket.name)}.failures.jsonl`) : null);
}
