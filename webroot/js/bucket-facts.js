// What there is to know about each bucket, put together from what the server says in several places; in any order, by any filter. Pure.

import { instant } from './format.js';
import { URGENCY } from './buckets.js';
import { MAIN, ofBackups } from './schedule.js';

const TROUBLED = new Set(['failing', 'partial', 'late', 'never']);
const VALUES = {
  state: (entry) => URGENCY.indexOf(entry.state),
  name: () => 0,
  copy: (entry) => instant(entry.checked) ?? 0,
  objects: (entry) => entry.held?.objects ?? -1,
  size: (entry) => entry.held?.bytes ?? -1,
  growth: (entry) => entry.growth ?? -1,
  schedule: (entry) => entry.schedule?.name ?? '',
};
/** What of is asked for with the most of it first. */
const DESCENDING = new Set(['copy', 'objects', 'size', 'growth']);
const COLLATOR = new Intl.Collator('en', { numeric: true });

export const FILTERS = ['all', 'attention', 'running', 'safe', 'left_out'];

/**
 * Every bucket: `{bucket, state, problem, held, checked, snapshot, live, growth, schedule, alarms}`. `live` is what the run under way says of it,
 * or null; `growth` what it adds a day, in bytes, or null where that is not known.
 *
 * @param state as the store holds it
 * @param space the answer of /api/space, or null
 */
export function bucketFacts({ status, backup, scheduler }, space = null) {
  const run = backup.running ? backup.current : null;
  const live = new Map((run?.buckets ?? []).map((bucket) => [bucket.bucket, bucket]));
  const growth = new Map((space?.buckets ?? []).map((bucket) => [bucket.bucket, bucket.added_bytes_per_day]));
  const standings = new Map((status?.buckets ?? []).map((standing) => [standing.bucket, standing]));
  for (const name of live.keys()) {
    if (!standings.has(name)) standings.set(name, { bucket: name, state: 'never', held: null, problem: null });
  }
  return [...standings.values()].map((standing) => ({
    ...standing,
    live: live.get(standing.bucket) ?? null,
    growth: growth.get(standing.bucket) ?? null,
    schedule: standing.state === 'left_out' ? null : scheduleOf(scheduler, standing.bucket),
    alarms: (status?.alarms ?? []).filter((alarm) => alarm.bucket === standing.bucket),
  }));
}

/** The schedule that backs a bucket up: the one that names it, or the one of all that none names; null where nothing runs by itself. */
export function scheduleOf(scheduler, bucket) {
  if (!scheduler?.enabled) return null;
  const schedules = ofBackups(scheduler);
  return schedules.find(({ name, buckets }) => name !== MAIN && buckets.includes(bucket)) ?? schedules.find(({ name }) => name === MAIN)
    ?? (schedules.length === 0 ? { name: MAIN, ...scheduler } : null);
}

/** Whether somebody has to do something about it. */
function isTroubled({ state, alarms }) {
  return TROUBLED.has(state) || alarms.length > 0;
}

/** Whether a filter lets it through. */
export function passes(entry, filter) {
  switch (filter) {
    case 'attention': return isTroubled(entry);
    case 'running': return isRunning(entry);
    case 'safe': return entry.state === 'safe' && entry.alarms.length === 0;
    case 'left_out': return entry.state === 'left_out';
    default: return true;
  }
}

/** Whether the run under way has yet to do with it. */
function isRunning({ live }) {
  return live != null && live.phase !== 'done' && live.phase !== 'failed';
}

/** Those that the place asks for, in its order. */
export function chosen(entries, { q, show, sort, order }) {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const value = VALUES[sort];
  const turn = order === 'desc' ? -1 : 1;
  return entries
    .filter((entry) => passes(entry, show) && words.every((word) => entry.bucket.toLowerCase().includes(word)))
    .sort((one, other) => turn * compare(value(one), value(other)) || (sort === 'name' ? turn : 1) * COLLATOR.compare(one.bucket, other.bucket));
}

function compare(one, other) {
  return typeof one === 'string' ? COLLATOR.compare(one, other) : one - other;
}

/** What an address of the page asks for. */
export function parsePlace(search) {
  const params = new URLSearchParams(search);
  const sort = Object.hasOwn(VALUES, params.get('sort') ?? '') ? params.get('sort') : 'state';
  const order = ['asc', 'desc'].includes(params.get('order')) ? params.get('order') : naturalOrder(sort);
  return { q: params.get('q') ?? '', show: FILTERS.includes(params.get('show')) ? params.get('show') : 'all', sort, order };
}

/** The query of an address that asks for that; what goes without saying is left out. */
export function formatPlace({ q, show, sort, order }) {
  const params = new URLSearchParams();
  if (q) params.set('q', q);
  if (show !== 'all') params.set('show', show);
  if (sort !== 'state') params.set('sort', sort);
  if (order !== naturalOrder(sort)) params.set('order', order);
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** The place after a column was chosen: chosen once more, it is the other way round. */
export function sortedBy(place, sort) {
  if (place.sort !== sort) return { ...place, sort, order: naturalOrder(sort) };
  return { ...place, order: place.order === 'asc' ? 'desc' : 'asc' };
}

function naturalOrder(sort) {
  return DESCENDING.has(sort) ? 'desc' : 'asc';
}

/** Objects and bytes of all of them, and how many of those that are backed up are well. */
export function summary(entries) {
  const wanted = entries.filter(({ state }) => state !== 'left_out');
  return entries.reduce((sum, { held }) => ({ ...sum, objects: sum.objects + (held?.objects ?? 0), bytes: sum.bytes + (held?.bytes ?? 0) }),
    { objects: 0, bytes: 0, wanted: wanted.length, troubled: entries.filter(isTroubled).length });
}
