// How a bucket stands, in a sentence. Pure.

import { bucketWords } from './buckets.js';
import { inSentence, instant, moment, plural, relative, visible } from './format.js';

/**
 * `{tone, icon, title, detail}` of one of `bucketFacts`, or of a bucket that nobody backs up, which is null.
 *
 * @param moments the snapshots that hold it, the oldest first
 * @param scheduler as the store holds it
 */
export function standing(entry, moments, scheduler, now) {
  if (entry == null || entry.state === 'left_out') return past(entry, moments, now);
  const words = bucketWords(entry);
  const next = nextWords(entry, scheduler, now);
  if (entry.state === 'safe') {
    const checked = instant(entry.checked);
    return { ...words, title: 'Safe', detail: `All that S3 listed ${checked == null ? 'in the last run' : relative(Math.min(checked, now), now)} is in the newest snapshot. ${next}` };
  }
  if (entry.state === 'never') {
    return { ...words, title: entry.checked ? words.text : 'Not backed up yet', detail: next };
  }
  const whole = ago(entry.checked, now);
  return { ...words, title: visible(words.text), detail: `${whole ? `The last whole copy is from ${whole}.` : 'It has not been copied whole yet.'} ${next}` };
}

function past(entry, moments, now) {
  const newest = moments.at(-1);
  const many = moments.length;
  const stays = many === 0 ? '' : `What was copied stays in ${plural(many, 'snapshot')}`;
  const since = newest?.at ? `, the newest from ${when(instant(newest.at), now)}` : '';
  return { tone: 'idle', icon: 'pause', title: 'Not backed up any more', detail: stays ? `${stays}${since}.` : entry?.problem ?? '', flag: 'left_out' };
}

function nextWords({ schedule }, scheduler, now) {
  if (scheduler?.paused) return 'The schedule is paused.';
  if (!schedule) return 'Nothing backs it up by itself: the schedule is off.';
  const at = instant(schedule.next ?? scheduler.next_backup);
  if (at == null) return '';
  return at <= now ? 'The next backup is due.' : `The next backup begins ${relative(at, now)}.`;
}

/** Days that one would have to count are a date. */
function when(at, now) {
  return now - at > 14 * 86_400_000 ? inSentence(moment(at, now)) : relative(Math.min(at, now), now);
}

function ago(iso, now) {
  const at = instant(iso);
  return at == null ? null : when(at, now);
}

/** What removing it from the backup means. */
export function removalWords(name, many) {
  const history = many === 0 ? 'It is in no snapshot yet, so nothing is kept of it.'
    : `What was copied stays in ${many === 1 ? 'the snapshot that holds' : `the ${many} snapshots that hold`} it, to be browsed and restored, until the rules of retention remove them; the last good copy is not removed by itself.`;
  return `${visible(name)} is no longer backed up: the next snapshot is made without it. ${history} Nothing changes in S3, and you can add it again at any time.`;
}
