import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dots, indexOfDay, keyStep, labels, lowerBound, nearest, positions } from '../../../../webroot/js/scrubber-scale.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const snapshot = (more = {}) => ({ result: 'success', pinned: false, added: { objects: 1, bytes: 10 }, removed: { objects: 0, bytes: 0 }, ...more });

test('one snapshot has a place, none has none', () => {
  assert.deepEqual([...positions([])], []);
  assert.deepEqual([...positions([5])], [1]);
});

test('snapshots at even times lie evenly, from end to end', () => {
  assert.deepEqual([...positions([0, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR])], [0, 0.25, 0.5, 0.75, 1]);
});

test('a longer pause is wider, and a very long one leaves room for the others', () => {
  const [first, second, third, fourth] = positions([0, HOUR, 9 * HOUR, 10 * HOUR, 11 * HOUR]);
  assert.ok(third - second > 1.5 * (second - first));
  const far = positions([0, HOUR, 1000 * DAY, 1000 * DAY + HOUR, 1000 * DAY + 2 * HOUR]);
  assert.ok(far[2] - far[1] < 0.6, String(far));
  assert.ok(fourth > third);
});

test('places ascend whatever times are like', () => {
  const found = positions([null, null, 5 * HOUR, 5 * HOUR, 4 * HOUR, null, 90 * DAY]);
  for (let i = 1; i < found.length; i++) assert.ok(found[i] > found[i - 1]);
  assert.equal(found.at(-1), 1);
});

test('what is clicked is the nearest one', () => {
  const xs = [0, 10, 30];
  assert.deepEqual([-5, 4, 6, 19, 21, 99].map((x) => nearest(xs, x)), [0, 0, 1, 1, 2, 2]);
  assert.equal(lowerBound(xs, 10), 1);
});

test('ten thousand snapshots are a few dots, and none of what matters is lost', () => {
  const many = Array.from({ length: 10_000 }, (_, i) => snapshot({ result: i === 777 ? 'partial' : 'success', pinned: i === 5000, added: { objects: i, bytes: i * 1000 } }));
  const xs = many.map((_, i) => i / 9999 * 1200);
  const found = dots(many, xs, 7);
  assert.ok(found.length > 120 && found.length < 175, String(found.length));
  assert.equal(found.filter((dot) => dot.partial).length, 1);
  assert.equal(found.filter((dot) => dot.pinned).length, 1);
  assert.equal(found[0].first, 0);
  assert.equal(found.at(-1).last, 9999);
  for (let i = 1; i < found.length; i++) assert.equal(found[i].first, found[i - 1].last + 1);
  assert.equal(Math.max(...found.map((dot) => dot.size)), 1);
});

test('a dot is as large as the change', () => {
  const [none, little, much] = dots([snapshot({ added: { objects: 0, bytes: 0 } }), snapshot(), snapshot({ added: { objects: 1000, bytes: 1e9 } })], [0, 50, 100], 7);
  assert.equal(none.size, 0);
  assert.ok(little.size > 0 && little.size < much.size);
  assert.equal(dots([snapshot({ added: null, removed: null, result: null })], [0], 7)[0].legacy, true);
});

test('labels say where months begin, and days between them while there is room; of many months the years', () => {
  const dateAs = (form, time) => new Date(time).toISOString().slice(...{ day: [5, 10], month: [0, 7], year: [0, 4] }[form]);
  const over = (days, width) => {
    const times = Array.from({ length: days }, (_, i) => i * DAY);
    return labels(times, times.map((_, i) => i / days * width), 76, dateAs).map((label) => label.text);
  };
  assert.deepEqual(over(3, 400), ['01-01', '01-02', '01-03']);
  assert.deepEqual(over(60, 1000), ['01-01', '01-06', '01-11', '01-16', '01-21', '01-26', '1970-02', '02-06', '02-11', '02-16', '02-21', '1970-03']);
  assert.deepEqual(over(90, 250), ['01-01', '1970-02', '1970-03', '03-29']);
  assert.deepEqual(over(1500, 600), ['1970', '1971', '1972', '1973', '1974']);
  assert.deepEqual(labels([null, null], [0, 100], 76, dateAs), []);
});

test('a day is its last snapshot, or the one before it', () => {
  const times = [0, HOUR, 2 * DAY, 2 * DAY + HOUR];
  assert.equal(indexOfDay(times, 0), 1);
  assert.equal(indexOfDay(times, DAY), 1);
  assert.equal(indexOfDay(times, 2 * DAY), 3);
  assert.equal(indexOfDay(times, -5 * DAY), 0);
});

test('keys step, and stay within what there is', () => {
  assert.equal(keyStep('ArrowLeft', 5, 20), 4);
  assert.equal(keyStep('ArrowRight', 19, 20), 19);
  assert.equal(keyStep('PageDown', 5, 20), 0);
  assert.equal(keyStep('PageUp', 5, 20), 15);
  assert.equal(keyStep('Home', 5, 20), 0);
  assert.equal(keyStep('End', 5, 20), 19);
  assert.equal(keyStep('x', 5, 20), null);
});
