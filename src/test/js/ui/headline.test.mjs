import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filled, headline, limitWords, LOOKS, subline } from '../../../../webroot/js/headline.js';
import { bucketWords, protectedTotals, worstFirst } from '../../../../webroot/js/buckets.js';
import { HOUR, iso, NOW, standing, status } from './fixtures.mjs';

test('what the server judges is passed on as it is, with the time told anew', () => {
  const judged = status({ detail: `Last backup {ago:${iso(NOW - 2 * HOUR)}}, next {until:${iso(NOW + 34_000)}}.` });
  assert.deepEqual(headline({ status: judged }, NOW), {
    state: 'safe', title: 'All 3 buckets are safe.', detail: 'Last backup 2 h ago, next in 34 s.',
  });
  assert.match(headline({ status: judged }, NOW + 40_000).detail, /next now\.$/);
});

test('nothing is claimed while a part of the server is silent', () => {
  for (const state of [{ silent: true, status: status() }, { status: null }]) {
    const said = headline(state, NOW);
    assert.equal(said.state, 'failing');
    assert.doesNotMatch(said.title, /safe/);
  }
});

test('only marks of the server are filled', () => {
  assert.equal(filled(`{ago:${iso(NOW - 36_000)}} {ago:soon} {until:${iso(NOW - 1000)}} {x:1}`, NOW), '36 s ago {ago:soon} now {x:1}');
  assert.match(filled(`since {at:${iso(NOW)}}`, NOW), /^since \d\d:\d\d$/);
});

test('a limit is told with its end, where it has one', () => {
  assert.equal(limitWords({ mbit_per_second: 2.5, until: null }, NOW), 'limited to 2.5 Mbit/s');
  assert.match(limitWords({ mbit_per_second: 20, until: iso(NOW + 60_000) }, NOW), /^limited to 20 Mbit\/s until \d\d:\d\d$/);
});

test('every state has its look', () => {
  for (const state of ['running', 'waiting', 'needs_setup', 'failing', 'late', 'attention', 'never_run', 'paused', 'safe']) {
    assert.ok(LOOKS[state].tone && LOOKS[state].icon, state);
  }
});

test('the row of a bucket says what is wrong, and leaves a bucket its name', () => {
  assert.equal(bucketWords(standing()).text, 'Safe');
  assert.equal(bucketWords(standing({ state: 'never', problem: 'not backed up yet' })).text, 'Not backed up yet');
  assert.equal(bucketWords(standing({ state: 'failing', problem: 'alpha is gone' })).text, 'alpha is gone');
  assert.equal(bucketWords(standing({ state: 'failing', problem: 'denied' })).tone, 'bad');
});

test('protected is what the newest snapshot holds, and a bucket that does not exist is not', () => {
  const held = { objects: 5, bytes: 50 };
  assert.deepEqual(protectedTotals([standing({ held }), standing({ held }), standing({ bucket: 'nowhere', state: 'failing', held: null })]),
    { objects: 10, bytes: 100, buckets: 2 });
});

test('below the headline stands what neither cards nor tiles say', () => {
  const held = { objects: 5, bytes: 2048 };
  const well = [standing({ held }), standing({ bucket: 'beta', held, checked: iso(NOW - HOUR) })];
  assert.equal(subline({ status: status({ buckets: well }) }, NOW), '10 objects, 4.00 KiB. Last checked 2 h ago.');
  const ill = { state: 'failing', detail: 'a wall of text' };
  assert.equal(subline({ status: status({ ...ill, buckets: well }) }, NOW), 'Last good backup 2 h ago. Earlier snapshots are untouched.');
  const never = { ...well[0], bucket: 'scans', checked: null, held: null };
  assert.equal(subline({ status: status({ ...ill, buckets: [well[0], never] }) }, NOW), '1 of 2 buckets has a whole copy. Earlier snapshots are untouched.');
  assert.equal(subline({ status: status({ ...ill, buckets: [standing({ checked: null })] }) }, NOW), '');
  assert.equal(subline({ status: status({ state: 'paused', detail: 'Nothing runs by itself.' }) }, NOW), 'Nothing runs by itself.');
  assert.match(subline({ status: null }, NOW), /^Nothing can be said/);
});

test('the worst buckets come first, the others as they were', () => {
  const named = (bucket, state) => standing({ bucket, state });
  const sorted = worstFirst([named('a', 'safe'), named('b', 'late'), named('c', 'safe'), named('d', 'failing'), named('e', 'left_out'), named('f', 'partial'), named('g', 'never')]);
  assert.equal(sorted.map(({ bucket }) => bucket).join(''), 'dfbgace');
});
