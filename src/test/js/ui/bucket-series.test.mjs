// Run by ScriptsTest with `node --test`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginning, changes, dated, held, olderThan, ranges, sinceChoices } from '../../../../webroot/js/bucket-series.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');
const daysAgo = (days) => NOW - days * DAY;

/** A snapshot of so many days ago. */
function moment(days, bytes, { added = 0, removed = 0 } = {}) {
  return {
    name: `snapshot-${days}`, at: new Date(daysAgo(days)).toISOString(), files: { objects: bytes / 10, bytes },
    added: { objects: added / 10, bytes: added }, removed: { objects: removed / 10, bytes: removed },
  };
}

test('of a snapshot of the old tool nothing can be drawn', () => {
  const known = dated([{ name: 'old', at: null, files: null }, moment(1, 10)]);
  assert.deepEqual(known.map(({ name, time }) => [name, time]), [['snapshot-1', daysAgo(1)]]);
});

test('what was held begins with the range and goes on until now', () => {
  const moments = dated([moment(40, 100), moment(20, 200), moment(10, 300)]);
  const series = held(moments, beginning(moments, 30, NOW), NOW);
  assert.deepEqual(series.times, [daysAgo(30), daysAgo(20), daysAgo(10), NOW]);
  assert.deepEqual(series.bytes, [100, 200, 300, 300]);
  assert.deepEqual(series.objects, [10, 20, 30, 30]);
  assert.deepEqual(series.moments.map(({ name }) => name), ['snapshot-40', 'snapshot-20', 'snapshot-10', 'snapshot-10']);
});

test('a range longer than the past begins with the first snapshot', () => {
  const moments = dated([moment(40, 100), moment(10, 300)]);
  assert.equal(beginning(moments, 365, NOW), daysAgo(40));
  assert.equal(beginning(moments, null, NOW), daysAgo(40));
  assert.deepEqual(held(moments, daysAgo(40), NOW).times, [daysAgo(40), daysAgo(10), NOW]);
});

test('changes are summed up by lengths of time of which there are few enough', () => {
  const moments = dated([moment(41, 100, { added: 100 }), moment(40, 150, { added: 50 }), moment(2, 140, { removed: 10 }), moment(1.9, 160, { added: 20 })]);
  const change = changes(moments, daysAgo(41), NOW);
  assert.equal(change.per, 'day');
  assert.deepEqual(change.added, [50, 20]);
  assert.deepEqual(change.removed, [0, -10]);
  assert.deepEqual(change.objects, [{ came: 5, went: 0 }, { came: 2, went: 1 }]);
  assert.ok(change.times.every((time) => time > daysAgo(41) && time < NOW + DAY));
});

test('ten thousand snapshots make few bars, which hold all of it', () => {
  const moments = dated(Array.from({ length: 10_000 }, (_, i) => moment(1000 - i / 10, 1000, { added: 10, removed: 10 })));
  const change = changes(moments, beginning(moments, null, NOW), NOW);
  assert.ok(change.times.length <= 61, `${change.times.length}`);
  assert.equal(change.added.reduce((sum, each) => sum + each), 99_990);
  assert.equal(change.removed.reduce((sum, each) => sum + each), -99_990);
});

test('only ranges that show something else are offered', () => {
  const ids = (days) => ranges(dated([moment(days, 1)]), NOW).map(([id]) => id);
  assert.deepEqual(ids(10), ['all']);
  assert.deepEqual(ids(60), ['30d', 'all']);
  assert.deepEqual(ids(100), ['30d', '90d', 'all']);
  assert.deepEqual(ids(800), ['30d', '90d', '1y', 'all']);
});

test('growth is told since the snapshot that is old enough, or the oldest', () => {
  const moments = dated([moment(50, 1), moment(8, 2), moment(1, 3), moment(0, 4)]);
  assert.equal(olderThan(moments, 0).name, 'snapshot-1');
  assert.equal(olderThan(moments, 7).name, 'snapshot-8');
  assert.equal(olderThan(moments, 30).name, 'snapshot-50');
  assert.equal(olderThan(moments, 365).name, 'snapshot-50');
  assert.equal(olderThan(moments.slice(0, 1), 7), null);
  // A year would compare with the same snapshot as 30 days.
  assert.deepEqual(sinceChoices(moments).map(([id]) => id), ['before', '7d', '30d']);
});
