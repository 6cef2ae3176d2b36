// What a snapshot's time and result are called.

import { instant } from './format.js';
import { now } from './clock.js';

const RESULTS = { success: ['good', 'Complete'], partial: ['warn', 'Not complete: something could not be copied'] };
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** What the time of a snapshot is called, in a list and in a sentence; those of the old tool have only a name. */
export function timeOf(snapshot) {
  const at = instant(snapshot.started_at);
  return at == null ? snapshot.name.replace(/^hublink_/, '') : TIME.format(at);
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
