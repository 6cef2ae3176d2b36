// Small complete messages, as the bus sends them.

const tally = (objects = 0, bytes = 0) => ({ objects, bytes });
const PARTS = ['listed', 'linked', 'downloaded', 'filtered', 'archived', 'vanished', 'failed', 'carried', 'kept', 'deleted'];

export const NOW = Date.parse('2026-11-23T18:00:00Z');
export const HOUR = 3_600_000;
export const iso = (milliseconds) => new Date(milliseconds).toISOString();

export function counts(given = {}) {
  return Object.fromEntries(PARTS.map((part) => [part, given[part] ? tally(...given[part]) : tally()]));
}

export function record(given = {}) {
  const names = given.names ?? ['alpha', 'beta', 'gamma'];
  return {
    run_id: given.run_id ?? 'r1', trigger: 'schedule', dry_run: given.dry_run ?? false,
    started_at: given.started_at ?? iso(NOW - 2 * HOUR - 60_000), finished_at: given.finished_at ?? iso(NOW - 2 * HOUR),
    result: given.result ?? 'success', snapshot: 'hublink_20261123160000', new_snapshot: given.new_snapshot ?? true, attempts: 1,
    buckets: given.buckets ?? names.map((bucket) => ({
      bucket, result: given.results?.[bucket] ?? 'success', listing_complete: true, counts: counts(), failures: [], failures_total: 0, error: null,
    })),
    totals: counts(), message: given.message ?? null, ...(given.workers_lost ? { workers_lost: given.workers_lost } : {}),
  };
}

export function bucketState(given = {}) {
  return {
    bucket: 'alpha', phase: 'transferring', listing_complete: true, counts: counts(), to_download: tally(), bytes_received: 0, error: null,
    ...given,
  };
}

export function runState(given = {}) {
  return {
    run_id: 'live', trigger: 'manual', dry_run: false, started_at: iso(NOW - 60_000), at: iso(NOW), phase: 'transferring', attempt: 1,
    max_attempts: 4, retry_at: null, buckets: [bucketState()], totals: counts(), to_download: tally(), bytes_received: 0, bytes_per_second: 0,
    objects_per_second: 0, eta_seconds: null, in_flight: [], message: null, bandwidth_limit: null, ...given,
  };
}

export function scheduler(given = {}) {
  return {
    running: true, enabled: true, paused: false, overdue: false, next_backup: iso(NOW + 4 * HOUR), last_backup: null, last_run: null,
    last_result: null, interval_hours: 6, cron: null, time_zone: null, ...given,
  };
}

export function standing(given = {}) {
  return { bucket: 'alpha', state: 'safe', last_success: iso(NOW - 2 * HOUR), checked: iso(NOW - 2 * HOUR), snapshot: 'hublink_20261123160000', held: null, problem: null, ...given };
}

export function status(given = {}) {
  return {
    at: iso(NOW), state: 'safe', title: 'All 3 buckets are safe.', detail: '', sentence: '', buckets: [standing()], conditions: [], alarms: [], free_bytes: null, bandwidth_limit: null,
    ...given,
  };
}
