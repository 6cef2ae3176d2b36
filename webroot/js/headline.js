// One sentence that is always true, and what to do about it. Pure: everything it says follows from its arguments.

import { capital, count, instant, listing, plural, relative, roughly, timeOfDay, visible } from './format.js';
import { counts, decisive } from './results.js';

/** Tone and icon of each state; the favicon is named after the state too. */
export const LOOKS = {
  safe: { tone: 'good', icon: 'shield' },
  running: { tone: 'info', icon: 'sync' },
  waiting: { tone: 'warn', icon: 'clock' },
  late: { tone: 'warn', icon: 'clock' },
  failing: { tone: 'bad', icon: 'alert' },
  paused: { tone: 'idle', icon: 'pause' },
  never_run: { tone: 'info', icon: 'clock' },
  needs_setup: { tone: 'info', icon: 'gear' },
};

/** Names of the configured buckets; null when they are whatever the account holds. */
export function bucketNames(config) {
  const names = (config?.buckets ?? []).map((bucket) => (typeof bucket === 'string' ? bucket : bucket.name));
  return config?.dynamic_buckets === true || names.includes('*') ? null : names;
}

/**
 * @param state {backup, scheduler, config, runs, silent} as the store holds it
 * @param now epoch milliseconds
 * @returns {state, title, detail}: title is stable enough to be read aloud, detail may tick
 */
export function headline({ backup, scheduler, config, runs, silent }, now) {
  if (silent) {
    return say('failing', 'Parts of HubStorage do not answer.', 'Nothing can be said about the backups right now. Look into the log, and restart HubStorage if this stays.');
  }
  const names = bucketNames(config);
  const current = backup?.running ? backup.current : null;
  if (current) return running(current, backup, now);
  if (names?.length === 0) {
    return say('needs_setup', 'Nothing is backed up yet.', 'The set-up takes a minute: check the access, choose buckets and a schedule, and see what a first run would copy.');
  }
  // A dry run says nothing about how safe the data is: the last run before it does.
  const last = counts(backup?.last) ? backup.last : (runs ?? []).find(counts) ?? null;
  const good = backup?.last_success ?? null;
  // A stopped or interrupted run takes nothing away from the one before it, be that a good or a bad one.
  const judge = decisive(last) ? last : (runs ?? []).find(decisive) ?? null;
  if (judge && judge.result !== 'success') return failing(judge, scheduler, now);
  if (scheduler && scheduler.running === false) {
    return say('failing', 'The scheduler is not running.', `No backup starts by itself. Restart HubStorage, and look into the log for the cause.${lastGood(good, now)}`);
  }
  const stopped = last?.result === 'cancelled' || last?.result === 'interrupted' ? ended(last) : '';
  if (scheduler?.paused) {
    return say('paused', 'The schedule is paused.', `Nothing runs by itself until you resume it.${lastGood(good, now)}`);
  }
  if (scheduler?.overdue) {
    const due = instant(scheduler.next_backup);
    const wait = due == null || due > now ? next(scheduler, now) : `It was due ${relative(due, now)}. Press Run now, and look into the log for what holds it up.`;
    return say('late', good ? `The last good backup was ${relative(end(good), now)}; the next one is late.` : 'The first backup is late.',
      `${stopped}${wait || 'It should have started already. Press Run now, and look into the log for what holds it up.'}`);
  }
  if (scheduler?.enabled === false) {
    return good
      ? say('paused', 'The schedule is switched off.', `Backups run only when you start them. Switch it on in Configuration.${lastGood(good, now)}`)
      : say('never_run', 'No backup has run yet.', `${stopped}The schedule is switched off: finish the set-up, or press Run now.`);
  }
  if (!good) {
    return say('never_run', last ? 'No backup has finished yet.' : 'No backup has run yet.',
      `${stopped}${next(scheduler, now) || 'Press Run now to make the first snapshot.'}`);
  }
  return safe(good, runs ?? [], stopped, scheduler, names, now);
}

function running(run, backup, now) {
  const many = run.buckets?.length ?? 0;
  const what = many === 1 ? `bucket ${run.buckets[0].bucket}` : plural(many, 'bucket');
  const since = `Started ${relative(instant(run.started_at), now)}`;
  const good = lastGood(backup.last_success, now);
  if (run.phase === 'cancelling') return say('running', 'Stopping the run.', 'What was transferred is kept, so the next run continues from there.');
  if (run.waiting) return waiting(run, good, now);
  if (run.dry_run) return say('running', many ? `Dry run of ${what}.` : 'Dry run.', `Counting what a backup would do. Nothing is written. ${since}.`);
  if (run.phase === 'retrying') {
    const at = instant(run.retry_at);
    return say('running', 'Waiting to try again what failed.',
      `Attempt ${run.attempt} of ${run.max_attempts} left something missing${at ? `; the next begins ${relative(at, now)}` : ''}.${good}`);
  }
  return say('running', many ? `Backing up ${what}.` : 'A backup is starting.', `${since}${remaining(run)}.${good}`);
}

function waiting(run, good, now) {
  const { what, cause, since } = run.waiting;
  const later = run.phase === 'retrying' && run.retry_at ? `The next attempt begins ${relative(instant(run.retry_at), now)}.`
    : `The ${run.dry_run ? 'dry run' : 'backup'} goes on by itself as soon as it can.`;
  return say('waiting', `Waiting for ${visible(what).toUpperCase()}: ${visible(cause)} since ${timeOfDay(instant(since), now)}.`, `${later}${good}`);
}

/** What one bucket of a run waits for, as its row says it. */
export function waitingWords({ what, cause, since }, now) {
  return capital(`waiting for ${visible(what).toUpperCase()}: ${visible(cause)} since ${timeOfDay(instant(since), now)}`);
}

function remaining(run) {
  const open = (run.buckets ?? []).some((bucket) => !bucket.listing_complete && bucket.phase !== 'failed');
  if (open) return `, still listing: ${count(run.totals?.listed?.objects)} objects so far`;
  if (run.eta_seconds == null) return '';
  return run.eta_seconds < 45 ? ', less than a minute left' : `, about ${roughly(run.eta_seconds * 1000)} left`;
}

function failing(last, scheduler, now) {
  const bad = last.buckets.filter((bucket) => bucket.result !== 'success').map((bucket) => bucket.bucket);
  const well = last.buckets.length - bad.length;
  const title = last.result === 'failed' || bad.length === 0
    ? 'The last backup failed.'
    : `Completed with failures: ${well} of ${plural(last.buckets.length, 'bucket')} ${well === 1 ? 'is' : 'are'} safe; ${listing(bad)} ${bad.length === 1 ? 'needs' : 'need'} attention.`;
  const fallback = last.result === 'failed'
    ? 'Earlier snapshots are untouched. Open the run below for the cause.'
    : 'What failed keeps its previous version. Open the run below for each failure.';
  const again = scheduler?.paused ? ' The schedule is paused.' : next(scheduler, now) && ` ${next(scheduler, now)}`;
  return say('failing', title, `${sentence(last.message) ?? fallback}${again}`);
}

function safe(good, runs, stopped, scheduler, names, now) {
  // A run of some buckets alone says nothing against the others.
  const covered = new Set([good, ...runs.filter(counts)].flatMap((run) => run.buckets)
    .filter((bucket) => bucket.result === 'success').map((bucket) => bucket.bucket));
  const missing = names ? names.filter((name) => !covered.has(name)) : [];
  const when = good.new_snapshot ? `Last snapshot ${relative(end(good), now)}` : `Checked ${relative(end(good), now)}, nothing had changed`;
  const at = instant(scheduler?.next_backup);
  const upcoming = at == null ? '' : at <= now ? ', the next run is about to start' : `, next run ${relative(at, now)}`;
  if (missing.length > 0) {
    const total = names.length;
    return say('never_run', total === missing.length ? `${plural(total, 'bucket')} not backed up yet.` : `${total - missing.length} of ${plural(total, 'bucket')} are safe.`,
      `${listing(missing)} ${missing.length === 1 ? 'has' : 'have'} not been backed up yet. ${next(scheduler, now) || 'Press Run now to include it.'}`);
  }
  const all = names ? names : good.buckets.map((bucket) => bucket.bucket);
  const title = all.length === 1 ? `Bucket ${all[0]} is safe.` : `All ${plural(all.length, 'bucket')} are safe.`;
  const alarms = (good.alarms ?? []).map((alarm) => ` ${alarm.message}`).join('');
  return say('safe', title, `${stopped}${when}${upcoming}.${alarms}`);
}

function ended(run) {
  return run.result === 'cancelled'
    ? 'The last run was stopped by hand; the next one continues from there. '
    : 'The last run was interrupted; the next one continues from there. ';
}

function next(scheduler, now) {
  const at = instant(scheduler?.next_backup);
  if (at == null || scheduler.paused || scheduler.enabled === false) return '';
  return at <= now ? 'The next run is about to start.' : `The next run starts ${relative(at, now)}.`;
}

function lastGood(good, now) {
  return good ? ` The last good backup was ${relative(end(good), now)}.` : '';
}

// The engine's messages are phrases for a log line.
function sentence(message) {
  return message == null || /[.!?]$/.test(message) ? message : `${message}.`;
}

function end(run) {
  return instant(run.finished_at) ?? instant(run.started_at);
}

function say(state, title, detail) {
  return { state, title, detail: detail.trim() };
}
