// One connection to the server's event stream, and whether it lives. Knows no page, so that a worker can hold it too.
//
// EventSource reconnects by itself after a broken connection, but gives up for good on some errors (a proxy's 502 while the
// server restarts), and never notices a connection that died while the laptop slept, or behind a proxy that swallows what
// it should pass on. The server sends a heartbeat as it opens and every few seconds; who hears none begins anew.

const JOBS = ['backup', 'restore', 'drill', 'verify', 'repair', 'retention', 'replication'];
const NAMES = ['state', 'scheduler', 'status', 'alarms', 'notify.delivered', 'config.changed', 'log',
  ...JOBS.flatMap((job) => [`${job}.started`, `${job}.progress`, `${job}.finished`])];
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const USUAL_HEARTBEAT_MS = 15_000;
const MISSED_HEARTBEATS = 2;
/** The first one comes with the answer: without it there is none, and who waits for the second waits in vain. */
const FIRST_HEARTBEAT_MS = 10_000;
const SLACK_MS = 1000;

export class EventStream {
  #source = null;
  #retry = null;
  #watch = null;
  #failures = 0;
  #begun = -Infinity;
  #heard = -Infinity;
  #every = USUAL_HEARTBEAT_MS;
  #said = null;

  /**
   * @param address of the stream
   * @param onEvent told the name and the data of each event
   * @param onConnection told `connecting`, `live` or `reconnecting`, each time it changes
   * @param onRefused told when the server answers with something else than events, of which the browser does not tell what
   */
  constructor(address, { onEvent, onConnection, onRefused = () => {} }, Source = globalThis.EventSource) {
    this.address = address;
    this.onEvent = onEvent;
    this.onConnection = onConnection;
    this.onRefused = onRefused;
    this.Source = Source;
  }

  open() {
    this.#say('connecting');
    this.#connect();
    this.#look();
  }

  /** Ends it; it may be opened again. */
  close() {
    clearTimeout(this.#watch);
    this.#disconnect();
    this.#said = null;
  }

  /** Something may have happened meanwhile (the lid was open, the network is back): a doubtful connection is made anew at once. */
  wake() {
    if (this.#said == null) return;
    const doubtful = this.#source?.readyState !== this.Source.OPEN || this.#quiet() > this.#every + SLACK_MS;
    // Every page says so at the same moment, and a new connection is given its time.
    if (doubtful && Date.now() - this.#begun > SLACK_MS) this.#reopen();
  }

  #connect() {
    this.#disconnect();
    this.#begun = Date.now();
    this.#heard = this.#begun;
    // A new EventSource does not know the last id, so the server begins with the whole state.
    const source = new this.Source(this.address);
    this.#source = source;
    source.addEventListener('error', () => this.#failed(source));
    source.addEventListener('heartbeat', (event) => this.#hear(source, event, (data) => this.#expect(data.every_ms)));
    for (const name of NAMES) {
      source.addEventListener(name, (event) => this.#hear(source, event, (data) => this.onEvent(name, data)));
    }
  }

  // Not `open` tells that it lives: that comes through where nothing else does.
  #hear(source, event, tell) {
    if (source !== this.#source) return;
    this.#heard = Date.now();
    this.#failures = 0;
    this.#say('live');
    tell(JSON.parse(event.data));
  }

  #expect(every) {
    if (every === this.#every) return;
    this.#every = every;
    this.#look();
  }

  #failed(source) {
    if (source !== this.#source) return;
    // The browser is at it.
    this.#heard = Date.now();
    this.#say('reconnecting');
    if (source.readyState !== this.Source.CLOSED) return;
    this.#disconnect();
    this.onRefused();
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++);
    // Spread out, so that a hundred open pages do not all knock at the same moment after a restart.
    this.#retry = setTimeout(() => this.#connect(), longest * (0.5 + Math.random() / 2));
  }

  #look() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      const patience = MISSED_HEARTBEATS * this.#every + SLACK_MS;
      if (this.#source && this.#quiet() > (this.#said === 'live' ? patience : Math.min(patience, FIRST_HEARTBEAT_MS))) this.#reopen();
      this.#look();
    }, this.#every / 3);
  }

  #quiet() {
    return Date.now() - this.#heard;
  }

  #reopen() {
    this.#say('reconnecting');
    this.#connect();
  }

  #disconnect() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  #say(state) {
    if (state === this.#said) return;
    this.#said = state;
    this.onConnection(state);
  }
}
