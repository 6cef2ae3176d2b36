// What every page does: follow the event stream, show whether it lives, and let the favicon tell the state.

import { byId, setAttribute, setData, setHidden, setText, url } from './dom.js';
import { everyTick, now } from './clock.js';
import { follow } from './events.js';
import { headline, LOOKS } from './headline.js';
import { Store } from './store.js';
import { clockTime } from './format.js';
import { get } from './api.js';
import { heard } from './last-heard.js';

const CONNECTION_WORDS = { connecting: 'Connecting…', live: 'Live', reconnecting: 'Reconnecting…' };
const FAVICONS = { waiting: 'late', needs_setup: 'idle', never_run: 'idle', attention: 'late' };
const FRAME_MS = 50;

// Not requestAnimationFrame: it stops in a hidden tab, where the favicon and the title still have to tell the state.
export const store = new Store((callback) => setTimeout(callback, FRAME_MS));

/** When the stream was last known to be alive, while it is not; null while it is. */
let disconnectedSince = null;

addEventListener('pagehide', () => byId('connection')?.dataset.connection === 'live' && heard());

/**
 * Starts the page's connection. `onLog(line)`, when given, gets each log line; `history` is how many past runs to load, without
 * `failures` those without the names of what failed.
 */
export function startShell({ onLog = null, onEvent = () => {}, history = 20, failures = true } = {}) {
  const past = `limit=${history}${failures ? '' : '&failures=false'}`;
  const embedded = byId('initial-state')?.textContent;
  if (embedded) {
    const state = JSON.parse(embedded);
    if (state) store.dispatch('state', state);
  }
  store.subscribe(showState);
  everyTick(() => showState(store.state));
  follow((name, data) => {
    if (name === 'log') onLog?.(data);
    else store.dispatch(name, data);
    onEvent(name, data);
    // After a restart or a gap the runs that we missed are in the history only.
    if (name === 'state') loadHistory(past);
    // The answer to any question leads to the login, if that is why there are no events.
  }, showConnection, { logs: onLog != null, onRefused: () => loadHistory(past) });
  loadHistory(past);
}

async function loadHistory(query) {
  try {
    const { runs } = await get(`/api/backup/history?${query}`);
    store.dispatch('history', runs);
  } catch {
    // The connection mark already says that the server is away; the next state event asks again.
    if (store.state.runs == null) store.dispatch('history', []);
  }
}

function showConnection(state) {
  const mark = byId('connection');
  setData(mark, 'connection', state);
  setText(mark.querySelector('.connection-words'), CONNECTION_WORDS[state]);
  if (state === 'live') disconnectedSince = null;
  else if (state === 'reconnecting') disconnectedSince ??= Date.now();
  if (state !== 'connecting') heard(disconnectedSince ?? Date.now());
  setAttribute(mark, 'title', disconnectedSince ? `No news since ${clockTime(disconnectedSince)}` : 'This page updates by itself');
  showState(store.state);
}

function showState(state) {
  const stale = byId('stale');
  if (stale) {
    setHidden(stale, disconnectedSince == null);
    if (disconnectedSince != null) setText(stale, `Not connected since ${clockTime(disconnectedSince)}; this may be out of date. `);
  }
  if (!state.loaded) return;
  const said = headline(state, now());
  setAttribute(byId('favicon'), 'href', url(`/assets/icons/favicon-${FAVICONS[said.state] ?? said.state}.svg`));
  const link = byId('standing');
  setData(link, 'tone', LOOKS[said.state].tone);
  setText(link.querySelector('span'), LOOKS[said.state].word);
  setAttribute(link, 'title', said.title);
  if (byId('board')) setTitle(said);
}

// The tab says in a word whether one needs to look.
function setTitle(said) {
  const title = `${said.state === 'safe' ? 'Overview' : LOOKS[said.state].word} · HubStorage`;
  if (document.title !== title) document.title = title;
}
