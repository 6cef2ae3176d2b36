// How long snapshots are kept, as positions of a slider and as numbers, and what follows from it. Pure.

import { bytes, listing, plural } from './format.js';
import { dayWords } from './disk-bar.js';

const DAY = 86_400_000;
/** In the order in which people read them, with the days that one lasts. */
const PERIODS = { hourly: 1 / 24, daily: 1, weekly: 7, monthly: 30.44, yearly: 365.25 };
const UNITS = { y: 365.25, m: 30.44, w: 7, d: 1, h: 1 / 24 };
/** Nobody plans further ahead, and the server says no more either. */
const FURTHEST_DAYS = 3650;

/** What the numbers are called, as `retention` in the configuration has them. */
export const RULES = ['keep_last', ...Object.keys(PERIODS)];

/** From short to long. */
export const PRESETS = [
  { name: 'A few', rules: { keep_last: 7 } },
  { name: 'A month', rules: { daily: 7, weekly: 4 } },
  { name: 'A year', rules: { daily: 14, weekly: 8, monthly: 12 }, recommended: true },
  { name: 'Ten years', rules: { daily: 30, weekly: 12, monthly: 24, yearly: 10 } },
  { name: 'Everything', rules: {} },
];
const EVERYTHING = PRESETS.length - 1;

/** All rules of a policy or of some numbers; what they do not name is 0. */
export function rulesOf(policy) {
  return { ...Object.fromEntries(RULES.map((rule) => [rule, policy[rule] ?? 0])), within: policy.within || null };
}

/** Whether they keep everything, as none at all do. */
export function keepsAll(rules) {
  return rules.within == null && RULES.every((rule) => !rules[rule]);
}

export function sameRules(one, other) {
  return [...RULES, 'within'].every((rule) => (one[rule] || null) === (other[rule] || null));
}

/** The rules in force: those of a policy that is switched off keep everything. */
export function inForce(policy) {
  return rulesOf(policy.enabled ? policy : {});
}

/** Where the slider stands: the number of a preset, or of the nearest one, and whether it is just that. */
export function positionOf(rules) {
  const exact = PRESETS.findIndex((preset) => sameRules(preset.rules, rules));
  if (exact >= 0) return { at: exact, exact: true };
  const length = Math.log(horizonDays(rules, 1));
  const distance = (index) => Math.abs(Math.log(horizonDays(PRESETS[index].rules, 1)) - length);
  const at = PRESETS.slice(0, EVERYTHING).reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
  return { at, exact: false };
}

/** "14 daily, 8 weekly and 12 monthly"; "every snapshot". */
export function rulesWords(rules) {
  if (keepsAll(rules)) return 'every snapshot';
  const parts = [];
  if (rules.keep_last) parts.push(rules.keep_last === 1 ? 'the newest' : `the newest ${rules.keep_last}`);
  for (const period of Object.keys(PERIODS)) if (rules[period]) parts.push(`${rules[period]} ${period}`);
  if (rules.within) parts.push(`all of the last ${rules.within}`);
  return listing(parts, parts.length);
}

/** How many days back the oldest snapshot that they keep lies, once there are so many; a run comes every `gap` days. */
export function horizonDays(rules, gap) {
  if (keepsAll(rules)) return Infinity;
  const within = [...(rules.within ?? '').matchAll(/(\d+)([ymwdh])/g)].reduce((sum, [, number, unit]) => sum + number * UNITS[unit], 0);
  // A period without a snapshot does not count, so fewer runs last longer.
  return Math.max(within, (rules.keep_last || 0) * gap, ...Object.entries(PERIODS).map(([period, days]) => (rules[period] || 0) * Math.max(days, gap)));
}

/** The days between two snapshots, the middle of all that there are; a day where nobody can tell. */
export function gapDays(verdicts) {
  const times = verdicts.map((each) => Date.parse(each.started_at)).filter((at) => !Number.isNaN(at)).sort((a, b) => a - b);
  const gaps = times.slice(1).map((at, index) => at - times[index]).sort((a, b) => a - b);
  return gaps.length === 0 ? 1 : Math.max(1 / 24, gaps[Math.floor(gaps.length / 2)] / DAY);
}

/**
 * When the disk is full by other rules, about: `{ day }` in epoch milliseconds, `{ never: true }` within ten years, or null where too
 * little is known. What the buckets grow by stays for good; what is replaced or deleted is kept as long as the oldest snapshot, so it adds
 * up until the history is as long as the rules let it become. Thinning out the older ones spares more than that, so the day is rather too
 * early than too late.
 *
 * @param space as `/api/space` answers
 * @param preview by those rules, as `/api/retention/preview` answers
 * @param saved the rules in force
 */
export function fullBy({ space, preview, rules, saved }, now) {
  const { disk, change, growth_bytes_per_day: growth } = space;
  if (!disk) return null;
  if (sameRules(rules, saved) && preview.verdicts.every((each) => each.stays)) return measured(space);
  if (!change) return null;
  const gap = gapDays(preview.verdicts);
  const replaced = change.replaced_bytes_per_day;
  // What else comes onto the disk shows only while nothing is removed.
  const others = keepsAll(saved) && growth != null ? Math.max(0, growth - change.added_bytes_per_day) : 0;
  const stays = change.added_bytes_per_day - replaced + others;
  const oldest = Math.min(now, ...preview.verdicts.filter((each) => each.stays && each.started_at).map((each) => Date.parse(each.started_at)));
  const room = Math.max(0, horizonDays(rules, gap) - (now - oldest) / DAY);
  const found = at(daysUntil(disk.free_bytes + (preview.freed_bytes ?? 0), stays, replaced, room), now);
  const known = measured(space);
  // A shorter history is never full before the present one.
  const shorter = horizonDays(rules, gap) <= horizonDays(saved, gap);
  return shorter && known && (known.never || (found.day && known.day > found.day)) ? known : found;
}

function measured({ full_about: full, growth_bytes_per_day: growth }) {
  if (full) return { day: Date.parse(full) };
  return growth == null ? null : { never: true };
}

function daysUntil(free, stays, replaced, room) {
  const both = stays + replaced;
  if (both > 0 && (room === Infinity || both * room >= free)) return free / both;
  return stays > 0 ? room + (free - both * room) / stays : Infinity;
}

function at(days, now) {
  return days > FURTHEST_DAYS ? { never: true } : { day: now + days * DAY };
}

/** What a policy comes to: "Keeps 34 snapshots, frees 41.0 GiB, full about 2031". */
export function consequence(preview, full, now) {
  const going = preview.verdicts.filter((each) => !each.stays).length;
  const staying = preview.verdicts.length - going;
  const parts = [going === 0 ? `Keeps ${staying === 1 ? 'the one snapshot' : staying === 2 ? 'both snapshots' : `all ${plural(staying, 'snapshot')}`}`
    : `Keeps ${plural(staying, 'snapshot')}`];
  if (going > 0) parts.push(preview.freed_bytes == null ? 'counting what it frees…' : `frees ${bytes(preview.freed_bytes)}`);
  if (full?.never) parts.push('not full within ten years');
  else if (full) parts.push(full.day <= now + DAY ? 'full now' : `full about ${dayWords(full.day, now)}`);
  return parts.join(', ');
}
