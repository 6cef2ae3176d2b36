import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beatLines, beatOf, beatRuns } from '../../../../webroot/js/bucket-beats.js';
import { counts, record, runState } from './fixtures.mjs';

function run(bucket, given = {}) {
  return record({ buckets: [{ bucket: 'alpha', result: 'success', listing_complete: true, counts: counts(), failures: [], failures_total: 0, error: null, ...bucket }], ...given });
}

test('a beat tells what a run was to its bucket', () => {
  assert.equal(beatOf(run({ counts: counts({ downloaded: [3, 9] }) }), 'alpha'), 'changed');
  assert.equal(beatOf(run({ counts: counts({ deleted: [1, 9] }) }), 'alpha'), 'changed');
  assert.equal(beatOf(run({}), 'alpha'), 'unchanged');
  assert.equal(beatOf(run({ result: 'partial' }), 'alpha'), 'partial');
  assert.equal(beatOf(run({ result: 'failed' }), 'alpha'), 'failed');
  assert.equal(beatOf(run({ result: 'cancelled' }), 'alpha'), 'stopped');
  assert.equal(beatOf(run({ left_out: true }), 'alpha'), 'absent');
  assert.equal(beatOf(run({}), 'beta'), 'absent');
  assert.equal(beatOf(record({ result: 'failed', buckets: [] }), 'alpha'), 'failed', 'before it came to any bucket');
  assert.equal(beatOf(record({ result: 'interrupted', buckets: [] }), 'alpha'), 'stopped');
});

test('beats are of runs that wrote or would have, with the one under way first', () => {
  const past = [record({ run_id: 'a' }), record({ run_id: 'dry', dry_run: true }), record({ run_id: 'live', result: 'running' })];
  assert.deepEqual(beatRuns(past, null).map(({ run_id: id }) => id), ['a']);
  const [current, ...others] = beatRuns(past, runState());
  assert.deepEqual([current.run_id, beatOf(current, 'alpha'), beatOf(current, 'beta'), others.length], ['live', 'running', 'absent', 1]);
  assert.equal(beatRuns(past, runState({ dry_run: true })).length, 1);
  assert.deepEqual(beatRuns(null, null), []);
});

test('what a beat tells is of its bucket alone', () => {
  const lines = beatLines(run({ result: 'partial', failures_total: 2, counts: counts({ downloaded: [3, 2048], kept: [2, 9] }) }), 'alpha');
  assert.deepEqual([lines[0], ...lines.slice(3)], ['Finished with errors', '3 downloaded (2.00 KiB)', '2 objects failed', '2 kept as they were']);
  assert.equal(beatLines(run({ left_out: true }), 'alpha')[0], 'Not part of this run');
});
