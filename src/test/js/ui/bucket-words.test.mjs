// Run by ScriptsTest with `node --test`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removalWords, standing } from '../../../../webroot/js/bucket-words.js';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const SCHEDULE = { name: 'main', next: '2026-11-20T12:00:00Z' };
const MOMENTS = [{ name: 's1', at: '2026-11-18T06:00:00Z' }, { name: 's2', at: '2026-11-19T08:00:00Z' }];

function said(entry, { moments = MOMENTS, scheduler = { paused: false } } = {}) {
  const { title, detail } = standing(entry && { bucket: 'photos', checked: '2026-11-20T06:00:00Z', problem: null, schedule: SCHEDULE, ...entry }, moments, scheduler, NOW);
  return `${title}. ${detail}`;
}

test('a bucket that is safe says as of when, and when it goes on', () => {
  assert.equal(said({ state: 'safe' }), 'Safe. All that S3 listed 2 h ago is in the newest snapshot. The next backup begins in 4 h.');
  assert.match(said({ state: 'safe' }, { scheduler: { paused: true } }), /The schedule is paused\.$/);
  assert.match(said({ state: 'safe', schedule: null }), /Nothing backs it up by itself: the schedule is off\.$/);
});

test('one in trouble says what, and how old its last whole copy is', () => {
  assert.equal(said({ state: 'failing', problem: 'access denied', checked: '2026-11-13T08:00:00Z' }), 'Access denied. The last whole copy is from 7 days ago. The next backup begins in 4 h.');
  assert.match(said({ state: 'partial', problem: '5 objects failed', checked: null }), /It has not been copied whole yet\./);
});

test('one that was never backed up says when it will be', () => {
  assert.equal(said({ state: 'never', problem: 'not backed up yet', checked: null }, { moments: [] }), 'Not backed up yet. The next backup begins in 4 h.');
});

test('one that nobody backs up any more says what there is of it', () => {
  assert.equal(said({ state: 'left_out' }), 'Not backed up any more. What was copied stays in 2 snapshots, the newest from 24 h ago.');
  assert.equal(said(null), 'Not backed up any more. What was copied stays in 2 snapshots, the newest from 24 h ago.');
});

test('to remove it means that the past stays', () => {
  assert.match(removalWords('photos', 12), /stays in the 12 snapshots that hold it/);
  assert.match(removalWords('photos', 0), /nothing is kept of it/);
});
