// The sentence at the top, and the four things one can do.

import { byId, h, setAttribute, setData, setHidden, setIcon, setText, url } from './dom.js';
import { now } from './clock.js';
import { headline, LOOKS, subline } from './headline.js';
import { post } from './api.js';
import { toast, toastError } from './toast.js';

const hero = byId('hero');
const title = byId('headline');
const detail = byId('headline-detail');
const text = h('span', { id: 'headline-text' });
const link = h('a', { id: 'setup-link', href: url('/setup'), class: 'button primary' }, 'Set up');
detail.append(h('span', { id: 'stale', class: 'stale', hidden: true }), text);

const runButton = byId('run-now');
const dryButton = byId('dry-run');
const stopButton = byId('stop');
const pauseButton = byId('pause');
const dialog = byId('stop-dialog');
link.hidden = true;
runButton.before(link);

let current = null;
let busy = false;

/** Draws the health card. */
export function renderHero(state) {
  if (!state.loaded) return;
  const said = headline(state, now());
  current = state;
  setData(hero, 'state', said.state);
  setData(hero, 'tone', LOOKS[said.state].tone);
  setData(byId('board'), 'state', said.state);
  setIcon(byId('seal'), LOOKS[said.state].icon);
  setText(title, said.title);
  const words = subline(state, now());
  setText(text, words);
  setAttribute(text, 'title', words);

  const running = state.backup.running;
  const setup = said.state === 'needs_setup';
  setHidden(runButton, running || setup);
  const halfway = state.scheduler?.enabled === false && !running && !state.backup.last_success
    && !state.status?.buckets.some((bucket) => bucket.last_success);
  setHidden(link, !setup && !halfway);
  link.classList.toggle('primary', setup);
  setHidden(stopButton, !running);
  setHidden(pauseButton, setup);
  setHidden(dryButton, setup);
  stopButton.disabled = busy || state.backup.current?.phase === 'cancelling';
  runButton.disabled = busy;
  dryButton.disabled = busy || running || setup;
  renderPause(state.scheduler);
  // The question is moot once the run has ended by itself.
  if (!running && dialog.open) dialog.close('no');
}

function renderPause(scheduler) {
  const paused = scheduler?.paused === true;
  pauseButton.disabled = busy || scheduler == null || scheduler.enabled === false;
  setData(pauseButton, 'paused', String(paused));
  setText(pauseButton.querySelector('span'), paused ? 'Resume' : 'Pause');
  setIcon(pauseButton, paused ? 'play' : 'pause');
}

async function command(work) {
  busy = true;
  renderHero(current);
  try {
    await work();
  } catch (error) {
    toastError(error);
  } finally {
    busy = false;
    renderHero(current);
  }
}

const start = (dryRun) => command(() => post('/api/backup/run', { dry_run: dryRun, buckets: [] }));

runButton.addEventListener('click', () => start(false));
dryButton.addEventListener('click', () => start(true));
stopButton.addEventListener('click', () => dialog.showModal());
dialog.addEventListener('close', () => {
  if (dialog.returnValue !== 'yes' || !current?.backup.running) return;
  command(() => post('/api/backup/cancel', { run_id: current.backup.current?.run_id }));
});
dialog.addEventListener('cancel', () => { dialog.returnValue = 'no'; });
pauseButton.addEventListener('click', () => command(async () => {
  const paused = !current.scheduler.paused;
  await post('/api/scheduler/pause', { paused });
  toast(paused ? 'Schedule paused' : 'Schedule resumed', paused ? 'Nothing runs by itself until you resume it.' : '', 'good');
}));
