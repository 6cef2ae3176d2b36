// What jobs of every kind are called, what they did and how far they are, in words. Pure.

import { bytes, capital, count, duration, instant, listing, percent, plural, visible } from './format.js';
import { look, runAddress } from './results.js';
import { share, settled } from './progress.js';
import { url } from './dom.js';

/** The kinds, in the order in which they are offered. */
export const KINDS = {
  backup: 'Backup', restore: 'Restore', verify: 'Verification', drill: 'Drill', repair: 'Repair', retention: 'Retention', replication: 'Copy',
};

/** How jobs end, as they are offered; each stands for some of the server's words. */
export const OUTCOMES = {
  good: { label: 'Succeeded', results: ['success'] },
  errors: { label: 'Errors', results: ['partial'] },
  failed: { label: 'Failed', results: ['failed'] },
  stopped: { label: 'Stopped', results: ['cancelled', 'interrupted'] },
};

export const TRIGGERS = { manual: 'Manual', schedule: 'Schedule', first: 'First run', catch_up: 'Missed run', cli: 'Command line' };

const GOOD = { restore: 'Restored', verify: 'Verified', drill: 'Came back', repair: 'Repaired', retention: 'Done', replication: 'Copied' };

/** Label, tone and icon of a job of any kind. */
export function jobLook(job) {
  const found = look(job);
  if (job.kind !== 'backup' && job.result === 'success') return job.dry_run ? found : { ...found, label: GOOD[job.kind] ?? 'Done', icon: 'check', tone: 'good' };
  return found;
}

/** What the job was about: "Backup of photos and docs". */
export function jobTitle(job) {
  switch (job.kind) {
    case 'backup': return backupTitle(job);
    case 'restore': return `Restore of ${buckets(job.buckets) || 'a snapshot'}`;
    case 'drill': return 'Restore drill';
    case 'verify': return job.cycle_number > 0 ? `Verification, cycle ${count(job.cycle_number)}` : 'Verification';
    case 'repair': return job.buckets?.length > 0 ? `Repair of ${buckets(job.buckets)}` : 'Repair';
    case 'retention': return job.snapshot ? 'Snapshot removed by hand' : job.dry_run ? 'Retention, tried out' : 'Retention';
    case 'replication': return `Copy to ${visible(job.to)}`;
    default: return capital(visible(job.kind));
  }
}

function backupTitle(job) {
  const tried = (job.buckets ?? []).filter((bucket) => !bucket.left_out);
  const what = job.dry_run ? 'Dry run' : 'Backup';
  if (tried.length === 0) return job.schedule && job.schedule !== 'main' ? `${what} (${visible(job.schedule)})` : what;
  return `${what} of ${buckets(tried.map((bucket) => bucket.bucket))}`;
}

function buckets(names) {
  return names.length > 2 ? plural(names.length, 'bucket') : listing(names.map(visible));
}

/** What it changed, shortly; empty where nothing is to be told. */
export function jobChanges(job) {
  switch (job.kind) {
    case 'backup': return backupChanges(job);
    case 'restore': return parts([many(job.written, 'file', 'written'), many(sum(job.failed), 'file', 'failed'), many(job.deleted, 'file', 'deleted')]) || 'Nothing to write';
    case 'drill': return job.sampled.objects === 0 ? '' : `${count(job.same.objects)} of ${plural(job.sampled.objects, 'file')} came back`;
    case 'verify': return parts([many(job.read, 'file', 'read'), job.found_damaged.objects > 0 ? `${count(job.found_damaged.objects)} damaged` : '']);
    case 'repair': return parts([many(sum(job.repaired), 'file', 'repaired'), job.lost.objects > 0 ? `${count(job.lost.objects)} lost` : '']);
    case 'retention': return job.removed > 0 ? `${plural(job.removed, 'snapshot')} removed, ${bytes(job.freed_bytes)}` : job.dry_run && job.go > 0 ? `Would remove ${plural(job.go, 'snapshot')}, ${bytes(job.freed_bytes)}` : 'Nothing to remove';
    case 'replication': return parts([job.snapshots.copied > 0 ? `${plural(job.snapshots.copied, 'snapshot')} copied` : '', job.snapshots.failed > 0 ? `${count(job.snapshots.failed)} failed` : '']) || 'Up to date';
    default: return '';
  }
}

function backupChanges({ totals, dry_run: dry, result, causes = [] }) {
  const told = parts([
    many(totals.downloaded, 'object', dry ? 'to download' : 'new or changed'),
    totals.deleted.objects > 0 ? `${count(totals.deleted.objects)} gone` : '',
    totals.failed.objects > 0 ? `${count(totals.failed.objects)} failed` : '',
  ]);
  if (told) return told;
  return result === 'success' ? 'No changes' : causes[0]?.title ?? '';
}

function many(tally, noun, what) {
  return tally?.objects > 0 ? `${plural(tally.objects, noun)} ${what}, ${bytes(tally.bytes)}` : '';
}

function sum(byReason) {
  return Object.values(byReason ?? {}).reduce((all, each) => ({ objects: all.objects + each.objects, bytes: all.bytes + each.bytes }), { objects: 0, bytes: 0 });
}

function parts(texts) {
  return texts.filter(Boolean).join(' · ');
}

/** How long it took; empty while it goes on. */
export function jobTook(job) {
  return job.finished_at ? duration(instant(job.finished_at) - instant(job.started_at)) : '';
}

/** The page of a job. */
export function jobAddress({ kind, run_id: id }) {
  if (kind === 'backup') return runAddress(id);
  return url(kind === 'restore' ? `/restores/${encodeURIComponent(id)}` : `/jobs/${encodeURIComponent(id)}`);
}

const PAUSES = { waiting: 'Waiting for another job to end', preparing: 'Getting ready', retrying: 'Waiting to try again', cancelling: 'Stopping' };

/** How far a job is: `share` from 0 to 1, or null while nobody knows, and words. */
export function jobProgress(state) {
  if (state.kind !== 'backup' && PAUSES[state.phase]) return { share: null, words: PAUSES[state.phase] };
  switch (state.kind) {
    case 'backup': return backupProgress(state);
    case 'restore': return ratio(state.bytes_written, state.to_write.bytes, `${bytes(state.bytes_written)} of ${bytes(state.to_write.bytes)}`);
    case 'drill': return ratio(state.same.objects + state.different.objects, state.sampled.objects, `${count(state.same.objects + state.different.objects)} of ${plural(state.sampled.objects, 'file')}`);
    case 'verify': return { share: state.percent / 100, words: `${state.percent} % of the cycle · ${many(state.read, 'file', 'read') || 'beginning'}` };
    case 'repair': return ratio(sum(state.repaired).objects + state.sound.objects + state.lost.objects, state.damaged.objects, `${count(sum(state.repaired).objects)} of ${plural(state.damaged.objects, 'file')} repaired`);
    case 'replication': return ratio(state.done.bytes, state.total.bytes, state.snapshot ? `${visible(state.snapshot)} · ${bytes(state.done.bytes)} of ${bytes(state.total.bytes)}` : capital(state.phase));
    default: return { share: null, words: capital(state.phase ?? 'running') };
  }
}

function ratio(done, whole, words) {
  return { share: whole > 0 ? Math.min(1, done / whole) : null, words };
}

function backupProgress(state) {
  if (state.waiting) return { share: null, words: `Waiting for ${state.waiting.what === 's3' ? 'S3' : 'the data folder'}: ${visible(state.waiting.cause)}` };
  const shares = state.buckets.map((bucket) => share(bucket));
  const listed = shares.length > 0 && shares.every((each) => each != null);
  const all = settled(state.totals).objects;
  const far = listed ? shares.reduce((total, each) => total + each, 0) / shares.length : null;
  return { share: far, words: far == null ? `${plural(all, 'object')} processed; still listing` : `${percent(far)} · ${plural(all, 'object')} processed` };
}

/** The filters of the page as the address has them, and back. Whatever is no filter is left out. */
export function readFilters(search) {
  const params = new URLSearchParams(search);
  const several = (name, allowed) => (params.get(name) ?? '').split(',').filter((word) => Object.hasOwn(allowed, word));
  return {
    kinds: several('kind', KINDS), outcomes: several('result', OUTCOMES), triggers: several('trigger', TRIGGERS), bucket: params.get('bucket') ?? '',
  };
}

export function writeFilters({ kinds, outcomes, triggers, bucket }) {
  const params = new URLSearchParams();
  if (kinds.length > 0) params.set('kind', kinds.join(','));
  if (outcomes.length > 0) params.set('result', outcomes.join(','));
  if (triggers.length > 0) params.set('trigger', triggers.join(','));
  if (bucket) params.set('bucket', bucket);
  const text = params.toString().replaceAll('%2C', ',');
  return text ? `?${text}` : '';
}

/** The question to the server. */
export function jobsQuestion({ kinds, outcomes, triggers, bucket }, limit, before = null) {
  const params = new URLSearchParams({ limit });
  if (before) params.set('before', before);
  if (bucket) params.set('bucket', bucket);
  for (const kind of kinds) params.append('kind', kind);
  for (const result of outcomes.flatMap((outcome) => OUTCOMES[outcome].results)) params.append('result', result);
  for (const trigger of triggers) params.append('trigger', trigger);
  return `/api/jobs?${params}`;
}

/** Whether a job that is heard of fits them, as the server would say; of one that is under way nobody asks how it ended. */
export function fits({ kinds, outcomes, triggers, bucket }, job) {
  const results = outcomes.flatMap((outcome) => OUTCOMES[outcome].results);
  return (kinds.length === 0 || kinds.includes(job.kind))
    && (results.length === 0 || results.includes(job.result))
    && (triggers.length === 0 || triggers.includes(job.trigger))
    && (!bucket || (job.buckets ?? []).some((each) => (each.bucket ?? each) === bucket && !each.left_out));
}
