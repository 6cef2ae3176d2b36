// One run: how it came out, why something failed and what to do, what changed, what became of every object.

import { byId, h, icon, setAttribute, setData, setHidden, setText, setVar } from './dom.js';
import { get, post } from './api.js';
import { now } from './clock.js';
import { bytes, count, duration, exact, inSentence, instant, moment, plural, rate, visible } from './format.js';
import { causeCard, retryAll, retryButton } from './causes.js';
import { changesCard, filesUrl } from './run-changes.js';
import { account, snapshotWords } from './run-account.js';
import { bucketTable } from './run-detail.js';
import { jobAddress, jobProgress } from './job-words.js';
import { logCard } from './job-log.js';
import { liveFigures, lostWorkers, outcome, ownWords } from './run-words.js';
import { look, runAddress, triggerName } from './results.js';
import { startShell, store } from './shell.js';
import { toastError } from './toast.js';

const LOG_MS = 3000;
const runId = decodeURIComponent(location.pathname.split('/').pop());
const body = byId('run-body');
const log = logCard(runId);
let shown = null;
let live = null;

async function load() {
  try {
    const found = await get(`/api/jobs/${encodeURIComponent(runId)}`);
    if (found.record.kind !== 'backup') return location.replace(jobAddress(found.record));
    point(byId('run-older'), found.older);
    point(byId('run-newer'), found.newer);
    show(found.record, found.progress);
  } catch (error) {
    if (shown) return;
    setText(byId('run-heading'), error.status === 404 ? 'No such run' : 'The run cannot be shown');
    body.replaceChildren(h('p', { class: 'card empty' }, h('strong', {}, error.title ?? 'Something went wrong'), error.message));
  }
}

function show(run, progress) {
  shown = run;
  const start = instant(run.started_at);
  const { label, tone, icon: name } = look(run);
  setText(byId('run-heading'), `${run.dry_run ? 'Dry run' : 'Backup'} of ${inSentence(moment(start, now()))}`);
  setAttribute(byId('run-heading'), 'title', exact(start));
  setText(byId('trail-run'), run.run_id);
  document.title = `${label}, ${moment(start, now())} · HubStorage`;
  const chip = byId('run-result');
  setData(chip, 'tone', tone);
  chip.replaceChildren(icon(name), label);
  setHidden(chip, false);
  const ended = run.result !== 'running';
  link(byId('run-files'), run.snapshot && !run.dry_run ? filesUrl({ at: run.snapshot, bucket: run.buckets.find((bucket) => bucket.listing_complete)?.bucket }) : null);
  link(byId('run-certificate'), run.snapshot && !run.dry_run ? `${runAddress(run.run_id)}/certificate` : null);
  live = ended ? null : underWay(run);
  body.replaceChildren(...[
    ended ? said(run, tone, name) : live.element,
    causes(run),
    ended ? h('div', { class: 'run-top' }, summary(run), facts(run)) : facts(run),
    run.buckets.length > 0 ? h('section', { class: 'card', 'aria-label': 'Buckets' }, h('header', {}, h('h2', {}, 'Buckets')), h('div', { class: 'run-buckets' }, bucketTable(run))) : null,
    // Below what has its size at once, since it comes a moment later.
    ended ? changesCard(run) : null,
    log.element,
  ].filter(Boolean));
  if (progress) follow({ ...progress, kind: 'backup' });
  log.refresh();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function said(run, tone, name) {
  const more = ownWords(run);
  return h('div', { class: 'outcome', id: 'outcome', data: { tone } }, icon(name), h('div', {},
    h('p', { class: 'outcome-words' }, outcome(run)),
    h('p', { class: 'muted' }, snapshotWords(run)),
    lostWorkers(run).map((words) => h('p', { class: 'muted lost-worker' }, words)),
    more && ['partial', 'failed'].includes(run.result) ? h('details', {}, h('summary', {}, 'In full'), h('p', {}, more)) : null));
}

function causes(run) {
  if (!run.causes?.length) return null;
  return h('section', { class: 'causes-of-run', 'aria-label': 'Why something failed' },
    h('header', {}, h('h2', {}, run.causes.length === 1 ? 'Why' : `${count(run.causes.length)} reasons`), run.causes.length > 1 ? retryButton(retryAll(run.causes, run), 'Retry all that failed') : null),
    h('div', { class: 'causes' }, run.causes.map((cause) => causeCard(cause, run, { full: true }))));
}

function summary(run) {
  return h('section', { class: 'card', 'aria-label': 'Object summary' }, h('header', {}, h('h2', {}, 'Object summary')), account(run),
    h('p', { class: 'now-foot' }, equation(run)));
}

/** The first sum of the certificate in words: what was listed is what stands to its right. */
function equation({ totals }) {
  const parts = [['linked', 'unchanged'], ['downloaded', 'downloaded'], ['filtered', 'left out'], ['archived', 'archived'], ['vanished', 'deleted meanwhile'], ['failed', 'failed']]
    .filter(([part], index) => index < 2 || totals[part].objects > 0).map(([part, word]) => `${count(totals[part].objects)} ${word}`);
  return `${plural(totals.listed.objects, 'object')} listed = ${parts.join(' + ')}`;
}

function facts(run) {
  const start = instant(run.started_at);
  const end = instant(run.finished_at);
  const took = end == null ? null : end - start;
  const { downloaded, listed } = run.totals;
  const entries = [
    ['Started', exact(start)],
    ['Ended', end == null ? '–' : exact(end)],
    ['Took', took == null ? '–' : duration(took)],
    ['Started by', triggerName(run.trigger, run.schedule)],
    run.attempts > 1 ? ['Attempts', count(run.attempts)] : null,
    run.buckets.length > 0 ? ['Listed', `${plural(listed.objects, 'object')}, ${bytes(listed.bytes)}`] : null,
    run.buckets.length > 0 ? [run.dry_run ? 'To download' : 'Downloaded', `${plural(downloaded.objects, 'object')}, ${bytes(downloaded.bytes)}`] : null,
    took >= 1000 && !run.dry_run && downloaded.bytes > 0 ? ['On average', rate(downloaded.bytes / (took / 1000))] : null,
    run.snapshot ? [run.new_snapshot ? 'Snapshot' : 'Current snapshot', h('a', { href: filesUrl({ at: run.snapshot }) }, run.snapshot)] : null,
    ...(run.hooks ?? []).map((hook) => [`Hook ${visible(hook.hook)}`, `${hook.result.replace('_', ' ')}${hook.problem ? `: ${visible(hook.problem)}` : ''}`]),
  ].filter(Boolean);
  return h('section', { class: 'card', 'aria-label': 'Facts' }, h('header', {}, h('h2', {}, 'Facts')),
    h('dl', { class: 'facts-list' }, entries.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])));
}

// While it runs the record holds nothing yet: the stream has the figures.
function underWay(run) {
  const words = h('p', { class: 'muted' }, 'Beginning…');
  const bar = h('div', { class: 'bar', role: 'progressbar', 'aria-label': 'Progress', 'aria-valuemin': '0', 'aria-valuemax': '100', data: { known: 'false' } }, h('i', {}));
  const figures = h('dl', { class: 'live-figures' });
  const stop = h('button', { type: 'button', class: 'button small', id: 'run-stop' }, 'Stop');
  stop.addEventListener('click', async () => {
    stop.disabled = true;
    try {
      await post('/api/backup/cancel', { run_id: run.run_id });
    } catch (error) {
      stop.disabled = false;
      toastError(error);
    }
  });
  return { words, bar, figures, stop, element: h('section', { class: 'card', id: 'under-way', 'aria-label': 'Under way', data: { tone: 'info' } },
    h('header', {}, h('h2', {}, 'Running now'), h('div', { class: 'tools' }, stop)), h('div', { class: 'live' }, bar, words, figures)) };
}

function follow(state) {
  if (!live || state.run_id !== runId) return;
  const { share, words } = jobProgress(state);
  setText(live.words, words);
  setData(live.bar, 'known', String(share != null));
  setVar(live.bar, '--share', share == null ? '0%' : `${(share * 100).toFixed(1)}%`);
  setAttribute(live.bar, 'aria-valuenow', share == null ? null : Math.round(share * 100));
  setData(live.element, 'tone', state.waiting ? 'warn' : 'info');
  const figures = liveFigures(state);
  if (live.figures.childElementCount !== figures.length) live.figures.replaceChildren(...figures.map(([name]) => h('div', {}, h('dt', {}, name), h('dd', {}, '–'))));
  figures.forEach(([, value], index) => setText(live.figures.children[index].lastElementChild, value));
  live.stop.disabled ||= state.phase === 'cancelling';
}

function link(element, href) {
  setHidden(element, !href);
  if (href) element.href = href;
}

function point(element, id) {
  link(element, id ? runAddress(id) : null);
}

store.subscribe(({ backup }) => backup.current && follow({ ...backup.current, kind: 'backup' }));
startShell({
  history: 1,
  onEvent(name, data) {
    if (name === 'backup.finished' && data.run_id === runId) load();
    // A run that begins while this page is open is the one after it; all else of the page stays as it is.
    if (name === 'backup.started' && shown?.finished_at && byId('run-newer').hidden) point(byId('run-newer'), data.run_id);
    // After a gap a run that was under way may have ended.
    if (name === 'state' && shown?.result === 'running') load();
  },
});
setInterval(() => shown?.result === 'running' && log.refresh(), LOG_MS);
load();
