// The dashboard: what comes from the stream goes to the store, what the store holds is drawn.

import { byId } from './dom.js';
import { get } from './api.js';
import { everyTick } from './clock.js';
import { renderHeartbeat } from './heartbeat.js';
import { renderHero } from './hero.js';
import { LogView } from './log-view.js';
import { renderRun } from './run-panel.js';
import { renderRuns } from './runs-table.js';
import { startShell, store } from './shell.js';
import { renderTiles } from './tiles.js';

const LOG_LINES = 200;
const log = new LogView(byId('live-log'), { most: LOG_LINES, follow: byId('log-follow') });

function render(state) {
  renderHero(state);
  renderHeartbeat(state);
  renderTiles(state);
  renderRun(state);
  renderRuns(state);
}

async function loadLog() {
  // Who may not read it does not see it either.
  if (document.documentElement.dataset.role === 'viewer') return;
  try {
    const { lines } = await get(`/api/logs?limit=${LOG_LINES}`);
    log.show([...lines].reverse(), 'Nothing logged yet.');
  } catch {
    // The live lines come over the stream anyway; the connection mark tells when the server is away.
    if (log.size === 0) log.show([], 'Earlier lines could not be loaded. New ones appear here.');
  }
}

async function loadRestores() {
  try {
    store.dispatch('restores', (await get('/api/jobs?kind=restore&limit=20')).jobs);
  } catch {
    // They have a page of their own, which says what is wrong.
  }
}

async function loadDrills() {
  try {
    store.dispatch('drills', (await get('/api/jobs?kind=drill&limit=20')).jobs);
  } catch {
    // The next one that ends is told of by the stream.
  }
}

store.subscribe(render);
everyTick(() => render(store.state));
startShell({
  history: 90,
  onLog: (line) => log.add(line),
  onEvent(name) {
    if (name !== 'state') return;
    loadLog();
    loadRestores();
    loadDrills();
  },
});
