import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beatLines, beatOf, beatRuns } from '../../../../webroot/js/bucket-beats.js';
import { jobAddress, jobLook, jobName, jobWords } from '../../../../webroot/js/job-words.js';
import { counts, HOUR, iso, NOW, record, runState } from './fixtures.mjs';

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

test('a job of each kind has a name, a page and a line, under way and ended', () => {
  const tally = (objects, bytes = 0) => ({ objects, bytes });
  const at = { started_at: iso(NOW - HOUR), at: iso(NOW), phase: 'transferring' };
  const under = (job) => jobWords({ run_id: 'x', ...at, ...job });
  assert.deepEqual(under({ kind: 'restore', bytes_written: 512, to_write: tally(2, 1024), eta_seconds: 95 }), { text: '50 % of 1.00 KiB · 2 min left', share: 0.5 });
  assert.deepEqual(under({ kind: 'verify', percent: 37 }), { text: '37 % of this cycle proven', share: 0.37 });
  assert.deepEqual(under({ kind: 'verify', percent: 37, phase: 'waiting' }), { text: 'Waiting for the backup to end', share: null });
  assert.equal(under({ kind: 'retention', removed: 1, go: 4 }).text, '1 of 4 snapshots removed');
  assert.equal(under({ kind: 'repair', damaged: tally(2), repaired: { s3: tally(1) } }).text, '1 of 2 files put right');
  assert.equal(jobLook(at).tone, 'info');

  const ended = { run_id: 'x', result: 'success', finished_at: iso(NOW) };
  assert.equal(jobWords({ ...ended, kind: 'drill', same: tally(20), sampled: tally(20) }).text, '20 of 20 files came back unchanged');
  assert.equal(jobWords({ ...ended, kind: 'replication', copied: tally(0) }).text, 'The copy is up to date');
  assert.equal(jobWords({ ...ended, kind: 'verify', result: 'failed' }).text, 'Failed');
  assert.equal(jobWords({ ...record({ result: 'partial' }), totals: counts({ failed: [56, 9] }) }).text, '56 objects failed');
  assert.equal(jobWords({ ...record(), trigger: 'manual', totals: counts({ downloaded: [3, 2048], deleted: [1, 0] }) }).text, '3 downloaded (2.00 KiB), 1 gone · Manual');
  assert.equal(jobWords(record({ new_snapshot: false })).text, 'Unchanged');
  assert.equal(jobName(record({ dry_run: true })), 'Dry run');
  assert.deepEqual([jobAddress(record()), jobAddress({ kind: 'restore', run_id: 'a/b' }), jobAddress({ kind: 'verify', run_id: 'v' })], ['/runs/r1', '/restores/a%2Fb', '/jobs/v']);
});
