// What the page knows. One reducer, so that an event means the same to every part of the page; pure, hence testable.

const NO_BACKUP = { running: false, current: null, last: null, last_success: null };

/** Events of the jobs that are no backups. */
const JOB = /^(?:restore|drill|verify|repair|retention|replication)\.(started|progress|finished)$/;

/**
 * `silent` means that a room of the server did not answer, so that nothing can be said about the backups. `jobs` are those under way
 * that are no backups, `ended` the last records of such jobs.
 */
export const EMPTY = { loaded: false, silent: false, status: null, backup: NO_BACKUP, scheduler: null, config: null, runs: null, jobs: [], ended: [] };

/** The state after an event of the stream (or `history`, the answer to our own question). */
export function reduce(state, name, data) {
  switch (name) {
    case 'state':
      return {
        ...state,
        loaded: true,
        silent: data.status == null || data.backup == null || data.config == null,
        status: data.status ?? null,
        backup: data.backup ?? NO_BACKUP,
        scheduler: data.scheduler ?? null,
        config: data.config ?? null,
        jobs: (data.jobs ?? []).filter((job) => job.kind !== 'backup'),
      };
    case 'backup.started':
    case 'backup.progress':
      return progress(state, data);
    case 'backup.finished':
      return finished(state, data);
    case 'status':
      // One that was asked for may come after one that was told and is newer.
      return Date.parse(data.at) < Date.parse(state.status?.at) ? state : { ...state, silent: false, status: data };
    case 'ended':
      return { ...state, ended: merge(data.filter((job) => job.kind !== 'backup' && job.result !== 'running'), state.ended) };
    case 'scheduler':
      return { ...state, scheduler: data };
    case 'config.changed':
      return { ...state, config: summary(state.config, data) };
    case 'history':
      return { ...state, runs: merge(data, state.runs ?? []) };
    default:
      return JOB.test(name) ? job(state, name.endsWith('.finished'), data) : state;
  }
}

/** The newest that came to an end by itself; one that was stopped says nothing. */
export function lastDrill({ ended }) {
  return ended.find((drill) => drill.kind === 'drill' && drill.finished_at && !['cancelled', 'interrupted'].includes(drill.result));
}

function job(state, over, data) {
  const others = state.jobs.filter((each) => each.run_id !== data.run_id);
  if (over) return { ...state, jobs: others, ended: merge([data], state.ended) };
  const known = state.jobs.find((each) => each.run_id === data.run_id);
  // As with backups: late events change nothing.
  if (Date.parse(data.at) < Date.parse(known?.at) || state.ended.some((each) => each.run_id === data.run_id)) return state;
  return { ...state, jobs: [...others, data] };
}

function progress(state, run) {
  const current = state.backup.current;
  // Events can arrive late after a reconnect: an older state of the same run, or one of a run known to have ended.
  if (current?.run_id === run.run_id && Date.parse(run.at) < Date.parse(current.at)) return state;
  if (state.backup.last?.run_id === run.run_id && state.backup.last.finished_at) return state;
  return { ...state, backup: { ...state.backup, running: true, current: run } };
}

function finished(state, record) {
  const safe = record.result === 'success' && !record.dry_run && record.all_buckets !== false;
  return {
    ...state,
    backup: {
      running: false,
      current: null,
      last: record,
      last_success: safe ? record : state.backup.last_success,
    },
    runs: merge([record], state.runs ?? []),
  };
}

// `config.changed` carries the whole configuration, `state` a summary of it.
function summary(before, changed) {
  const buckets = changed.buckets ?? changed.config?.s3_buckets ?? before?.buckets ?? [];
  const dynamic = changed.dynamic_buckets ?? changed.config?.use_dynamic_buckets ?? before?.dynamic_buckets;
  return { ...before, hash: changed.hash, buckets, dynamic_buckets: dynamic };
}

function merge(newer, older) {
  const known = new Set(newer.map((run) => run.run_id));
  return [...newer, ...older.filter((run) => !known.has(run.run_id))]
    .sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at))
    .slice(0, 200);
}

/** Holds the state and tells listeners at most once a frame, however many events came. */
export class Store {
  #listeners = new Set();
  #scheduled = false;

  constructor(frame = (callback) => requestAnimationFrame(callback)) {
    this.state = EMPTY;
    this.frame = frame;
  }

  dispatch(name, data) {
    const next = reduce(this.state, name, data);
    if (next === this.state) return;
    this.state = next;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.frame(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener(this.state);
    });
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    listener(this.state);
  }
}
