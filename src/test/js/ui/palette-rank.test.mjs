import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rank, score } from '../../../../webroot/js/palette-rank.js';

const entries = (...labels) => labels.map((label) => ({ label }));
const found = (query, ...labels) => rank(query, entries(...labels), 10).map(({ label }) => label);

test('the whole name comes before its beginning, that before a word, that before a part, that before letters in order', () => {
  assert.deepEqual(found('log', 'l-o-x-g', 'catalog', 'my log files', 'logs', 'log'), ['log', 'logs', 'my log files', 'catalog', 'l-o-x-g']);
});

test('words may be abbreviated and in any order', () => {
  assert.deepEqual(found('nov 20', '20 November 2026', '21 November 1999'), ['20 November 2026']);
  assert.deepEqual(found('ru no', 'Running costs', 'Run now'), ['Run now', 'Running costs']);
});

test('letters close together fit better than letters far apart, and one letter alone fits no middle of a word by chance', () => {
  assert.deepEqual(found('cfg', 'calls of some guest', 'config'), ['config', 'calls of some guest']);
  assert.deepEqual(found('z', 'a-b', 'zoo'), ['zoo']);
});

test('case and accents do not count, and what is typed is no pattern', () => {
  assert.deepEqual(found('ELEVES', 'Élèves'), ['Élèves']);
  assert.deepEqual(found('.*', 'anything', 'a.*b'), ['a.*b']);
  assert.deepEqual(found('<script>', '<script>alert(1)</script>'), ['<script>alert(1)</script>']);
});

test('other words for a thing find it, but behind its own name, and not by scattered letters', () => {
  assert.ok(score('verify', { label: 'Verify' }) > score('verify', { label: 'Prove', words: 'verify' }));
  assert.ok(score('verify', { label: 'Prove', words: 'verify' }) > 0);
  assert.equal(score('h2k', { label: 'Today', words: 'hublink_20261120' }), 0);
});

test('of equals the first stays first, and no more come than were asked for', () => {
  assert.deepEqual(rank('a', entries('ab', 'ac', 'ad'), 2), entries('ab', 'ac'));
  assert.deepEqual(found('nothing', 'else'), []);
});
