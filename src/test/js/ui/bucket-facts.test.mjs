// Run by ScriptsTest with `node --test`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketFacts, chosen, formatPlace, parsePlace, scheduleOf, sortedBy, summary } from '../../../../webroot/js/bucket-facts.js';

const standing = (bucket, state, more = {}) => ({ bucket, state, held: { objects: 1, bytes: 10 }, checked: '2026-11-20T06:00:00Z', problem: null, ...more });
const MAIN = { name: 'main', kind: 'backup', buckets: [], interval_hours: 6, next: '2026-11-20T12:00:00Z' };
const WEEKLY = { name: 'weekly', kind: 'backup', buckets: ['b'], cron: '0 3 * * 0' };
const SCHEDULER = { enabled: true, schedules: [MAIN, WEEKLY, { name: 'drill', kind: 'drill', buckets: [] }] };

function state(buckets, { alarms = [], run = null } = {}) {
  return { status: { buckets, alarms }, backup: { running: run != null, current: run }, scheduler: SCHEDULER };
}

test('a bucket is what several answers say of it', () => {
  const alarm = { id: 'shrunk-a', bucket: 'a', message: 'a has shrunk' };
  const live = { bucket: 'a', phase: 'listing' };
  const [a, b, c] = bucketFacts(state([standing('a', 'safe'), standing('b', 'safe'), standing('c', 'left_out')], { alarms: [alarm], run: { buckets: [live] } }),
    { buckets: [{ bucket: 'b', bytes: 5, added_bytes_per_day: 7 }] });
  assert.deepEqual([a.live, a.growth, a.schedule.name, a.alarms], [live, null, 'main', [alarm]]);
  assert.deepEqual([b.live, b.growth, b.schedule.name, b.alarms], [null, 7, 'weekly', []]);
  assert.equal(c.schedule, null);
});

test('a bucket of a run that nobody has judged yet is there', () => {
  const facts = bucketFacts(state([standing('a', 'safe')], { run: { buckets: [{ bucket: 'new', phase: 'waiting' }] } }));
  assert.deepEqual(facts.map(({ bucket, state: how }) => [bucket, how]), [['a', 'safe'], ['new', 'never']]);
});

test('without a schedule nothing backs a bucket up by itself', () => {
  assert.equal(scheduleOf({ enabled: false, schedules: [MAIN] }, 'a'), null);
  assert.equal(scheduleOf(null, 'a'), null);
  // All buckets have a schedule of their own, so that there is no other one.
  assert.equal(scheduleOf({ enabled: true, schedules: [WEEKLY] }, 'a'), null);
});

test('those that need somebody come first, alike ones by name as people count', () => {
  const facts = bucketFacts(state([standing('b10', 'safe'), standing('b2', 'safe'), standing('x', 'failing'), standing('y', 'left_out'), standing('z', 'late')]));
  assert.deepEqual(chosen(facts, parsePlace('')).map(({ bucket }) => bucket), ['x', 'z', 'b2', 'b10', 'y']);
  assert.deepEqual(chosen(facts, parsePlace('?sort=name&order=desc')).map(({ bucket }) => bucket), ['z', 'y', 'x', 'b10', 'b2']);
});

test('a column of numbers begins with the greatest, and what has none ends it', () => {
  const facts = bucketFacts(state([standing('a', 'safe', { held: { objects: 5, bytes: 1 } }), standing('b', 'never', { held: null }), standing('c', 'safe', { held: { objects: 2, bytes: 9 } })]));
  assert.deepEqual(chosen(facts, parsePlace('?sort=size')).map(({ bucket }) => bucket), ['c', 'a', 'b']);
  assert.deepEqual(chosen(facts, parsePlace('?sort=objects&order=asc')).map(({ bucket }) => bucket), ['b', 'c', 'a']);
});

test('every word of the filter has to be in the name', () => {
  const facts = bucketFacts(state(['Photos-2025', 'photos-2026', 'docs'].map((name) => standing(name, 'safe'))));
  assert.deepEqual(chosen(facts, { ...parsePlace(''), q: 'PHOTOS 26' }).map(({ bucket }) => bucket), ['photos-2026']);
});

test('a bucket that is safe and has shrunk needs attention', () => {
  const facts = bucketFacts(state([standing('a', 'safe'), standing('b', 'safe')], { alarms: [{ id: 'x', bucket: 'a' }] }));
  assert.deepEqual(chosen(facts, parsePlace('?show=attention')).map(({ bucket }) => bucket), ['a']);
  assert.deepEqual(chosen(facts, parsePlace('?show=safe')).map(({ bucket }) => bucket), ['b']);
});

test('the sum leaves out what is not backed up, but not what it holds', () => {
  assert.deepEqual(summary(bucketFacts(state([standing('a', 'safe'), standing('b', 'left_out'), standing('c', 'partial')]))), { objects: 3, bytes: 30, wanted: 2, troubled: 1 });
});

test('an address says what is not usual, and nonsense in it means nothing', () => {
  for (const query of ['', '?q=a+b', '?show=running', '?sort=size', '?sort=size&order=asc', '?q=x&show=safe&sort=name&order=desc']) {
    assert.equal(formatPlace(parsePlace(query)), query);
  }
  assert.deepEqual(parsePlace('?sort=toString&show=x&order=up'), { q: '', show: 'all', sort: 'state', order: 'asc' });
});

test('a column that is chosen again is turned round', () => {
  const once = sortedBy(parsePlace(''), 'size');
  assert.deepEqual([once.sort, once.order], ['size', 'desc']);
  assert.equal(sortedBy(once, 'size').order, 'asc');
  assert.equal(sortedBy(once, 'name').order, 'asc');
});
