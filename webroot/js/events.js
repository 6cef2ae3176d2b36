// The event stream. EventSource reconnects by itself after a broken connection, but gives up for good on some errors
// (a proxy's 502 while the server restarts), and never notices a connection that died while the laptop slept.

import { url } from './dom.js';

const NAMES = ['state', 'backup.started', 'backup.progress', 'backup.finished', 'scheduler', 'config.changed', 'log'];
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const WATCH_MS = 5000;
const SLEPT_MS = 30_000;
const OVERDUE_MS = 20_000;

export class EventStream {
  #source = null;
  #timer = null;
  #failures = 0;
  #connectingSince = 0;

  /**
   * `onEvent(name, data)` for each event; `onConnection(state)` with connecting, live or reconnecting; `onRefused()` when the
   * server answers with something else than events, of which the browser does not tell what.
   */
  constructor(onEvent, onConnection, { logs = true, onRefused = () => {} } = {}) {
    this.onEvent = onEvent;
    this.onConnection = onConnection;
    this.onRefused = onRefused;
    this.address = logs ? '/api/events' : '/api/events?logs=false';
  }

  start() {
    this.#open();
    let watched = Date.now();
    setInterval(() => {
      const slept = Date.now() - watched > SLEPT_MS && !document.hidden;
      const stuck = this.#source?.readyState === EventSource.CONNECTING && Date.now() - this.#connectingSince > OVERDUE_MS;
      if (slept || stuck) this.#reopen();
      watched = Date.now();
    }, WATCH_MS);
    const wake = () => this.#source?.readyState !== EventSource.OPEN && this.#reopen();
    addEventListener('online', wake);
    document.addEventListener('visibilitychange', () => !document.hidden && wake());
    // Browsers allow six connections to a server: a page kept in the back/forward cache must not hold one.
    addEventListener('pagehide', () => this.#close());
    addEventListener('pageshow', (event) => event.persisted && this.#reopen());
  }

  #open() {
    this.#connectingSince = Date.now();
    // A new EventSource does not know the last id, so the server begins with the whole state.
    const source = new EventSource(url(this.address));
    this.#source = source;
    source.addEventListener('open', () => {
      this.#failures = 0;
      this.onConnection('live');
    });
    source.addEventListener('error', () => this.#failed(source));
    for (const name of NAMES) {
      source.addEventListener(name, (event) => this.onEvent(name, JSON.parse(event.data)));
    }
  }

  #failed(source) {
    if (source !== this.#source) return;
    if (source.readyState === EventSource.CONNECTING) this.#connectingSince = Date.now();
    this.onConnection('reconnecting');
    if (source.readyState !== EventSource.CLOSED) return;
    this.#close();
    this.onRefused();
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++);
    // Spread out, so that a hundred open pages do not all knock at the same moment after a restart.
    this.#timer = setTimeout(() => this.#open(), longest * (0.5 + Math.random() / 2));
  }

  #reopen() {
    this.onConnection('reconnecting');
    this.#close();
    this.#open();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }
}
