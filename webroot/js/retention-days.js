// What retention says of each snapshot, by month and day. Pure: the calendar that shows it is in retention-calendar.js.

import { dateAs, instant, plural } from './format.js';

const LINES = 8;

/** `goes`, `rule` where only rules keep it, or `held` where something else does, whatever the rules say. */
export function kindOf(verdict) {
  if (!verdict.stays) return 'goes';
  return verdict.reasons.every((reason) => reason.kind === 'rule') ? 'rule' : 'held';
}

/** How many of each kind: `{ rule, held, goes }`. */
export function countKinds(verdicts) {
  const kinds = { rule: 0, held: 0, goes: 0 };
  for (const verdict of verdicts) kinds[kindOf(verdict)]++;
  return kinds;
}

/**
 * The months that have snapshots, the newest first: `{ title, days }` with every day of the month, a day being `{ number, key, title,
 * verdicts }`, its snapshots the oldest first. What has no time, as snapshots of the old tool, is in `undated`.
 */
export function byMonth(verdicts) {
  const months = new Map();
  const undated = [];
  for (const verdict of verdicts) {
    const at = instant(verdict.started_at);
    if (at == null) {
      undated.push(verdict);
    } else {
      const date = new Date(at);
      const key = date.getFullYear() * 12 + date.getMonth();
      if (!months.has(key)) months.set(key, emptyMonth(date));
      months.get(key).days[date.getDate() - 1].verdicts.unshift(verdict);
    }
  }
  return { months: [...months].sort(([one], [other]) => other - one).map(([, month]) => month), undated };
}

function emptyMonth(date) {
  const [year, month] = [date.getFullYear(), date.getMonth()];
  const days = Array.from({ length: new Date(year, month + 1, 0).getDate() }, (_, index) => {
    const day = new Date(year, month, index + 1);
    return { number: index + 1, key: `${year}-${month + 1}-${index + 1}`, title: dateAs('fullDate', day), verdicts: [] };
  });
  return { title: dateAs('longMonth', date), days };
}

/** What a day comes to: "3 snapshots: 1 stays, 2 go". */
export function daySum(verdicts) {
  const going = verdicts.filter((each) => !each.stays).length;
  const staying = verdicts.length - going;
  const all = plural(verdicts.length, 'snapshot');
  if (going === 0) return `${all}: ${staying === 1 ? 'stays' : 'all stay'}`;
  if (staying === 0) return `${all}: ${going === 1 ? 'goes' : 'all go'}`;
  return `${all}: ${staying} ${staying === 1 ? 'stays' : 'stay'}, ${going} ${going === 1 ? 'goes' : 'go'}`;
}

/** A line for each of its snapshots, with the reasons, and one for those that are too many to tell. */
export function dayLines(verdicts) {
  const lines = verdicts.slice(0, LINES).map((each) => {
    const at = instant(each.started_at);
    return `${at == null ? each.snapshot : dateAs('time', at)} ${each.stays ? each.reasons.map((reason) => reason.text).join(', ') : 'goes'}`;
  });
  return verdicts.length > LINES ? [...lines, `and ${verdicts.length - LINES} more`] : lines;
}
