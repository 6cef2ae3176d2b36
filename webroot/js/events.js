// The page's way to the event stream: over the worker that all pages of this browser share, or, where there is none (Safari
// before 16, Chrome on Android), over a connection of its own.

import { EventStream } from './event-stream.js';
import { url } from './dom.js';

const HELLO_MS = 10_000;
const LOOK_MS = 5000;
const LOST_MS = 25_000;

/**
 * Follows from now on: `onEvent(name, data)` for each event; `onConnection(state)` with connecting, live or reconnecting;
 * `onRefused()` when the server answers with something else than events, of which the browser does not tell what.
 */
export function follow(onEvent, onConnection, { logs = true, onRefused = () => {} } = {}) {
  const listener = { onEvent, onConnection, onRefused };
  let way = typeof SharedWorker === 'undefined' ? new OwnWay(listener, logs) : new SharedWay(listener, logs, () => {
    way = new OwnWay(listener, logs);
    way.join();
  });
  way.join();
  const wake = () => way.wake();
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', () => !document.hidden && wake());
  document.addEventListener('resume', wake);
  // A page kept in the back/forward cache must not hold a connection.
  addEventListener('pagehide', () => way.leave());
  addEventListener('pageshow', (event) => event.persisted && way.join());
}

class OwnWay {
  #stream;

  constructor(listener, logs) {
    this.#stream = new EventStream(url(logs ? '/api/events' : '/api/events?logs=false'), listener);
  }

  join() {
    this.#stream.open();
  }

  wake() {
    this.#stream.wake();
  }

  leave() {
    this.#stream.close();
  }
}

class SharedWay {
  #port = null;
  #hello = null;
  #heard = 0;

  constructor(listener, logs, onFailure) {
    this.listener = listener;
    this.logs = logs;
    this.onFailure = onFailure;
    setInterval(() => this.#look(), LOOK_MS);
  }

  join() {
    this.#heard = Date.now();
    // An update of the program brings another worker, though pages from before it may still be open.
    const name = `HubStorage ${document.documentElement.dataset.version ?? ''}`;
    let worker;
    try {
      worker = new SharedWorker(new URL('./event-worker.js', import.meta.url), { type: 'module', name });
    } catch {
      return this.#fail();
    }
    worker.onerror = () => this.#port === worker.port && this.#fail();
    this.#port = worker.port;
    this.#port.onmessage = ({ data }) => this.#told(data);
    this.#port.postMessage({ type: 'join', logs: this.logs });
    this.#hello = setTimeout(() => this.#fail(), HELLO_MS);
  }

  /** Has the connection looked at; a worker that has not been heard of for a while may be no more. */
  wake() {
    if (!this.#look()) this.#port?.postMessage({ type: 'wake' });
  }

  leave() {
    clearTimeout(this.#hello);
    this.#port?.postMessage({ type: 'leave' });
    this.#port?.close();
    this.#port = null;
  }

  #told(message) {
    clearTimeout(this.#hello);
    this.#heard = Date.now();
    if (message.type === 'event') this.listener.onEvent(message.name, message.data);
    else if (message.type === 'connection') this.listener.onConnection(message.state);
    else if (message.type === 'refused') this.listener.onRefused();
    else if (message.type === 'ping') this.#port?.postMessage({ type: 'pong' });
    else this.#rejoin();
  }

  // The worker says something every ten seconds, also while the server is away.
  #look() {
    const lost = this.#port != null && Date.now() - this.#heard > LOST_MS;
    if (lost) this.#rejoin();
    return lost;
  }

  #rejoin() {
    this.listener.onConnection('reconnecting');
    this.leave();
    this.join();
  }

  #fail() {
    this.leave();
    this.onFailure();
  }
}
