// What a snapshot's time and result are called.

import { dateAs, dayHeading, instant } from './format.js';
import { now } from './clock.js';

const RESULTS = { success: ['good', 'Complete'], partial: ['warn', 'Not complete: something could not be copied'] };

/** What the time of a snapshot is called, in a list and in a sentence; those of the old tool have only a name. */
export function timeOf(snapshot) {
  const at = instant(snapshot.started_at);
  return at == null ? snapshot.name.replace(/^hublink_/, '') : dateAs('time', at);
}

export function dayOf(snapshot) {
  const at = instant(snapshot.started_at);
  return at == null ? 'Made by the old tool' : dayHeading(at, now());
}

/** Tone and words of a snapshot's result. */
export function resultOf(snapshot) {
  return RESULTS[snapshot.result] ?? ['idle', 'No certificate'];
}
