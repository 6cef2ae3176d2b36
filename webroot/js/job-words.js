// What a job of any kind is called, looks like and has come to, in a line. Pure.

import { bytes, count, percent, plural, roughly, visible } from './format.js';
import { look, triggerName } from './results.js';

const NAMES = { backup: 'Backup', restore: 'Restore', drill: 'Restore drill', verify: 'Verification', repair: 'Repair', retention: 'Retention', replication: 'Replication' };
const RESULTS = {
  success: { label: 'Done', tone: 'good', icon: 'check' },
  partial: { label: 'Finished with errors', tone: 'warn', icon: 'alert' },
  failed: { label: 'Failed', tone: 'bad', icon: 'cross' },
  cancelled: { label: 'Stopped', tone: 'idle', icon: 'stop' },
  interrupted: { label: 'Interrupted', tone: 'idle', icon: 'power' },
};
const RUNNING = { label: 'Running', tone: 'info', icon: 'sync' };
const WAITING = { waiting: 'Waiting for the backup to end', preparing: 'Getting ready', retrying: 'Waiting to try again', cancelling: 'Stopping' };

/** What its kind is called; a dry run says so. */
export function jobName({ kind = 'backup', dry_run: dry }) {
  return kind === 'backup' && dry ? 'Dry run' : NAMES[kind] ?? kind;
}

/** `{label, tone, icon}` of a record, or of the state of one under way, which has no result. */
export function jobLook(job) {
  if (job.result == null) return RUNNING;
  return (job.kind ?? 'backup') === 'backup' ? look(job) : RESULTS[job.result] ?? RESULTS.failed;
}

/** Its page, below the base path. */
export function jobAddress({ kind = 'backup', run_id: id }) {
  return `/${kind === 'backup' ? 'runs' : kind === 'restore' ? 'restores' : 'jobs'}/${encodeURIComponent(id)}`;
}

/** `{text, share}`: what it has come to, and for one under way how much of it is done, 0 to 1, or null. */
export function jobWords(job) {
  return job.result == null ? underWay(job) : { text: ended(job), share: null };
}

function underWay(job) {
  if (WAITING[job.phase]) return { text: WAITING[job.phase], share: null };
  switch (job.kind) {
    case 'restore': {
      const left = job.eta_seconds == null ? '' : ` · ${roughly(job.eta_seconds * 1000)} left`;
      const share = part(job.bytes_written, job.to_write.bytes);
      return { text: `${share == null ? bytes(job.bytes_written) : `${percent(share)} of ${bytes(job.to_write.bytes)}`}${left}`, share };
    }
    case 'verify': return { text: `${job.percent} % of this cycle proven`, share: job.percent / 100 };
    case 'retention': return { text: `${count(job.removed)} of ${plural(job.go, 'snapshot')} removed`, share: part(job.removed, job.go) };
    case 'replication': return { text: job.snapshot ? `${bytes(job.done.bytes)} of ${bytes(job.total.bytes)} of ${job.snapshot}` : 'Looking at the copy', share: part(job.done.bytes, job.total.bytes) };
    case 'repair': return { text: `${count(repaired(job))} of ${plural(job.damaged.objects, 'file')} put right`, share: part(repaired(job), job.damaged.objects) };
    case 'drill': return { text: `${count(job.same.objects + job.different.objects)} of ${plural(job.sampled.objects, 'file')} compared`, share: part(job.same.objects + job.different.objects, job.sampled.objects) };
    default: return { text: 'Running', share: null };
  }
}

function ended(job) {
  const { label } = jobLook(job);
  const said = job.result === 'success' ? done(job) : null;
  return said ?? (job.kind === 'backup' || job.kind == null ? failed(label, job) : label);
}

/** What a job that went well has done; null where its result says it all. */
function done(job) {
  switch (job.kind ?? 'backup') {
    case 'backup': return backup(job);
    case 'restore': return `${plural(job.written.objects, 'file')} to ${visible(job.to ?? '')}`;
    case 'drill': return `${count(job.same.objects)} of ${plural(job.sampled.objects, 'file')} came back unchanged`;
    case 'verify': return `${plural(job.read.objects, 'file')} read, ${job.found_damaged.objects > 0 ? `${count(job.found_damaged.objects)} damaged` : 'all right'}`;
    case 'retention': return job.dry_run ? `${plural(job.go, 'snapshot')} would go` : job.removed > 0 ? `${plural(job.removed, 'snapshot')} removed` : 'Nothing to remove';
    case 'replication': return job.copied?.objects > 0 ? `${bytes(job.copied.bytes)} copied` : 'The copy is up to date';
    case 'repair': return `${plural(repaired(job), 'file')} put right`;
    default: return null;
  }
}

function backup(run) {
  const { label } = look(run);
  const { downloaded, deleted } = run.totals;
  const trigger = began(run);
  if (run.dry_run) return `${count(downloaded.objects)} to download (${bytes(downloaded.bytes)})`;
  if (!run.new_snapshot) return `${label}${trigger}`;
  const gone = deleted.objects > 0 ? `, ${count(deleted.objects)} gone` : '';
  return `${count(downloaded.objects)} downloaded (${bytes(downloaded.bytes)})${gone}${trigger}`;
}

function failed(label, run) {
  const many = run.totals.failed.objects;
  return `${run.result === 'partial' && many > 0 ? `${plural(many, 'object')} failed` : label}${began(run)}`;
}

/** What began a run, unless that is the schedule of all buckets, as usual. */
function began({ trigger, schedule }) {
  const name = triggerName(trigger, schedule);
  return name === triggerName('schedule') ? '' : ` · ${name}`;
}

function repaired({ repaired: bySource }) {
  return Object.values(bySource ?? {}).reduce((sum, { objects }) => sum + objects, 0);
}

function part(done, all) {
  return all > 0 ? Math.min(1, done / all) : null;
}
