// How a run came out, in a sentence. Pure.

import { bytes, capitalBut, count, instant, listing, plural, timeOfDay, visible } from './format.js';
import { leftOut } from './results.js';

const LOST = 5;

/** The sentence that stands at the top of a run's page. */
export function outcome(run) {
  const tried = run.buckets.filter((bucket) => !leftOut(bucket));
  const names = tried.map((bucket) => visible(bucket.bucket));
  switch (run.result) {
    case 'running': return 'This run is under way.';
    case 'success': return run.dry_run ? said(run) : well(run, names);
    case 'partial': return some(run, tried);
    case 'failed': return run.causes?.length > 0 ? `Nothing was backed up: ${lower(run.causes[0].title)}.` : said(run) || 'Nothing was backed up.';
    case 'cancelled': return 'Somebody stopped this run. What it had downloaded is kept for the next one.';
    default: return 'This run was cut off. What it had downloaded is kept for the next one.';
  }
}

/** Of the workers on other machines that fell silent meanwhile, a sentence each; of many, of the first ones. */
export function lostWorkers(run, timeZone) {
  const lost = run.workers_lost ?? [];
  const told = lost.slice(0, LOST).map(({ name, at, shards, times }) => {
    const when = timeOfDay(instant(at), instant(run.finished_at ?? run.started_at), timeZone);
    const often = times > 1 ? `${count(times)} times, last at ${when}` : `at ${when}`;
    return `Worker ${visible(name)} was lost ${often}${shards > 0 ? `; others took over its ${plural(shards, 'part')} of buckets` : ''}.`;
  });
  return lost.length > LOST ? [...told, `And ${plural(lost.length - LOST, 'more worker')}.`] : told;
}

function well(run, names) {
  const who = names.length === 0 ? 'Everything' : names.length === 1 ? names[0] : `All ${count(names.length)} buckets`;
  if (names.length === 0) return said(run) || 'There was nothing to do.';
  if (!run.new_snapshot) return `${who}: nothing changed since the snapshot before.`;
  const { downloaded, deleted, metadata_refreshed: refreshed } = run.totals;
  const news = [
    downloaded.objects > 0 ? `${plural(downloaded.objects, 'object')} new or changed (${bytes(downloaded.bytes)})` : '',
    deleted.objects > 0 ? `${count(deleted.objects)} deleted` : '',
    refreshed?.objects > 0 ? `${count(refreshed.objects)} with new metadata` : '',
  ].filter(Boolean);
  return `${who} ${names.length > 1 ? 'are' : 'is'} safe${news.length > 0 ? `: ${news.join(', ')}` : ''}.`;
}

function some(run, tried) {
  const lost = tried.filter((bucket) => bucket.result === 'failed');
  const failed = run.totals.failed.objects;
  const parts = [
    lost.length > 0 ? `${lost.length > 3 ? plural(lost.length, 'bucket') : listing(lost.map((bucket) => visible(bucket.bucket)))} couldn't be backed up` : '',
    failed > 0 ? `${plural(failed, 'object')} couldn't be copied` : '',
  ].filter(Boolean);
  if (parts.length === 0) return said(run);
  const reasons = run.causes?.length > 1 ? `, for ${count(run.causes.length)} reasons` : '';
  return `${parts.join(', and ')}${reasons}. Everything else is safe${kept(failed, run.totals.kept?.objects ?? 0)}.`;
}

// What is new has no version before it.
function kept(failed, many) {
  if (failed > 0 && many === 0) return '';
  return failed > many ? `; ${count(many)} of them keep${many === 1 ? 's' : ''} the previous version` : '; what failed keeps its previous version';
}

function said(run) {
  return run.message ? sentence(capitalBut(visible(run.message), run.buckets.map((bucket) => visible(bucket.bucket)))) : '';
}

function sentence(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function lower(title) {
  return /^[A-Z][a-z]/.test(title) && !title.startsWith('S3') ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

/** The run's own words, where they say more than the sentence. */
export function ownWords(run) {
  const words = said(run);
  return words === outcome(run) ? '' : words;
}

/** How far a run is that is under way: figures for people. */
export function liveFigures(state) {
  return [
    ['Processed', plural(['linked', 'downloaded', 'filtered', 'archived', 'vanished', 'failed'].reduce((sum, part) => sum + state.totals[part].objects, 0), 'object')],
    ['Downloaded', bytes(state.bytes_received)],
    ['Rate', state.waiting ? '–' : `${bytes(state.bytes_per_second)}/s`],
    ['Failed so far', count(state.totals.failed.objects)],
  ];
}

