import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayWords, diskShares, diskTone, forecastWords } from '../../../../webroot/js/disk-bar.js';

const GIB = 1024 ** 3;
const NOW = Date.parse('2026-11-27T08:00:00Z');

function space(changes = {}, disk = {}) {
  return {
    disk: { total_bytes: 1000 * GIB, free_bytes: 500 * GIB, low_bytes: 20 * GIB, ...disk },
    growth_bytes_per_day: GIB, full_about: '2027-03-17', snapshot_bytes: 400 * GIB, ...changes,
  };
}

test('when the disk is full is said as exactly as it can be known', () => {
  assert.equal(forecastWords(space(), NOW), 'Full about March 2027 at this pace');
  assert.equal(forecastWords(space({ full_about: '2026-12-12' }), NOW), 'Full about 12 December at this pace');
  assert.equal(forecastWords(space({ full_about: '2034-01-02' }), NOW), 'Full about 2034 at this pace');
  assert.equal(dayWords(Date.parse('2027-01-20'), NOW), '20 January');
});

test('what is not known, or does not come about, is not a day', () => {
  assert.equal(forecastWords(space({ full_about: null }), NOW), 'Not full within ten years at this pace');
  assert.equal(forecastWords(space({ full_about: null, growth_bytes_per_day: -GIB }), NOW), 'Not filling up');
  assert.equal(forecastWords(space({ full_about: null, growth_bytes_per_day: null }), NOW), 'Too early to say when it is full');
  assert.equal(forecastWords(space({}, { free_bytes: 0 }), NOW), 'Full');
  assert.equal(forecastWords({ disk: null }, NOW), 'Nothing is known about this disk');
});

test('a disk is bad below what is to be free, and a warning before that', () => {
  assert.equal(diskTone(space(), NOW), null);
  assert.equal(diskTone(space({}, { free_bytes: 39 * GIB }), NOW), 'warn');
  assert.equal(diskTone(space({}, { free_bytes: 19 * GIB }), NOW), 'bad');
  assert.equal(diskTone(space({ full_about: '2026-12-12' }), NOW), 'warn');
  assert.equal(diskTone({ disk: null }, NOW), null);
});

test('the shares are never more than the disk, whatever the blocks of a compressing one say', () => {
  assert.deepEqual(diskShares(space()), { snapshots: 400 * GIB, other: 100 * GIB, free: 500 * GIB });
  assert.deepEqual(diskShares(space({ snapshot_bytes: 900 * GIB })), { snapshots: 500 * GIB, other: 0, free: 500 * GIB });
});
