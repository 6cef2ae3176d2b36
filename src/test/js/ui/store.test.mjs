import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY, lastDrill, reduce, Store } from '../../../../webroot/js/store.js';
import { iso, NOW, record, runState, scheduler, status } from './fixtures.mjs';

const loaded = reduce(EMPTY, 'state', { status: status({ at: iso(NOW - 60_000) }), backup: { running: false, current: null, last: null, last_success: null }, scheduler: scheduler(), config: { hash: 'h', buckets: ['alpha'] } });

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
  assert.equal(reduce(silent, 'state', { status: loaded.status, backup: loaded.backup, config: loaded.config }).silent, false);
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

test('a judgement that is older than the one at hand is dropped', () => {
  const newer = reduce(loaded, 'status', status({ at: iso(NOW), title: 'new' }));
  assert.equal(reduce(newer, 'status', status({ at: iso(NOW - 1000) })).status.title, 'new');
});

test('jobs that are no backups are kept beside the runs: those under way, and each that ended once, the newest first', () => {
  const restore = (id, at, result) => ({ kind: 'restore', run_id: id, started_at: iso(at), result });
  let state = reduce(loaded, 'restore.started', { kind: 'restore', run_id: 'r2', at: iso(NOW) });
  assert.equal(reduce(state, 'restore.progress', { kind: 'restore', run_id: 'r2', at: iso(NOW - 1000) }), state, 'late');
  state = reduce(state, 'verify.progress', { kind: 'verify', run_id: 'v', at: iso(NOW) });
  assert.deepEqual(state.jobs.map((each) => each.run_id), ['r2', 'v']);
  state = reduce(state, 'restore.finished', restore('r2', NOW, 'success'));
  assert.equal(reduce(state, 'restore.progress', { kind: 'restore', run_id: 'r2', at: iso(NOW + 1000) }), state, 'it has ended');
  assert.deepEqual(state.jobs.map((each) => each.run_id), ['v']);
  state = reduce(state, 'ended', [restore('r2', NOW, 'success'), restore('r1', NOW - 9e6, 'failed'), restore('r3', NOW, 'running'), { ...record(), kind: 'backup' }]);
  assert.deepEqual(state.ended.map((each) => each.run_id), ['r2', 'r1']);
  assert.equal(state.backup, loaded.backup);
  assert.equal(state.runs, loaded.runs);
});

test('the last drill is the newest that came to an end by itself', () => {
  const drill = (id, at, result) => ({ kind: 'drill', run_id: id, started_at: iso(at), finished_at: iso(at + 3000), result });
  let state = reduce(loaded, 'drill.finished', drill('d2', NOW - 2000, 'partial'));
  state = reduce(state, 'ended', [drill('d2', NOW - 2000, 'partial'), drill('d1', NOW - 9000, 'success'), { ...drill('r', NOW + 1, 'success'), kind: 'restore' }]);
  state = reduce(state, 'drill.finished', drill('d3', NOW, 'cancelled'));
  assert.equal(lastDrill(state).run_id, 'd2');
  assert.equal(lastDrill(loaded), undefined);
});
