// What is wrong, as a few things that one can do something about: what happened, since when, what to do. The server has judged it; here it
// is grouped by cause and put in order. Pure.

import { capital, capitalBut, count, instant, listing, plural, visible } from './format.js';
import { leftOut } from './results.js';

const CONDITIONS = {
  engine: { title: 'The backup engine doesn’t answer', path: '/logs', label: 'Log' },
  data_folder: { title: 'The data folder can’t be used' },
  history: { title: 'Backups can’t be recorded' },
  scheduler: { title: 'Nothing starts by itself', path: '/logs', label: 'Log' },
  config: { title: 'A configuration file is broken', path: '/config', label: 'Settings' },
  damage: { title: 'Stored files are damaged', path: '/storage#repairs', label: 'Show' },
  drill: { title: 'The last restore drill failed', path: '/activity?kind=drill', label: 'Show' },
  replication: { title: 'The second copy is behind', path: '/activity?kind=replication', label: 'Show' },
  retention: { title: 'Retention waits for you', path: '/storage#retention', label: 'Review' },
  disk: { title: 'The disk is filling up', path: '/storage#space', label: 'Storage' },
  worker: { title: 'Workers are missing', path: '/storage#workers', label: 'Show' },
  login: { title: 'Somebody is guessing passwords', path: '/config#access', label: 'Settings' },
};
/** Of those whose sentence is too long for a title. */
const ALARMS = { clock_moved: 'The clock was set back', history_lost: 'The history of earlier runs was lost' };
/** As `StatusMessage.Condition.Kind` has it. */
const STOPS_BACKUPS = new Set(['engine', 'data_folder', 'history', 'scheduler']);
/** The order in which things are told. */
const RANK = { stops: 0, failing: 1, late: 2, damage: 3, partial: 4, alarm: 5, other: 6 };
const NAMED = 3;
/** A sentence of no more letters is a title. */
const SHORT = 60;

/**
 * The worst first: `{id, rank, tone, title, text, since, often, remedy, actions}`. `since` is in epoch milliseconds or null, `often` how many runs
 * it concerns. What a run waits for that is under way is not among them: it is told where the run is. An action is `{does: 'run', buckets}` (all of them when empty), `{does: 'acknowledge', alarm}` or `{path, label}`.
 *
 * @param state {status, backup, runs, scheduler} as the store holds them
 */
export function issues(state) {
  const { status } = state;
  if (!status) return [];
  const causes = troubled(state);
  // When a disk is full, nobody has to hear when it will be.
  const full = causes.some(({ id }) => id === 'cause-disk_full');
  return [...conditions(state, full), ...causes, ...late(state), ...status.alarms.map(alarm)]
    .sort((one, other) => RANK[one.rank] - RANK[other.rank]);
}

function issue(id, rank, given) {
  const tone = ['stops', 'failing', 'damage'].includes(rank) ? 'bad' : 'warn';
  return { id, rank, tone, title: '', text: '', since: null, often: 0, remedy: '', actions: [], ...given };
}

function conditions({ status }, full) {
  return status.conditions.filter(({ kind }) => kind !== 'waiting' && !(full && kind === 'disk')).map(({ kind, message, remedy, since }) => {
    const { title: named = message, path, label } = CONDITIONS[kind] ?? {};
    const said = message === status.title;
    const title = said || message.length > SHORT ? named : message;
    // It is the same thing when another one is lost too, or the first is back.
    const id = kind === 'worker' ? kind : `${kind}-${message}`;
    return issue(`condition-${id}`, STOPS_BACKUPS.has(kind) ? 'stops' : kind === 'damage' ? 'damage' : 'other', {
      // What the headline says already is not said again.
      title, text: said || message === title ? '' : message, remedy, since: instant(since), actions: path ? [{ path, label }] : [],
    });
  });
}

/** Buckets that the last runs could not back up as they should be, by what was the cause. */
function troubled({ status, backup, runs }) {
  const past = judging([...(backup.last ? [backup.last] : []), ...(runs ?? [])]);
  const bad = status.buckets.filter(({ state }) => state === 'failing' || state === 'partial');
  if (bad.length === 0) return failedWhole(status, past);
  const groups = new Map();
  for (const entry of bad) {
    const run = past.find((each) => takesPart(each, entry.bucket));
    const causes = (run?.causes ?? []).filter(({ buckets }) => buckets.includes(entry.bucket));
    const found = causes.length > 0 ? causes : [{ cause: entry.problem ?? '', title: problem(entry), advice: '', objects: 0 }];
    for (const cause of found) group(groups, cause, entry, run, past);
  }
  return [...groups.values()].sort((one, other) => other.objects - one.objects).map(causeIssue);
}

function group(groups, cause, entry, run, past) {
  const found = groups.get(cause.cause) ?? { cause, runs: new Set(), objects: 0, buckets: [], failing: false, kept: true, since: null, often: 0, run };
  groups.set(cause.cause, found);
  // Of one run the figure is of all its buckets together.
  if (!found.runs.has(run)) found.objects += cause.objects ?? 0;
  found.runs.add(run);
  found.buckets.push(entry.bucket);
  found.failing ||= entry.state === 'failing';
  found.kept &&= entry.held?.objects > 0;
  const { since, often } = troubledSince(past, entry.bucket);
  if (since != null && (found.since == null || since < found.since)) Object.assign(found, { since, often });
}

function causeIssue({ cause, objects, buckets, failing, kept, since, often, run }) {
  const where = listing(buckets.map(visible), NAMED);
  // One that stands for all buckets of an account, because they could not be listed, cannot be asked for.
  const again = buckets.some((bucket) => bucket.startsWith('*')) ? [] : buckets;
  return issue(`cause-${cause.cause}`, failing ? 'failing' : 'partial', {
    title: objects > 0 ? `${visible(cause.title)} on ${plural(objects, 'object')}` : visible(cause.title),
    text: `${where}.${kept ? ` ${objects > 0 ? 'Their previous versions are' : `${buckets.length === 1 ? 'Its' : 'Their'} previous copy is`} kept.` : ''}`,
    since,
    often,
    remedy: cause.advice ? visible(cause.advice) : '',
    actions: [...(run ? [{ path: `/runs/${encodeURIComponent(run.run_id)}#${encodeURIComponent(cause.cause)}`, label: 'Show' }] : []), { does: 'run', buckets: again, label: 'Retry' }],
  });
}

/** A run that failed before it came to its buckets. */
function failedWhole(status, past) {
  const run = past[0];
  if (status.state !== 'failing' || run?.result !== 'failed' || run.buckets.some((bucket) => !leftOut(bucket))) return [];
  const cause = run.causes?.[0];
  return [issue(cause ? `cause-${cause.cause}` : 'run', 'failing', {
    title: cause ? visible(cause.title) : 'The last backup failed', text: capital(visible(run.message ?? '')), since: instant(run.started_at),
    remedy: cause && !run.message?.includes(opening(cause.advice)) ? visible(cause.advice) : '',
    actions: [{ path: `/runs/${encodeURIComponent(run.run_id)}`, label: 'Show' }, { does: 'run', buckets: [], label: 'Retry' }],
  })];
}

/** What it begins with, up to the first stop: the sentence of a run may have said it already. */
function opening(sentence) {
  return sentence.split(/[.;]/, 1)[0];
}

function late({ status, scheduler, backup }) {
  const old = status.buckets.filter(({ state }) => state === 'late');
  // Where nothing can begin, that is what is wrong.
  const overdue = scheduler?.overdue === true && !backup.running && !status.conditions.some(({ kind }) => STOPS_BACKUPS.has(kind));
  if (!overdue && old.length === 0) return [];
  const since = overdue ? instant(scheduler.next_backup) : oldest(old);
  return [issue('late', 'late', {
    title: overdue ? 'A backup should have started' : `${old.length === 1 ? 'The last good copy is' : `${count(old.length)} last good copies are`} too old`,
    text: old.length > 0 ? `${listing(old.map(({ bucket }) => visible(bucket)), NAMED)}: older than the schedule allows.` : '',
    since,
    remedy: 'Run it now. If it doesn’t start, the log says what holds it up.',
    actions: [{ path: '/logs', label: 'Log' }, { does: 'run', buckets: overdue ? [] : old.map(({ bucket }) => bucket), label: 'Run now' }],
  })];
}

function alarm({ id, kind, bucket, message, remedy, since, times }) {
  const title = ALARMS[kind];
  return issue(`alarm-${id}`, 'alarm', {
    title: title ?? message, text: title ? message : '', since: instant(since), often: times > 1 ? times : 0, remedy,
    actions: [...(bucket ? [{ path: `/buckets/${encodeURIComponent(bucket)}`, label: 'Show' }] : []), { does: 'acknowledge', alarm: id, label: 'Acknowledge' }],
  });
}

function problem({ bucket, problem: words }) {
  return words == null ? 'Not backed up as it should be' : capitalBut(words, [bucket]);
}

function oldest(buckets) {
  const times = buckets.map(({ checked }) => instant(checked)).filter((at) => at != null);
  return times.length > 0 ? Math.min(...times) : null;
}

/** Ended runs that say something about safety, the newest first, each once. */
function judging(runs) {
  const known = new Set();
  return runs.filter((run) => !known.has(run.run_id) && known.add(run.run_id) && !run.dry_run && ['success', 'partial', 'failed'].includes(run.result))
    .sort((one, other) => instant(other.started_at) - instant(one.started_at));
}

function takesPart(run, name) {
  return run.buckets.some((bucket) => bucket.bucket === name && !leftOut(bucket));
}

/** Since when a bucket has not been backed up as it should be, and for how many runs; null where the runs do not tell. */
export function troubledSince(newestFirst, name) {
  let since = null;
  let often = 0;
  for (const run of newestFirst) {
    const bucket = run.buckets.find((each) => each.bucket === name);
    if (!bucket || leftOut(bucket)) continue;
    if (bucket.result === 'success') break;
    since = instant(run.started_at);
    often++;
  }
  return { since, often };
}
