// The overview: what comes from the stream goes to the store, what the store holds is drawn. What the stream does not tell is asked for when
// something ended that may have changed it.

import { get } from './api.js';
import { everyTick } from './clock.js';
import { renderHero } from './hero.js';
import { renderIssues } from './issue-cards.js';
import { renderRecent } from './recent.js';
import { renderRun } from './run-panel.js';
import { startShell, store } from './shell.js';
import { renderTiles } from './tiles.js';

const HISTORY = 60;
/** Figures about the disk and the proofs change slowly, and not by events alone. */
const LOOK_MS = 5 * 60_000;
const figures = { space: null, proofs: null };

function render(state) {
  renderHero(state);
  renderIssues(state);
  renderTiles(state, figures);
  renderRun(state);
  renderRecent(state);
}

/** Where one of them cannot be told, what was told before stays; the headline and the connection say what is wrong. */
async function ask(path, then) {
  try {
    then(await get(path));
  } catch {
    // Asked again soon enough.
  }
}

function loadFigures() {
  ask('/api/space', (space) => { figures.space = space; render(store.state); });
  ask('/api/verify?limit=0', (proofs) => { figures.proofs = proofs; render(store.state); });
}

function loadJobs() {
  ask('/api/jobs?limit=10&kind=restore,drill,verify,repair,retention,replication', ({ jobs }) => store.dispatch('ended', jobs));
  // Many other jobs may have ended since.
  ask('/api/jobs?kind=drill&limit=2', ({ jobs }) => store.dispatch('ended', jobs));
}

store.subscribe(render);
everyTick(() => render(store.state));
setInterval(loadFigures, LOOK_MS);
startShell({
  history: HISTORY,
  failures: false,
  onEvent(name) {
    if (name === 'state') loadJobs();
    if (name === 'state' || name.endsWith('.finished')) loadFigures();
  },
});
