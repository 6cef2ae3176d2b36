// The page that stands in for all others while the server does not answer. It asks for a sign of life, and opens what was asked
// for as soon as there is one.

import { byId, setHidden, setText, url } from './dom.js';
import { everyTick, timeElement } from './clock.js';
import { moment, inSentence } from './format.js';
import { lastHeard } from './last-heard.js';

const SECOND_MS = 1000;
const FIRST_WAIT_S = 2;
const LONGEST_WAIT_S = 15;
const PATIENCE_MS = 10_000;

let wait = FIRST_WAIT_S;
let left = FIRST_WAIT_S;
let trying = false;

async function knock() {
  if (trying) return;
  trying = true;
  setText(byId('next'), 'Trying…');
  try {
    const { ok } = await fetch(url('/health/live'), { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (ok) {
      location.reload();
      return;
    }
  } catch {
    // Still away.
  }
  trying = false;
  wait = Math.min(LONGEST_WAIT_S, 2 * wait);
  left = wait;
  show();
}

function knockSoon() {
  left = 0;
  knock();
}

function show() {
  setText(byId('next'), `Next try in ${left} s`);
  setHidden(byId('device'), navigator.onLine);
}

function tick() {
  if (trying) return;
  left--;
  if (left <= 0) knock();
  else show();
}

const since = lastHeard() ?? Date.now();
setText(byId('host'), location.host);
byId('since').replaceChildren(inSentence(moment(since, Date.now())), ' (', timeElement(new Date(since).toISOString()), ')');
show();
setInterval(tick, SECOND_MS);
everyTick(() => {});
byId('now').addEventListener('click', knockSoon);
addEventListener('online', knockSoon);
addEventListener('offline', show);
document.addEventListener('visibilitychange', () => document.hidden || knockSoon());
