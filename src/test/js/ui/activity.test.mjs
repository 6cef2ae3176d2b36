import assert from 'node:assert/strict';
import test from 'node:test';
import { extent, retryAll, retryRequest, withoutKey } from '../../../../webroot/js/causes.js';
import { checks, plus, quoted, sumOf, SUMS } from '../../../../webroot/js/certificate-words.js';
import { fits, jobChanges, jobProgress, jobsQuestion, jobTitle, readFilters, writeFilters } from '../../../../webroot/js/job-words.js';
import { lostWorkers, outcome } from '../../../../webroot/js/run-words.js';
import { counts, NOW, record, runState } from './fixtures.mjs';

const cause = (given = {}) => ({
  cause: 'access_denied', title: 'Access denied (403)', advice: '', objects: 56, bytes: 2048, buckets: ['photos'], examples: [], ...given,
});

test('a cause says how much it concerns, or that it is of whole buckets or of the run', () => {
  assert.equal(extent(cause()), '56 objects (2.00 KiB) in photos');
  assert.equal(extent(cause({ buckets: ['a', 'b'], bytes: 0, objects: 1 })), '1 object in a and b');
  assert.equal(extent(cause({ buckets: ['a', 'b', 'c', 'd'] })), '56 objects (2.00 KiB) in 4 buckets');
  assert.equal(extent(cause({ objects: 0, buckets: ['a', 'b'] })), '2 buckets');
  assert.equal(extent(cause({ objects: 0, buckets: [] })), 'The whole run');
});

test('a retry is of the buckets that failed, and of the whole run where that failed', () => {
  const run = { ...record(), all_buckets: true, schedule: null };
  assert.deepEqual(retryRequest(cause(), run), { buckets: ['photos'] });
  assert.deepEqual(retryRequest(cause({ buckets: [] }), run), { buckets: [] });
  assert.deepEqual(retryRequest(cause({ buckets: ['*@archive'] }), { ...run, schedule: 'nightly' }), { schedule: 'nightly' });
  assert.deepEqual(retryRequest(cause({ buckets: [] }), { ...run, all_buckets: false }), { buckets: ['alpha', 'beta', 'gamma'] });
  assert.deepEqual(retryAll([cause(), cause({ buckets: ['docs', 'photos'] })], run), { buckets: ['photos', 'docs'] });
  assert.deepEqual(retryAll([cause(), cause({ buckets: [] })], run), { buckets: [] });
});

test('what is said of an example is the same without its name', () => {
  assert.equal(withoutKey({ key: 'a.jpg', error: 'Reading "a.jpg" failed' }), 'Reading … failed');
  assert.equal(withoutKey({ key: null, error: 'Listing failed' }), 'Listing failed');
});

test('filters are read from the address and written back; what is none is left out', () => {
  const filters = readFilters('?kind=backup,polish,drill&result=failed,errors&bucket=photos&trigger=cli');
  assert.deepEqual(filters, { kinds: ['backup', 'drill'], outcomes: ['failed', 'errors'], triggers: ['cli'], bucket: 'photos' });
  assert.equal(writeFilters(filters), '?kind=backup,drill&result=failed,errors&trigger=cli&bucket=photos');
  assert.equal(writeFilters(readFilters('?kind=constructor')), '');
  assert.equal(jobsQuestion(filters, 50, 'r1@7'),
    '/api/jobs?limit=50&before=r1%407&bucket=photos&kind=backup&kind=drill&result=failed&result=partial&trigger=cli');
});

test('a job that is heard of fits as the server would say', () => {
  const job = { ...record({ result: 'partial' }), kind: 'backup' };
  assert.equal(fits(readFilters(''), job), true);
  assert.equal(fits(readFilters('?kind=backup&result=errors&bucket=beta&trigger=schedule'), job), true);
  assert.equal(fits(readFilters('?bucket=other'), job), false);
  assert.equal(fits(readFilters('?result=good'), job), false);
  assert.equal(fits(readFilters('?bucket=photos'), { kind: 'restore', result: 'success', trigger: 'manual', buckets: ['photos'] }), true);
});

test('jobs are called by what they were about and say what they changed', () => {
  const run = { ...record({ names: ['photos', 'docs'] }), kind: 'backup' };
  assert.equal(jobTitle(run), 'Backup of photos and docs');
  assert.equal(jobTitle({ ...run, dry_run: true, buckets: [] }), 'Dry run');
  assert.equal(jobChanges({ ...run, totals: counts() }), 'No changes');
  assert.equal(jobChanges({ ...run, totals: counts({ downloaded: [3, 2048], failed: [2, 10], deleted: [1, 1] }) }), '3 objects new or changed, 2.00 KiB · 1 gone · 2 failed');
  assert.equal(jobChanges({ ...run, result: 'failed', totals: counts(), causes: [cause()] }), 'Access denied (403)');
  assert.equal(jobTitle({ kind: 'polish' }), 'Polish');
});

test('how far a run is is said once its end is known', () => {
  const open = runState({ kind: 'backup' });
  open.buckets[0].listing_complete = false;
  assert.equal(jobProgress(open).share, null);
  assert.equal(jobProgress(runState({ kind: 'backup' })).share, 1);
  assert.match(jobProgress(runState({ kind: 'backup', waiting: { what: 's3', cause: 'connection refused' } })).words, /^Waiting for S3: connection refused$/);
});

test('a run comes out in a sentence', () => {
  const totals = counts({ failed: [57, 10], kept: [57, 10] });
  assert.equal(outcome({ ...record({ result: 'partial' }), totals, causes: [cause(), cause()] }),
    "57 objects couldn't be copied, for 2 reasons. Everything else is safe; what failed keeps its previous version.");
  const partly = { ...record({ result: 'partial' }), totals: counts({ failed: [57, 10], kept: [1, 1] }) };
  assert.equal(outcome(partly), "57 objects couldn't be copied. Everything else is safe; 1 of them keeps the previous version.");
  assert.equal(outcome({ ...partly, totals: counts({ failed: [57, 10] }) }), "57 objects couldn't be copied. Everything else is safe.");
  assert.equal(outcome({ ...record({ result: 'failed' }), causes: [cause({ title: "Can't reach S3" })] }), "Nothing was backed up: can't reach S3.");
  assert.equal(outcome({ ...record({ names: ['photos'] }), totals: counts({ downloaded: [1, 1024] }) }), 'photos is safe: 1 object new or changed (1.00 KiB).');
  assert.equal(outcome(record({ new_snapshot: false })), 'All 3 buckets: nothing changed since the snapshot before.');
});

test('a run names the workers that were lost in it', () => {
  const lost = (given = {}) => ({ name: 'rack-2', at: '2026-11-23T02:14:00Z', shards: 3, times: 1, ...given });
  const run = (...workers) => record({ finished_at: '2026-11-23T03:00:00Z', workers_lost: workers });
  assert.deepEqual(lostWorkers(record()), []);
  assert.deepEqual(lostWorkers(run(lost(), lost({ name: 'a\u202eb', shards: 0 }), lost({ shards: 1, times: 2 })), 'UTC'), [
    'Worker rack-2 was lost at 02:14; others took over its 3 parts of buckets.',
    'Worker a\\u202eb was lost at 02:14.',
    'Worker rack-2 was lost 2 times, last at 02:14; others took over its 1 part of buckets.',
  ]);
  assert.equal(lostWorkers(run(...Array(7).fill(lost())), 'UTC').at(-1), 'And 2 more workers.');
});

test('the sums of a certificate are those of its counts', () => {
  const all = plus(counts({ listed: [3, 30], linked: [1, 10] }), counts({ listed: [1, 1], linked: [3, 21] }));
  const sum = sumOf(SUMS[0], all, { objects: 4, bytes: 31 });
  assert.equal(sum.adds, true);
  assert.deepEqual(sum.parts.map((part) => part.name), ['linked', 'downloaded']);
  assert.equal(sumOf(SUMS[1], all, { objects: 5, bytes: 31 }).adds, false);
});

test('the commands name every manifest, also those of named accounts, and take any path', () => {
  const [first] = checks({
    path: "/back ups/it's/hublink_1", certificate_sha256: 'aa',
    certificate: { buckets: [{ name: 'photos', manifest: { sha256: 'bb' }, files: { objects: 2 } }, { name: 'photos@cold', manifest: { sha256: 'cc' }, files: { objects: 1 } }, { name: 'none', manifest: null }] },
  });
  assert.match(first.command, /^cd '\/back ups\/it'\\''s\/hublink_1' &&/);
  assert.match(first.command, /\naa {2}run\.json\nbb {2}manifest\/photos\.jsonl\.zst\ncc {2}manifest@cold\/photos\.jsonl\.zst\nEND$/);
  assert.equal(quoted('/data/hublink_1'), '/data/hublink_1');
});
