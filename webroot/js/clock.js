// The server's time as this page sees it, and relative times that stay right without anybody redrawing them.

import { exact, instant, relative } from './format.js';
import { h, setAttribute, setText } from './dom.js';

const TOLERATED_MS = 3000;
const TICK_MS = 5000;
let offset = 0;

/** Server time in epoch milliseconds; a laptop whose clock is wrong must not show backups from the future. */
export function now() {
  return Date.now() + offset;
}

/** Learns from a `Date` header, which has whole seconds: small differences are noise. */
export function learn(dateHeader) {
  const server = instant(dateHeader);
  if (server == null) return;
  const difference = server + 500 - Date.now();
  offset = Math.abs(difference) > TOLERATED_MS ? difference : 0;
}

/** A `<time>` with a relative text that renews itself and the exact moment on hover. */
export function timeElement(iso) {
  const element = h('time', { data: { relative: '' } });
  setTime(element, iso);
  return element;
}

function setTime(element, iso) {
  const at = instant(iso);
  if (at == null) return;
  setAttribute(element, 'datetime', new Date(at).toISOString());
  setAttribute(element, 'title', exact(at));
  setText(element, relative(at, now()));
}

/** Calls back now and then so that sentences with times in them stay true; returns nothing to stop, a page lives on. */
export function everyTick(callback) {
  setInterval(() => {
    for (const element of document.querySelectorAll('time[data-relative]')) {
      setText(element, relative(Date.parse(element.getAttribute('datetime')), now()));
    }
    callback();
  }, TICK_MS);
}
