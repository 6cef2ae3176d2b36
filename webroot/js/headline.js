// What the server judges, in the words of this moment. Nothing is judged here: only the time is told. Pure.

import { bytes, capital, count, instant, plural, relative, timeOfDay, visible } from './format.js';
import { protectedTotals } from './buckets.js';

/** Tone, icon and word of each state; the favicon is named after the state too. */
export const LOOKS = {
  safe: { tone: 'good', icon: 'shield', word: 'Safe' },
  running: { tone: 'info', icon: 'sync', word: 'Running' },
  waiting: { tone: 'warn', icon: 'clock', word: 'Waiting' },
  late: { tone: 'warn', icon: 'clock', word: 'Late' },
  attention: { tone: 'warn', icon: 'alert', word: 'Attention' },
  failing: { tone: 'bad', icon: 'alert', word: 'Failing' },
  paused: { tone: 'idle', icon: 'pause', word: 'Paused' },
  never_run: { tone: 'info', icon: 'clock', word: 'No backup yet' },
  needs_setup: { tone: 'info', icon: 'gear', word: 'Set up' },
};

const SILENT = {
  state: 'failing',
  title: 'Parts of HubStorage do not answer.',
  detail: 'Nothing can be said about the backups right now. Look into the log, and restart HubStorage if this stays.',
};

/**
 * @param state {status, silent} as the store holds it
 * @param now epoch milliseconds
 * @returns {state, title, detail}: title is stable enough to be read aloud, detail may tick
 */
export function headline({ status, silent }, now) {
  if (silent || !status) return SILENT;
  return { state: status.state, title: filled(status.title, now), detail: filled(status.detail, now) };
}

/**
 * What stands below the headline on the overview: what its cards and tiles do not say. Where all is well, how much is held and how fresh it is;
 * where something is wrong, how old the last good copy is.
 */
export function subline({ status, silent }, now) {
  if (silent || !status) return SILENT.detail;
  const wanted = status.buckets.filter(({ state }) => state !== 'left_out');
  const times = wanted.map(({ checked }) => instant(checked)).filter((at) => at != null);
  const last = times.length > 0 ? relative(Math.min(Math.min(...times), now), now) : null;
  switch (status.state) {
    case 'safe': {
      const held = protectedTotals(status.buckets);
      return `${plural(held.objects, 'object')}, ${bytes(held.bytes)}${last ? `. Last checked ${last}.` : '.'}`;
    }
    case 'failing':
    case 'late':
    case 'attention': {
      const untouched = wanted.some(({ held }) => held != null) ? ' Earlier snapshots are untouched.' : '';
      // Of one that never came whole there is no last good backup, however well the others are.
      if (last && times.length < wanted.length) return `${count(times.length)} of ${plural(wanted.length, 'bucket')} ${times.length === 1 ? 'has' : 'have'} a whole copy.${untouched}`;
      return last ? `Last good backup ${last}.${untouched}` : untouched.trim();
    }
    default: return filled(status.detail, now);
  }
}

/** A text of the server with its moments in words: "{ago:2026-11-20T06:05:00Z}" becomes "2 h ago". */
export function filled(text, now) {
  return text.replace(/\{(ago|until|at):([^}]+)\}/g, (mark, kind, moment) => {
    const then = instant(moment);
    if (then == null) return mark;
    if (kind === 'at') return timeOfDay(then, now);
    if (kind === 'until') return then <= now ? 'now' : relative(then, now);
    return relative(Math.min(then, now), now);
  });
}

/** How fast a run may download, as a phrase. */
export function limitWords({ mbit_per_second: rate, until }, now) {
  return `limited to ${rate} Mbit/s${until ? ` until ${timeOfDay(instant(until), now)}` : ''}`;
}

/** What one bucket of a run waits for, as its row says it. */
export function waitingWords({ what, cause, since }, now) {
  return capital(`waiting for ${visible(what).toUpperCase()}: ${visible(cause)} since ${timeOfDay(instant(since), now)}`);
}
