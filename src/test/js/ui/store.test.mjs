import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY, reduce, Store } from '../../../../webroot/js/store.js';
import { bucketStates, protectedTotals } from '../../../../webroot/js/buckets.js';
import { counts, iso, NOW, record, runState, scheduler } from './fixtures.mjs';

const loaded = reduce(EMPTY, 'state', { backup: { running: false, current: null, last: null, last_success: null }, scheduler: scheduler(), config: { hash: 'h', buckets: ['alpha'] } });

test('progress that arrives out of order is dropped', () => {
  const newer = reduce(loaded, 'backup.progress', runState({ at: iso(NOW), bytes_received: 10 }));
  assert.equal(reduce(newer, 'backup.progress', runState({ at: iso(NOW - 1000), bytes_received: 5 })), newer);
});

test('progress of a run that has ended does not bring it back', () => {
  const ended = reduce(loaded, 'backup.finished', record({ run_id: 'live' }));
  assert.equal(reduce(ended, 'backup.progress', runState()), ended);
});

test('a finished run becomes the last one, joins the history once, and only a good real one counts as success', () => {
  let state = reduce(loaded, 'history', [record({ run_id: 'old', started_at: iso(NOW - 9e6) })]);
  state = reduce(state, 'backup.finished', record({ run_id: 'dry', dry_run: true }));
  assert.equal(state.backup.last_success, null);
  state = reduce(state, 'backup.finished', record({ run_id: 'good' }));
  state = reduce(state, 'backup.finished', record({ run_id: 'good' }));
  assert.equal(state.backup.last_success.run_id, 'good');
  assert.deepEqual(state.runs.map((run) => run.run_id).filter((id) => id === 'good'), ['good']);
  assert.equal(state.backup.running, false);
});

test('history that comes late does not lose a run that finished meanwhile', () => {
  const state = reduce(reduce(loaded, 'backup.finished', record({ run_id: 'new', started_at: iso(NOW) })), 'history', [record({ run_id: 'old', started_at: iso(NOW - 9e6) })]);
  assert.deepEqual(state.runs.map((run) => run.run_id), ['new', 'old']);
});

test('a changed configuration is taken from its whole form', () => {
  const state = reduce(loaded, 'config.changed', { hash: 'h2', config: { s3_buckets: ['x'], use_dynamic_buckets: true } });
  assert.deepEqual(state.config, { hash: 'h2', buckets: ['x'], dynamic_buckets: true });
});

test('a room that does not answer makes the state silent, and its answer ends that', () => {
  const silent = reduce(loaded, 'state', { backup: null, scheduler: null, config: null });
  assert.equal(silent.silent, true);
  assert.equal(reduce(silent, 'state', { backup: loaded.backup, config: loaded.config }).silent, false);
});

test('many events are told once', () => {
  const frames = [];
  const store = new Store((callback) => frames.push(callback));
  let told = 0;
  store.subscribe(() => told++);
  store.dispatch('scheduler', scheduler());
  store.dispatch('scheduler', scheduler({ paused: true }));
  assert.equal(frames.length, 1);
  frames[0]();
  assert.equal(told, 2);
});

test('the state of a bucket comes from the newest run that said something about it', () => {
  const runs = [
    record({ run_id: '4', dry_run: true, names: ['alpha'] }),
    record({ run_id: '3', result: 'cancelled', names: ['alpha'], results: { alpha: 'cancelled' } }),
    record({ run_id: '2', result: 'partial', names: ['alpha'], results: { alpha: 'partial' } }),
    record({ run_id: '1', names: ['alpha', 'beta'] }),
  ];
  const states = bucketStates({ buckets: ['alpha', 'beta', 'gamma'] }, runs);
  assert.deepEqual(states.map((entry) => entry.run?.run_id ?? null), ['2', '1', null]);
});

test('a run that was not committed takes nothing away from what is held', () => {
  const good = record({ run_id: '1', names: ['alpha', 'beta'] });
  good.buckets[0].counts = counts({ linked: [5, 50] });
  const failed = record({ run_id: '2', result: 'failed', names: ['alpha', 'beta'], results: { alpha: 'failed' } });
  const states = bucketStates({ buckets: ['alpha', 'beta'] }, [failed, good]);
  assert.deepEqual(states.map((entry) => [entry.record.result, entry.run.run_id, entry.goodRun.run_id]), [['failed', '2', '1'], ['success', '1', '1']]);
  assert.equal(protectedTotals(states).objects, 5);
});

test('what is protected is the sum of the files of each bucket', () => {
  const run = record({ names: ['alpha'] });
  run.buckets[0].counts = counts({ linked: [5, 50], downloaded: [1, 10], carried: [2, 20], kept: [1, 1], failed: [1, 1] });
  assert.deepEqual(protectedTotals(bucketStates({ buckets: ['alpha', 'beta'] }, [run])), { objects: 9, bytes: 81, buckets: 1 });
});
