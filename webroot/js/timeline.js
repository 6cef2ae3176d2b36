// The snapshots by day, the newest first.

import { h, icon, setText } from './dom.js';
import { bytes, exact, instant, plural } from './format.js';
import { now } from './clock.js';
import { placeUrl } from './snapshot-links.js';
import { step } from './place.js';

const RESULTS = { success: ['good', 'Complete'], partial: ['warn', 'Not complete: something could not be copied'] };
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** What the time of a snapshot is called, in a list and in a sentence; those of the old tool have only a name. */
export function timeOf(snapshot) {
  const at = instant(snapshot.started_at);
  return at == null ? snapshot.name.replace(/^hublink_/, '') : TIME.format(at);
}

/** Epoch milliseconds that the name of a snapshot tells, or null. */
export function timeOfName(name) {
  const digits = /^hublink_(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(name);
  return digits && Date.UTC(digits[1], digits[2] - 1, digits[3], digits[4], digits[5], digits[6]);
}

export function dayOf(snapshot) {
  const at = instant(snapshot.started_at);
  if (at == null) return 'Made by the old tool';
  const day = DAY.format(at);
  if (day === DAY.format(now())) return 'Today';
  return day === DAY.format(now() - 86_400_000) ? 'Yesterday' : day;
}

/** Tone and words of a snapshot's result. */
export function resultOf(snapshot) {
  return RESULTS[snapshot.result] ?? ['idle', 'No certificate'];
}

/** `older` is what brings older ones; null where there are none. */
export function renderTimeline(box, snapshots, place, older) {
  const days = new Map();
  for (const snapshot of snapshots) {
    const day = dayOf(snapshot);
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(snapshot);
  }
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.snapshot : null;
  box.replaceChildren(...[...days].map(([day, those]) => h('li', {},
    h('h3', {}, day), h('ol', {}, those.map((snapshot) => item(snapshot, place))))),
  older ? h('li', { class: 'note' }, h('button', { type: 'button', class: 'button small', id: 'older', onclick: older }, 'Show older')) : '');
  if (focused) box.querySelector(`[data-snapshot="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function item(snapshot, place) {
  const [tone, words] = resultOf(snapshot);
  const chosen = snapshot.name === place.snapshot;
  return h('li', {}, h('a', {
    class: 'moment',
    href: placeUrl(step(place, { snapshot: snapshot.name, q: '' })),
    title: snapshot.started_at ? exact(instant(snapshot.started_at)) : snapshot.name,
    'aria-current': chosen ? 'true' : null,
    data: { tone, snapshot: snapshot.name, result: snapshot.result ?? 'legacy' },
  },
  h('i', { class: 'dot' }), h('span', { class: 'time' }, timeOf(snapshot)),
  h('span', { class: 'visually-hidden' }, `${words}.`),
  snapshot.pinned ? h('span', { class: 'pinned', title: 'Pinned' }, icon('pin'), h('span', { class: 'visually-hidden' }, 'Pinned.')) : null,
  snapshot.files ? h('span', { class: 'size' }, bytes(snapshot.files.bytes)) : null,
  h('span', { class: 'added' }, addedWords(snapshot))));
}

function addedWords(snapshot) {
  if (!snapshot.files) return plural(snapshot.buckets.length, 'bucket');
  return `+ ${bytes(snapshot.allocated_bytes ?? snapshot.added.bytes)} new`;
}

/** How many there are, and how many of them are shown. */
export function countWords(element, shown, total) {
  setText(element, shown < total ? `${shown} of ${total}` : String(total));
}
