// A bucket over time, as charts draw it. Pure.

import { instant } from './format.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** How long a bar may stand for, and what that is called. */
const SLOTS = [[MINUTE, 'minute'], [10 * MINUTE, '10 minutes'], [60 * MINUTE, 'hour'], [6 * 60 * MINUTE, '6 hours'], [DAY, 'day'], [7 * DAY, 'week'], [30 * DAY, '30 days'], [365 * DAY, 'year']];
const MOST_BARS = 60;
/** What can be looked at: days, null for all. */
const RANGES = [['30d', '30 days', 30], ['90d', '90 days', 90], ['1y', 'Year', 365], ['all', 'All', null]];
/** Since when folders are told to have grown. */
const SINCE = [['before', 'the last snapshot', 0], ['7d', '7 days', 7], ['30d', '30 days', 30], ['1y', 'a year', 365]];

/** The snapshots of which more than the name is known, the oldest first, with `time` in epoch milliseconds. */
export function dated(snapshots) {
  return snapshots.filter(({ at, files }) => instant(at) != null && files != null).map((each) => ({ ...each, time: instant(each.at) }));
}

/** Of the ranges those that show something else than a shorter one does. */
export function ranges(moments, now) {
  const age = moments.length > 0 ? (now - moments[0].time) / DAY : 0;
  return RANGES.filter(([, , days], index) => days == null || index === 0 || age > RANGES[index - 1][2]).filter(([, , days]) => days == null || age > days);
}

/** When a range begins: no earlier than the first snapshot. */
export function beginning(moments, days, now) {
  const first = moments[0]?.time ?? now;
  return days == null ? first : Math.max(first, now - days * DAY);
}

/**
 * What the bucket held: `{times, bytes, objects, moments}`, one value for each snapshot, the first one for what was held when the range
 * begins, and the last one for now.
 */
export function held(moments, from, now) {
  const before = moments.findLast(({ time }) => time <= from);
  const within = [...(before ? [{ ...before, time: from }] : []), ...moments.filter(({ time }) => time > from)];
  const last = within.at(-1);
  const all = last && last.time < now ? [...within, { ...last, time: now }] : within;
  return { times: all.map(({ time }) => time), bytes: all.map(({ files }) => files.bytes), objects: all.map(({ files }) => files.objects), moments: all };
}

/**
 * What came and went, summed up for equal lengths of time: `{per, times, added, removed, objects}`; the times are in the middle of each. The
 * first snapshot of all brought everything, which would dwarf all others: it is left out.
 */
export function changes(moments, from, now) {
  const within = moments.slice(1).filter(({ time }) => time >= from);
  const [length, per] = SLOTS.find(([each]) => (now - from) / each <= MOST_BARS) ?? SLOTS.at(-1);
  const slots = new Map();
  for (const { time, added, removed } of within) {
    const slot = slotOf(time, length);
    const sum = slots.get(slot) ?? { added: 0, removed: 0, came: 0, went: 0 };
    slots.set(slot, { added: sum.added + added.bytes, removed: sum.removed + removed.bytes, came: sum.came + added.objects, went: sum.went + removed.objects });
  }
  const sorted = [...slots.entries()].sort(([one], [other]) => one - other);
  return {
    per, length,
    times: sorted.map(([slot]) => slot + length / 2),
    added: sorted.map(([, sum]) => sum.added),
    removed: sorted.map(([, sum]) => 0 - sum.removed),
    objects: sorted.map(([, { came, went }]) => ({ came, went })),
  };
}

/** Where a length of time begins; days do where people's days do. */
function slotOf(time, length) {
  const zone = length >= DAY ? new Date(time).getTimezoneOffset() * MINUTE : 0;
  return Math.floor((time - zone) / length) * length + zone;
}

/** The snapshot to compare the newest one with: as old as was chosen, or the oldest there is; null where there is no other. */
export function olderThan(moments, days) {
  const earlier = moments.slice(0, -1);
  if (earlier.length === 0) return null;
  if (days === 0) return earlier.at(-1);
  return earlier.findLast(({ time }) => time <= moments.at(-1).time - days * DAY) ?? earlier[0];
}

/** Of what growth can be told by those that compare with different snapshots. */
export function sinceChoices(moments) {
  const seen = new Set();
  return SINCE.filter(([, , days]) => {
    const older = olderThan(moments, days);
    if (!older || seen.has(older.name)) return false;
    seen.add(older.name);
    return true;
  });
}
