import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { EventStream } from '../../../../webroot/js/event-stream.js';

const EVERY = 15_000;

/** As the browser has it, as far as a stream needs it; a test says what arrives. */
class Source extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 2;
  static made = [];

  constructor(address) {
    super();
    this.address = address;
    this.readyState = Source.CONNECTING;
    Source.made.push(this);
  }

  send(name, data) {
    this.readyState = Source.OPEN;
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data) }));
  }

  fail(readyState) {
    this.readyState = readyState;
    this.dispatchEvent(new Event('error'));
  }

  close() {
    this.readyState = Source.CLOSED;
  }
}

const open = () => Source.made.filter((source) => source.readyState !== Source.CLOSED);
const latest = () => Source.made.at(-1);
let events;
let said;
let stream;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  Source.made = [];
  events = [];
  said = [];
  stream = new EventStream('/api/events', {
    onEvent: (name, data) => events.push([name, data]),
    onConnection: (state) => said.push(state),
    onRefused: () => said.push('refused'),
  }, Source);
  stream.open();
});

function live(every = EVERY) {
  latest().send('heartbeat', { every_ms: every });
}

test('it is live once something has come, and not when the connection is merely open', () => {
  latest().readyState = Source.OPEN;
  latest().dispatchEvent(new Event('open'));
  assert.deepEqual(said, ['connecting']);
  live();
  latest().send('state', { backup: null });
  assert.deepEqual(said, ['connecting', 'live']);
  assert.deepEqual(events, [['state', { backup: null }]]);
});

test('a heartbeat now and then keeps the connection', () => {
  live();
  for (let i = 0; i < 20; i++) {
    mock.timers.tick(EVERY);
    live();
  }
  assert.equal(Source.made.length, 1);
});

test('a stream that went silent is made anew, and nothing more is taken from the old one', () => {
  live();
  const old = latest();
  for (let i = 0; i < 4; i++) mock.timers.tick(10_000);
  assert.equal(Source.made.length, 2);
  assert.equal(open().length, 1);
  old.dispatchEvent(Object.assign(new Event('scheduler'), { data: '{}' }));
  assert.deepEqual(events, []);
  assert.deepEqual(said, ['connecting', 'live', 'reconnecting']);
  live();
  assert.equal(said.at(-1), 'live');
});

test('the server says how long silence may last', () => {
  live(200);
  for (let i = 0; i < 15; i++) mock.timers.tick(100);
  assert.equal(Source.made.length, 2);
});

test('an attempt that hangs is given up soon, whether it was the first or a later one', () => {
  for (let i = 0; i < 3; i++) mock.timers.tick(5000);
  assert.equal(Source.made.length, 2);
  assert.equal(open().length, 1);
  live();
  for (let i = 0; i < 7; i++) mock.timers.tick(5000);
  assert.equal(Source.made.length, 3, 'it went silent');
  for (let i = 0; i < 3; i++) mock.timers.tick(5000);
  assert.equal(Source.made.length, 4, 'and what was made anew hangs');
  assert.equal(open().length, 1);
});

test('while the browser tries again by itself it is left alone', () => {
  live();
  for (let i = 0; i < 30; i++) {
    latest().fail(Source.CONNECTING);
    mock.timers.tick(2000);
  }
  assert.equal(Source.made.length, 1);
  assert.equal(said.at(-1), 'reconnecting');
});

test('where the browser gives up it is tried again, at longer and longer intervals', () => {
  live();
  const attempts = [];
  for (let i = 0; i < 40; i++) {
    const made = Source.made.length;
    if (latest().readyState !== Source.CLOSED) latest().fail(Source.CLOSED);
    mock.timers.tick(1000);
    attempts.push(Source.made.length - made);
  }
  assert.ok(attempts.slice(0, 4).includes(1), 'soon at first');
  assert.ok(Source.made.length > 4 && Source.made.length < 20, `${Source.made.length} attempts in 40 s`);
  assert.ok(open().length <= 1);
});

test('a laptop that wakes up reconnects at once when it has heard nothing for longer than a heartbeat', () => {
  live();
  mock.timers.setTime(Date.now() + 3_600_000);
  stream.wake();
  stream.wake();
  assert.equal(Source.made.length, 2, 'and only once, though every page says so');
  assert.equal(open().length, 1);
});

test('a page that is looked at again keeps a connection that lives', () => {
  live();
  mock.timers.tick(5000);
  stream.wake();
  assert.equal(Source.made.length, 1);
});

test('who waits to try again does not wait on when the network is back', () => {
  for (let i = 0; i < 8; i++) {
    latest().fail(Source.CLOSED);
    mock.timers.tick(15_000);
  }
  latest().fail(Source.CLOSED);
  const made = Source.made.length;
  mock.timers.tick(2000);
  assert.equal(Source.made.length, made);
  stream.wake();
  assert.equal(Source.made.length, made + 1);
});

test('what is closed stays closed until it is opened again', () => {
  live();
  stream.close();
  mock.timers.tick(100_000);
  stream.wake();
  assert.deepEqual(open(), []);
  stream.open();
  assert.equal(open().length, 1);
  live();
  assert.equal(said.at(-1), 'live');
});

test('it tells when the server refuses, which may mean that the login is over, and not when the connection broke', () => {
  live();
  latest().fail(Source.CONNECTING);
  assert.deepEqual(said, ['connecting', 'live', 'reconnecting']);
  latest().fail(Source.CLOSED);
  assert.deepEqual(said, ['connecting', 'live', 'reconnecting', 'refused']);
});
