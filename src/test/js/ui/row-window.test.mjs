import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_HEIGHT, RowWindow } from '../../../../webroot/js/row-window.js';

function windowOf(total, { rowHeight = 36, height = 600 } = {}) {
  return Object.assign(new RowWindow(), { total, rowHeight, height });
}

test('a short list is as high as its rows, and a very long one as high as may be', () => {
  assert.equal(windowOf(10).drawn, 360);
  assert.equal(windowOf(1_000_000).drawn, MOST_HEIGHT);
  assert.equal(windowOf(1_000_000).whole, 36_000_000);
});

test('only what is seen is there, and a little around it', () => {
  const list = windowOf(100_000);
  list.scrolledTo(36_000);
  const { first, end } = list.rows;
  assert.ok(first <= 1000 && first > 980);
  assert.ok(end >= 1017 && end < 1030);
});

test('a list that fits scrolls as any element does', () => {
  const list = windowOf(100_000);
  for (const scroll of [0, 17, 1234, 36 * 100_000 - 600]) {
    list.scrolledTo(scroll);
    assert.equal(list.top, scroll);
    assert.equal(list.scroll, scroll);
    assert.equal(list.y(40, scroll), 40 * 36);
  }
});

test('a very long one scrolls pixel by pixel, and jumps with the bar', () => {
  const list = windowOf(1_000_000);
  list.scrolledTo(100);
  list.scrolledTo(150);
  assert.equal(list.top, 150);
  list.scrolledTo(MOST_HEIGHT / 2);
  assert.ok(Math.abs(list.anchor.index - 500_000) < 100, String(list.anchor.index));
  const { top } = list;
  list.scrolledTo(MOST_HEIGHT / 2 + 7);
  assert.ok(Math.abs(list.top - top - 7) < 0.001);
});

test('both ends of a very long one are reached', () => {
  const list = windowOf(1_000_000);
  list.scrolledTo(MOST_HEIGHT - 600);
  assert.equal(list.rows.end, 1_000_000);
  assert.equal(list.top, 36_000_000 - 600);
  list.scrolledTo(0);
  assert.equal(list.top, 0);
});

test('a row is drawn where it is seen, however the element has been scrolled', () => {
  const list = windowOf(1_000_000);
  list.go(500_000 * 36);
  assert.equal(list.y(500_000, list.scroll), list.scroll);
  assert.equal(list.y(500_001, list.scroll + 3), list.scroll + 3 + 36);
});

test('what is scrolled in small steps finds its way back to the bar', () => {
  const list = windowOf(1_000_000);
  list.go(400_000 * 36);
  for (let i = 0; i < 1000; i++) list.scrolledTo(list.scroll + 0.001 * i);
  list.go(list.top);
  assert.ok(Math.abs(list.scroll / (MOST_HEIGHT - 600) - list.top / (36_000_000 - 600)) < 1e-9);
});

test('going to a row scrolls no further than need be', () => {
  const list = windowOf(1000);
  list.go(360);
  assert.equal(list.topFor(12), 360);
  assert.equal(list.topFor(5), 180);
  assert.equal(list.topFor(100), 101 * 36 - 600);
  list.go(-5);
  assert.equal(list.top, 0);
  list.go(1e9);
  assert.equal(list.top, 36_000 - 600);
});

test('an anchor is the first row that is seen and what of it is hidden', () => {
  const list = windowOf(1000);
  list.go(100);
  assert.deepEqual(list.anchor, { index: 2, hidden: 28 });
  assert.equal(windowOf(5).rows.end, 5);
  assert.equal(windowOf(0).rows.end, 0);
});
