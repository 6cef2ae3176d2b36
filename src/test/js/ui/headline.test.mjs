import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headline, LOOKS } from '../../../../webroot/js/headline.js';
import { bucketState, counts, HOUR, iso, NOW, record, runState, state } from './fixtures.mjs';

const say = (given) => headline(state(given), NOW);

test('all is safe when the last run covered every configured bucket', () => {
  const said = say();
  assert.equal(said.state, 'safe');
  assert.equal(said.title, 'All 3 buckets are safe.');
  assert.equal(said.detail, 'Last snapshot 2 h ago, next run in 4 h.');
});

test('a run that found nothing new is said to have checked, not to have made a snapshot', () => {
  assert.match(say({ good: record({ new_snapshot: false }) }).detail, /^Checked 2 h ago, nothing had changed/);
});

test('a bucket added since the last run is not called safe', () => {
  const said = say({ buckets: ['alpha', 'beta', 'gamma', 'new'] });
  assert.equal(said.title, '3 of 4 buckets are safe.');
  assert.match(said.detail, /^new has not been backed up yet/);
  assert.notEqual(said.state, 'safe');
});

test('with dynamic buckets the last run says how many there are', () => {
  assert.equal(say({ buckets: [], dynamic: true }).title, 'All 3 buckets are safe.');
  assert.equal(say({ buckets: ['*'] }).title, 'All 3 buckets are safe.');
});

test('a bucket with a prefix counts under its name', () => {
  assert.equal(say({ buckets: ['alpha', { name: 'beta', prefix: 'x/' }, 'gamma'] }).state, 'safe');
});

test('no bucket at all needs set-up', () => {
  assert.equal(say({ buckets: [], good: null }).state, 'needs_setup');
});

test('nothing is claimed while a part of the server is silent', () => {
  const said = say({ silent: true });
  assert.equal(said.state, 'failing');
  assert.doesNotMatch(said.title, /safe/);
});

test('a partial run names the buckets that need attention and passes on what to do', () => {
  const said = say({ last: record({ result: 'partial', results: { beta: 'partial' }, message: 'Allow s3:GetObject.' }) });
  assert.equal(said.state, 'failing');
  assert.equal(said.title, 'Completed with failures: 2 of 3 buckets are safe; beta needs attention.');
  assert.match(said.detail, /^Allow s3:GetObject\./);
});

test('a bucket that shrank is told beside what is safe', () => {
  const alarm = { bucket: 'beta', kind: 'shrunk', message: 'The bucket beta shrank from 9 to 1 objects.' };
  assert.match(say({ good: { ...record(), alarms: [alarm] } }).detail, /beta shrank from 9 to 1 objects\.$/);
});

test('a dry run that went well does not hide the failed run before it', () => {
  const dry = record({ run_id: 'dry', dry_run: true });
  const failed = record({ run_id: 'bad', result: 'failed' });
  assert.equal(say({ last: dry, runs: [dry, failed, record()] }).state, 'failing');
});

test('a stopped run takes nothing away from the last good one', () => {
  const said = say({ last: record({ result: 'cancelled' }) });
  assert.equal(said.state, 'safe');
  assert.match(said.detail, /stopped by hand/);
});

test('late, paused, switched off and never run are told apart', () => {
  assert.equal(say({ scheduler: { overdue: true, next_backup: null } }).state, 'late');
  assert.equal(say({ scheduler: { paused: true } }).title, 'The schedule is paused.');
  assert.equal(say({ scheduler: { enabled: false } }).title, 'The schedule is switched off.');
  assert.equal(say({ good: null }).state, 'never_run');
  assert.equal(say({ scheduler: { running: false } }).state, 'failing');
});

test('a next run is never said to be in the past', () => {
  assert.match(say({ scheduler: { next_backup: iso(NOW - 1000) } }).detail, /the next run is about to start\.$/);
});

test('a late run says since when and what to do', () => {
  assert.match(say({ scheduler: { overdue: true, next_backup: iso(NOW - 3 * HOUR) } }).detail, /^It was due 3 h ago\. Press Run now/);
  assert.equal(say({ scheduler: { overdue: true, next_backup: iso(NOW + 60_000) } }).detail, 'The next run starts in a minute.');
});

test('the title of a run does not tick, so that it is read aloud once', () => {
  const at = (listed) => say({ current: runState({ totals: counts({ listed: [listed, 0] }), buckets: [bucketState({ listing_complete: false })] }) });
  assert.equal(at(1).title, at(48_000).title);
  assert.match(at(48_000).detail, /still listing: 48,000 objects so far/);
});

test('a dry run says that nothing is written, a retry when it goes on', () => {
  assert.match(say({ current: runState({ dry_run: true }) }).detail, /Nothing is written/);
  assert.match(say({ current: runState({ phase: 'retrying', retry_at: iso(NOW + 5 * 60_000) }) }).detail, /begins in 5 min/);
});

test('every state has its look, and every sentence ends', () => {
  const all = [say(), say({ buckets: [] }), say({ current: runState() }), say({ scheduler: { overdue: true } }), say({ scheduler: { paused: true } }),
    say({ good: null }), say({ last: record({ result: 'failed' }) }), say({ good: record({ finished_at: iso(NOW - 40 * HOUR) }) })];
  for (const said of all) {
    assert.ok(LOOKS[said.state], said.state);
    assert.match(said.title, /\.$/);
    assert.match(said.detail, /\.$/);
    assert.doesNotMatch(said.title + said.detail, /undefined|NaN|null/);
  }
});

test('a stopped run does not hide that the one before it failed', () => {
  const stopped = record({ run_id: 'r3', result: 'cancelled' });
  const failed = record({ run_id: 'r2', result: 'failed', message: 'the disk is full' });
  const said = say({ last: stopped, runs: [stopped, failed, record()] });
  assert.equal(said.state, 'failing');
  assert.match(said.detail, /^the disk is full/);
});

test('a run of one bucket alone says nothing against the others', () => {
  const alone = record({ run_id: 'r2', names: ['alpha'], new_snapshot: false });
  assert.equal(say({ good: alone, runs: [alone, record()] }).state, 'safe');
});

test('a run that waits for S3 says what is wrong and since when, in amber', () => {
  const waiting = { what: 's3', cause: 'connection refused', since: iso(NOW - 60_000), buckets: ['alpha'], detail: null };
  const said = say({ current: runState({ waiting }) });
  assert.equal(said.state, 'waiting');
  assert.equal(LOOKS[said.state].tone, 'warn');
  assert.match(said.title, /^Waiting for S3: connection refused since \d\d:\d\d\.$/);
  assert.match(said.detail, /goes on by itself/);
  assert.match(say({ current: runState({ waiting, phase: 'retrying', retry_at: iso(NOW + 5 * 60_000) }) }).detail, /begins in 5 min/);
  assert.equal(say({ current: runState({ waiting, phase: 'cancelling' }) }).title, 'Stopping the run.');
});
