// What the shared worker does: one connection to the server, every open page of this browser told over its port. Browsers
// allow six connections to a server, and so many pages with one each would leave none for anything else.

import { EMPTY, reduce } from './store.js';

const PING_MS = 10_000;
const UNANSWERED = 4;
const LINGER_MS = 3000;

export class EventFan {
  #pages = new Map();
  #state = EMPTY;
  #connection = null;
  #stream;
  #pings = null;
  #lingering = null;

  /** @param makeStream makes the (closed) stream that tells the listener it is given */
  constructor(makeStream) {
    this.#stream = makeStream({
      onEvent: (name, data) => this.#happened(name, data),
      onConnection: (state) => this.#connected(state),
      onRefused: () => this.#tell({ type: 'refused' }),
    });
  }

  /** A page has come; it says `join` when it is ready. */
  add(port) {
    port.onmessage = ({ data }) => this.#told(port, data);
    // Newer browsers tell that the page is gone; from others it is known by the answers that do not come.
    port.onclose = () => this.#remove(port);
  }

  get pages() {
    return this.#pages.size;
  }

  #told(port, { type, logs }) {
    const page = this.#pages.get(port);
    if (page) page.unanswered = 0;
    if (type === 'join') this.#join(port, logs);
    else if (type === 'leave') this.#remove(port);
    else if (type === 'wake') this.#stream.wake();
  }

  #join(port, logs) {
    const page = { port, logs, unanswered: 0, greeted: false };
    this.#pages.set(port, page);
    clearTimeout(this.#lingering);
    this.#lingering = null;
    if (this.#connection == null) {
      this.#pings = setInterval(() => this.#ping(), PING_MS);
      this.#stream.open();
      return;
    }
    port.postMessage({ type: 'connection', state: this.#connection });
    this.#greet(page);
  }

  // The state as the server would tell it now: the last one it told, and all that has happened since.
  #greet(page) {
    if (page.greeted || this.#connection !== 'live' || !this.#state.loaded) return;
    page.greeted = true;
    const { silent, status, backup, jobs, scheduler, config } = this.#state;
    page.port.postMessage({ type: 'event', name: 'state', data: { status: silent ? null : status, backup: silent ? null : backup, jobs, scheduler, config } });
  }

  #happened(name, data) {
    if (name !== 'log') this.#state = reduce(this.#state, name, data);
    for (const page of this.#pages.values()) {
      if (name === 'state') page.greeted = true;
      if (name !== 'log' || page.logs) page.port.postMessage({ type: 'event', name, data });
    }
  }

  #tell(message) {
    for (const page of this.#pages.values()) page.port.postMessage(message);
  }

  #connected(state) {
    this.#connection = state;
    for (const page of this.#pages.values()) {
      page.port.postMessage({ type: 'connection', state });
      this.#greet(page);
    }
  }

  // Counted, not timed: when the laptop wakes up, all pages have been silent for hours.
  #ping() {
    for (const page of [...this.#pages.values()]) {
      if (page.unanswered >= UNANSWERED) {
        // It crashed, or its tab is frozen: then it reads this when it thaws, and joins anew.
        page.port.postMessage({ type: 'gone' });
        this.#remove(page.port);
      } else {
        page.unanswered++;
        page.port.postMessage({ type: 'ping' });
      }
    }
  }

  #remove(port) {
    if (!this.#pages.delete(port)) return;
    port.close();
    // Whoever follows a link leaves here and joins there.
    if (this.#pages.size === 0) this.#lingering = setTimeout(() => this.#rest(), LINGER_MS);
  }

  #rest() {
    clearInterval(this.#pings);
    this.#stream.close();
    this.#state = EMPTY;
    this.#connection = null;
  }
}
