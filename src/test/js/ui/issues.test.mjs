import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issues, troubledSince } from '../../../../webroot/js/issues.js';
import { HOUR, iso, NOW, record, scheduler, standing, status } from './fixtures.mjs';

const held = { objects: 5, bytes: 50 };
const DENIED = { cause: 'access_denied', title: 'Access denied (403)', advice: 'Allow it.', objects: 56, bytes: 9, buckets: ['alpha', 'beta'], examples: [] };
const GONE = { cause: 'no_such_bucket', title: 'The bucket doesn’t exist', advice: 'Check the name.', objects: 0, bytes: 0, buckets: ['gamma'], examples: [] };

function state(given = {}) {
  return { status: status(given.status), backup: { running: false, current: null, last: given.runs?.[0] ?? null }, scheduler: scheduler(given.scheduler), runs: given.runs ?? [] };
}

function failing(causes = [GONE, DENIED]) {
  const bad = { results: { alpha: 'partial', beta: 'partial', gamma: 'failed' }, result: 'partial' };
  return state({
    runs: [
      { ...record({ run_id: 'r3', started_at: iso(NOW - HOUR), ...bad }), causes },
      record({ run_id: 'r2', started_at: iso(NOW - 2 * HOUR), results: { alpha: 'partial' }, result: 'partial' }),
      record({ run_id: 'r1', started_at: iso(NOW - 3 * HOUR) }),
    ],
    status: {
      state: 'failing',
      buckets: [standing({ bucket: 'alpha', state: 'partial', problem: '50 objects could not be copied', held }), standing({ bucket: 'beta', state: 'partial', problem: '6 objects could not be copied', held }),
        standing({ bucket: 'gamma', state: 'failing', problem: 'gamma is gone' })],
    },
  });
}

test('nothing is wrong on a good day, nor while nothing is known', () => {
  assert.deepEqual(issues(state()), []);
  assert.deepEqual(issues({ status: null }), []);
});

test('failures are one thing a cause, with its extent, its beginning, and the buckets to retry', () => {
  const [gone, denied, ...others] = issues(failing());
  assert.equal(others.length, 0);
  assert.equal(gone.title, 'The bucket doesn’t exist');
  assert.equal(gone.tone, 'bad');
  assert.equal(gone.text, 'gamma.');
  assert.equal(denied.title, 'Access denied (403) on 56 objects');
  assert.equal(denied.text, 'alpha and beta. Their previous versions are kept.');
  assert.equal(denied.remedy, 'Allow it.');
  assert.deepEqual([denied.since, denied.often], [NOW - 2 * HOUR, 2]);
  assert.deepEqual(denied.actions, [{ path: '/runs/r3#access_denied', label: 'Show' }, { does: 'run', buckets: ['alpha', 'beta'], label: 'Retry' }]);
});

test('the same cause in runs of two schedules is one thing, and the figures of both are added', () => {
  const given = failing([DENIED, GONE]);
  const other = { ...record({ run_id: 'other', started_at: iso(NOW - 30_000), names: ['delta'], results: { delta: 'partial' }, result: 'partial' }), causes: [{ ...DENIED, objects: 4, buckets: ['delta'] }] };
  given.runs = [other, ...given.runs];
  given.status.buckets.push(standing({ bucket: 'delta', state: 'partial', held }));
  const denied = issues(given).find(({ id }) => id === 'cause-access_denied');
  assert.equal(denied.title, 'Access denied (403) on 60 objects');
  assert.deepEqual(denied.actions[1].buckets, ['alpha', 'beta', 'delta']);
});

test('workers that are missing are one thing, whoever of them is back', () => {
  const lost = (message) => issues(state({ status: { conditions: [{ kind: 'worker', message, remedy: 'Start it again.', since: iso(NOW - HOUR) }] } }))[0];
  const one = lost('Worker rack-2 is lost.');
  assert.deepEqual([one.title, one.tone, one.since], ['Worker rack-2 is lost.', 'warn', NOW - HOUR]);
  assert.deepEqual(one.actions, [{ path: '/storage#workers', label: 'Show' }]);
  const several = lost(`3 workers are lost: ${'rack-2-of-the-second-room'}, rack-3-of-the-second-room and rack-4.`);
  assert.equal(several.title, 'Workers are missing');
  assert.equal(several.id, one.id);
});

test('records that know no causes are grouped by what the server says of each bucket', () => {
  const given = failing(null);
  const found = issues(given);
  assert.deepEqual(found.map(({ title }) => title), ['gamma is gone', '50 objects could not be copied', '6 objects could not be copied']);
});

test('what stands for all buckets of an account is retried with all', () => {
  const given = failing([{ ...GONE, buckets: ['*@archive'] }]);
  given.runs[0].buckets.push({ ...given.runs[0].buckets[0], bucket: '*@archive', result: 'failed' });
  given.backup.last = given.runs[0];
  given.status.buckets = [standing({ bucket: '*@archive', state: 'failing' })];
  assert.deepEqual(issues(given)[0].actions[1].buckets, []);
});

test('a run that failed before it came to its buckets is told with its message', () => {
  const run = { ...record({ result: 'failed', buckets: [], message: 'the disk is full' }), causes: [{ cause: 'disk_full', title: 'The disk is full', advice: 'Make room.', objects: 0, bytes: 0, buckets: [], examples: [] }] };
  const [only] = issues(state({ runs: [run], status: { state: 'failing' } }));
  assert.deepEqual([only.title, only.text, only.remedy, only.actions[1].buckets], ['The disk is full', 'The disk is full', 'Make room.', []]);
  const [once] = issues(state({ runs: [{ ...run, message: 'not enough room. Make room; nothing is lost' }], status: { state: 'failing' } }));
  assert.deepEqual([once.text, once.remedy], ['Not enough room. Make room; nothing is lost', '']);
});

test('of a disk that is full nobody hears when it will be', () => {
  const conditions = [{ kind: 'disk', message: 'The disk of the data folder is full about 6 December if it goes on like this.', remedy: 'Make room.' }];
  const cause = { cause: 'disk_full', title: 'The backup disk is full', advice: 'Make room.', objects: 3, bytes: 0, buckets: ['alpha'], examples: [] };
  const whole = { ...record({ result: 'failed', buckets: [] }), causes: [{ ...cause, objects: 0, buckets: [] }] };
  const one = { ...record({ results: { alpha: 'failed' }, result: 'failed' }), causes: [cause] };
  const titles = (runs, buckets = []) => issues(state({ runs, status: { state: 'failing', buckets, conditions } })).map(({ title }) => title);
  assert.deepEqual(titles([whole]), ['The backup disk is full']);
  assert.deepEqual(titles([one], [standing({ state: 'failing' })]), ['The backup disk is full on 3 objects']);
  assert.deepEqual(titles([]), ['The disk is filling up']);
});

test('where nothing can begin, nobody is told to begin it', () => {
  const conditions = [{ kind: 'data_folder', message: 'It cannot be written.', remedy: 'Let it belong to HubStorage.' }];
  const found = issues(state({ scheduler: { overdue: true, next_backup: iso(NOW - HOUR) }, status: { state: 'failing', conditions } }));
  assert.deepEqual(found.map(({ title }) => title), ['It cannot be written.']);
});

test('only what is there is kept', () => {
  const told = (objects) => issues(state({ runs: [record({ results: { alpha: 'partial' }, result: 'partial' })],
    status: { state: 'partial', buckets: [standing({ state: 'partial', problem: '5 objects could not be copied', held: { objects, bytes: objects } })] } }))[0].text;
  assert.match(told(7), /kept/);
  assert.doesNotMatch(told(0), /kept/);
});

test('an alarm with a long sentence has a short title', () => {
  const alarm = { id: 'clock_moved', kind: 'clock_moved', message: 'The clock says 2026-11-27T21:08:14Z, but the newest snapshot began later.', remedy: 'Set it.', since: iso(NOW), times: 1 };
  const [moved] = issues(state({ status: { state: 'attention', alarms: [alarm] } }));
  assert.deepEqual([moved.title, moved.text], ['The clock was set back', alarm.message]);
});

test('what the headline says is not said again, and what stops all backups comes first', () => {
  const given = failing();
  given.status.title = 'The folder is gone, and this sentence goes on for so long that it is no title at all.';
  given.status.conditions = [{ kind: 'disk', message: 'The disk of the data folder is full about 6 December if it goes on like this.', remedy: 'Make room.' },
    { kind: 'replication', message: 'The second copy is away.', remedy: '' }, { kind: 'data_folder', message: given.status.title, remedy: 'Mount it.', since: iso(NOW - HOUR) }];
  const found = issues(given);
  assert.deepEqual(found.map(({ title }) => title),
    ['The data folder can’t be used', 'The bucket doesn’t exist', 'Access denied (403) on 56 objects', 'The disk is filling up', 'The second copy is away.']);
  assert.deepEqual([found[0].text, found[0].since], ['', NOW - HOUR]);
  assert.match(found[3].text, /6 December/);
  assert.equal(found[4].text, '');
});

test('a late backup can be run, an alarm acknowledged', () => {
  const alarm = { id: 'shrunk-alpha', kind: 'shrunk', bucket: 'alpha', message: 'alpha shrank.', remedy: 'Look.', since: iso(NOW - HOUR), last: iso(NOW), times: 2 };
  const [late, shrunk] = issues(state({ scheduler: { overdue: true, next_backup: iso(NOW - 2 * HOUR) }, status: { state: 'late', alarms: [alarm], buckets: [standing({ state: 'late' })] } }));
  assert.deepEqual([late.title, late.since, late.actions[1]], ['A backup should have started', NOW - 2 * HOUR, { does: 'run', buckets: [], label: 'Run now' }]);
  assert.deepEqual([shrunk.title, shrunk.often, shrunk.actions], ['alpha shrank.', 2, [{ path: '/buckets/alpha', label: 'Show' }, { does: 'acknowledge', alarm: 'shrunk-alpha', label: 'Acknowledge' }]]);
  assert.deepEqual(issues(state({ status: { state: 'late', buckets: [standing({ state: 'late' }), standing({ bucket: 'beta' })] } }))[0].actions[1].buckets, ['alpha']);
});

test('a bucket is in trouble since the first run that went wrong after the last good one; runs without it say nothing', () => {
  const runs = [record({ results: { alpha: 'failed' }, started_at: iso(NOW - 1) }), record({ names: ['beta'], started_at: iso(NOW - 2) }), record({ results: { alpha: 'partial' }, started_at: iso(NOW - 3) }),
    record({ started_at: iso(NOW - 4) }), record({ results: { alpha: 'failed' }, started_at: iso(NOW - 5) })];
  assert.deepEqual(troubledSince(runs, 'alpha'), { since: NOW - 3, often: 2 });
  assert.deepEqual(troubledSince(runs, 'gone'), { since: null, often: 0 });
});
