import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { EventFan } from '../../../../webroot/js/event-fan.js';
import { NOW, iso, record, runState, scheduler, status } from './fixtures.mjs';

const WHOLE = { status: status(),
  backup: { running: false, current: null, last: null, last_success: null },
  scheduler: scheduler(),
  config: { hash: 'h', buckets: ['alpha'] },
};

/** The worker's end of a page's port, and what the page does with it. */
class Port {
  received = [];
  closed = false;
  answers = true;

  postMessage(message) {
    // As the browser does: what is sent is a copy.
    this.received.push(structuredClone(message));
    if (message.type === 'ping' && this.answers) this.onmessage({ data: { type: 'pong' } });
  }

  say(message) {
    this.onmessage({ data: message });
  }

  close() {
    this.closed = true;
  }

  events() {
    return this.received.filter(({ type }) => type === 'event').map(({ name }) => name);
  }

  connection() {
    return this.received.findLast(({ type }) => type === 'connection')?.state;
  }
}

let stream;
let fan;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  stream = { opened: 0, open: false, woken: 0 };
  fan = new EventFan((listener) => Object.assign(stream, {
    ...listener,
    open() {
      stream.opened++;
      listener.onConnection('connecting');
    },
    close() {
      stream.closed = (stream.closed ?? 0) + 1;
    },
    wake() {
      stream.woken++;
    },
  }));
});

function page({ logs = false } = {}) {
  const port = new Port();
  fan.add(port);
  port.say({ type: 'join', logs });
  return port;
}

function begin() {
  stream.onConnection('live');
  stream.onEvent('state', WHOLE);
}

test('many pages share one stream and all are told', () => {
  const pages = Array.from({ length: 8 }, () => page());
  begin();
  stream.onEvent('scheduler', scheduler());
  assert.equal(stream.opened, 1);
  for (const each of pages) {
    assert.equal(each.connection(), 'live');
    assert.deepEqual(each.events(), ['state', 'scheduler']);
  }
});

test('log lines go to those that want them', () => {
  const plain = page();
  const log = page({ logs: true });
  begin();
  stream.onEvent('log', { text: 'a line' });
  assert.deepEqual(plain.events(), ['state']);
  assert.deepEqual(log.events(), ['state', 'log']);
});

test('a page that comes later begins with the state as it is by then', () => {
  page();
  begin();
  stream.onEvent('backup.progress', runState({ at: iso(NOW), bytes_received: 10 }));
  const later = page();
  assert.equal(later.connection(), 'live');
  assert.deepEqual(later.events(), ['state']);
  const { data } = later.received.at(-1);
  assert.equal(data.backup.current.bytes_received, 10);
  assert.deepEqual(data.config, WHOLE.config);
  stream.onEvent('backup.finished', record({ run_id: 'live' }));
  assert.equal(page().received.at(-1).data.backup.running, false);
});

test('a page that comes while the server does not tell everything is told so', () => {
  page();
  stream.onConnection('live');
  stream.onEvent('state', { ...WHOLE, backup: null });
  assert.equal(page().received.at(-1).data.backup, null);
});

test('a page that comes while the server is away learns that, and the state as soon as it is back', () => {
  page();
  begin();
  stream.onConnection('reconnecting');
  const later = page();
  assert.equal(later.connection(), 'reconnecting');
  assert.deepEqual(later.events(), []);
  stream.onConnection('live');
  assert.deepEqual(later.events(), ['state']);
  stream.onConnection('reconnecting');
  stream.onConnection('live');
  assert.deepEqual(later.events(), ['state'], 'who has it gets only what was missed');
});

test('a page that leaves is told nothing more, and after the last one the connection ends', () => {
  const first = page();
  const second = page();
  begin();
  first.say({ type: 'leave' });
  stream.onEvent('scheduler', scheduler());
  assert.deepEqual(first.events(), ['state']);
  assert.ok(first.closed);
  second.say({ type: 'leave' });
  assert.equal(stream.closed, undefined, 'whoever follows a link is back at once');
  mock.timers.tick(10_000);
  assert.equal(stream.closed, 1);

  const next = page();
  assert.equal(stream.opened, 2);
  assert.equal(next.connection(), 'connecting');
  assert.deepEqual(next.events(), [], 'nothing of the state before');
});

test('a link that is followed keeps the connection', () => {
  page().say({ type: 'leave' });
  page();
  mock.timers.tick(60_000);
  assert.equal(stream.opened, 1);
  assert.equal(stream.closed, undefined);
});

test('a page that vanished without a word is forgotten, and one that only slept is told to come back', () => {
  const vanished = page();
  const healthy = page();
  begin();
  vanished.answers = false;
  for (let i = 0; i < 6; i++) mock.timers.tick(10_000);
  assert.equal(fan.pages, 1);
  assert.ok(vanished.closed);
  assert.equal(vanished.received.at(-1).type, 'gone');
  assert.ok(!healthy.closed);
});

test('a port that the browser closes is forgotten at once', () => {
  const port = page();
  port.onclose();
  assert.equal(fan.pages, 0);
});

test('a page that wakes up has the connection looked at', () => {
  page().say({ type: 'wake' });
  assert.equal(stream.woken, 1);
});

test('every page is told that the server refuses, and finds out why', () => {
  const [one, other] = [page(), page()];
  stream.onRefused();
  for (const port of [one, other]) assert.equal(port.received.at(-1).type, 'refused');
});
