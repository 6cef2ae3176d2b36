import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  PRESETS, consequence, fullBy, gapDays, horizonDays, inForce, positionOf, rulesOf, rulesWords,
} from '../../../../webroot/js/retention-policy.js';

const GIB = 1024 ** 3;
const DAY = 86_400_000;
const NOW = Date.parse('2026-11-27T08:00:00Z');
const ALL = rulesOf({});
const YEAR = rulesOf({ daily: 14, weekly: 8, monthly: 12 });

const verdict = (daysAgo, stays = true) => ({ snapshot: 's', started_at: new Date(NOW - daysAgo * DAY).toISOString(), stays });
const preview = (many, staying = many, freed = 0) => ({ freed_bytes: freed, verdicts: Array.from({ length: many }, (_, index) => verdict(index, index < staying)) });
const space = (changes = {}) => ({
  disk: { total_bytes: 1000 * GIB, free_bytes: 500 * GIB, low_bytes: 20 * GIB }, snapshot_bytes: 400 * GIB, growth_bytes_per_day: 2 * GIB,
  full_about: '2027-08-04', change: { added_bytes_per_day: 2 * GIB, replaced_bytes_per_day: GIB }, ...changes,
});
const days = (found) => Math.round((found.day - NOW) / DAY);

test('each preset is a position and each position its rules; whatever else is custom, near the one that lasts as long', () => {
  PRESETS.forEach((preset, index) => assert.deepEqual(positionOf(rulesOf(preset.rules)), { at: index, exact: true }));
  assert.deepEqual(positionOf(rulesOf({ daily: 10, weekly: 4 })), { at: 1, exact: false });
  assert.deepEqual(positionOf(rulesOf({ within: '2y' })), { at: 2, exact: false });
  assert.deepEqual(positionOf(rulesOf({ yearly: 50 })), { at: 3, exact: false });
});

test('a policy that is switched off keeps everything, whatever its numbers are', () => {
  assert.equal(positionOf(inForce({ enabled: false, daily: 14 })).at, PRESETS.length - 1);
  assert.deepEqual(inForce({ enabled: true, daily: 14, weekly: 8, monthly: 12, min_free_percent: 5 }), YEAR);
});

test('rules in words', () => {
  assert.equal(rulesWords(YEAR), '14 daily, 8 weekly and 12 monthly');
  assert.equal(rulesWords(rulesOf({ keep_last: 7 })), 'the newest 7');
  assert.equal(rulesWords(rulesOf({ keep_last: 1, within: '30d' })), 'the newest and all of the last 30d');
  assert.equal(rulesWords(ALL), 'every snapshot');
});

test('how far back they reach, by periods that have a snapshot', () => {
  assert.equal(Math.round(horizonDays(YEAR, 1)), 365);
  assert.equal(horizonDays(rulesOf({ keep_last: 7 }), 0.25), 1.75);
  assert.equal(horizonDays(rulesOf({ daily: 7 }), 7), 49);
  assert.equal(horizonDays(rulesOf({ within: '1y6m' }), 1), 365.25 + 6 * 30.44);
  assert.equal(horizonDays(ALL, 1), Infinity);
  assert.equal(gapDays(preview(5).verdicts), 1);
  assert.equal(gapDays([]), 1);
});

test('with everything kept all that comes stays', () => {
  assert.equal(days(fullBy({ space: space(), preview: preview(30), rules: ALL, saved: YEAR }, NOW)), 250);
});

test('what is replaced adds up until the history is as long as it may become; what grows goes on', () => {
  // 30 days of 40 there are, so for ten days 2 GiB come and then 1 GiB: 10 + (500 - 20).
  const rules = rulesOf({ daily: 40 });
  assert.equal(days(fullBy({ space: space({ full_about: null, growth_bytes_per_day: null }), preview: preview(31), rules, saved: YEAR }, NOW)), 490);
});

test('what a shorter policy frees counts, and it is never full before the present one', () => {
  const shorter = { space: space(), preview: preview(31, 8, 100 * GIB), rules: rulesOf({ daily: 8 }), saved: ALL };
  assert.equal(days(fullBy(shorter, NOW)), 599);
  const late = { ...shorter, space: space({ full_about: '2035-01-01' }) };
  assert.equal(fullBy(late, NOW).day, Date.parse('2035-01-01'));
  assert.deepEqual(fullBy({ ...shorter, space: space({ full_about: null }) }, NOW), { never: true });
});

test('what is measured counts for the policy in force, and too little known is no forecast', () => {
  const present = { preview: preview(5), rules: YEAR, saved: YEAR };
  assert.equal(fullBy({ ...present, space: space() }, NOW).day, Date.parse('2027-08-04'));
  assert.deepEqual(fullBy({ ...present, space: space({ full_about: null }) }, NOW), { never: true });
  assert.equal(fullBy({ ...present, space: space({ full_about: null, growth_bytes_per_day: null }) }, NOW), null);
  assert.equal(fullBy({ ...present, rules: ALL, space: space({ change: null }) }, NOW), null);
  assert.equal(fullBy({ ...present, space: space({ disk: null }) }, NOW), null);
});

test('nothing that only shrinks or stays as it is fills a disk', () => {
  const still = space({ change: { added_bytes_per_day: 0, replaced_bytes_per_day: 0 }, growth_bytes_per_day: 0, full_about: null });
  assert.deepEqual(fullBy({ space: still, preview: preview(5), rules: ALL, saved: YEAR }, NOW), { never: true });
});

test('the consequence is one sentence', () => {
  const day = Date.parse('2031-05-01');
  assert.equal(consequence(preview(40, 34, 41 * GIB), { day }, NOW), 'Keeps 34 snapshots, frees 41.0 GiB, full about 2031');
  assert.equal(consequence(preview(40, 34, null), { never: true }, NOW), 'Keeps 34 snapshots, counting what it frees…, not full within ten years');
  assert.equal(consequence(preview(40), null, NOW), 'Keeps all 40 snapshots');
  assert.equal(consequence(preview(1), { day: NOW }, NOW), 'Keeps the one snapshot, full now');
});
