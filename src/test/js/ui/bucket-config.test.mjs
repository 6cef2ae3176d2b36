// Run by ScriptsTest with `node --test`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf, coversAll, filtersOf, names, withBuckets, withoutBucket } from '../../../../webroot/js/bucket-config.js';

const CONFIG = {
  s3_buckets: ['photos', { name: 'docs', prefix: 'public/' }, { name: 'photos', account: 'archive', request_payer: true }],
  sync_options: { exclude_patterns: ['*.tmp'] },
  automation: { schedules: [{ name: 'weekly', buckets: ['photos', 'docs'] }, { name: 'monthly', buckets: ['photos@archive'] }] },
  unknown: { stays: true },
};

test('a bucket of a named account is another one', () => {
  assert.ok(names(CONFIG, 'photos@archive'));
  assert.ok(!names({ s3_buckets: ['photos'] }, 'photos@archive'));
});

test('every bucket is backed up where that is chosen, in either way', () => {
  assert.ok(coversAll({ use_dynamic_buckets: true }));
  assert.ok(coversAll({ s3_buckets: ['*'] }));
  assert.ok(!coversAll(CONFIG));
  assert.ok(!coversAll({}));
});

test('buckets are added once, and all else stays as it is', () => {
  const more = withBuckets(CONFIG, ['photos', 'videos', 'scans@archive']);
  assert.deepEqual(more.s3_buckets, [...CONFIG.s3_buckets, 'videos', { name: 'scans', account: 'archive' }]);
  assert.deepEqual({ ...more, s3_buckets: null }, { ...CONFIG, s3_buckets: null });
  assert.deepEqual(withBuckets({}, ['a']), { s3_buckets: ['a'] });
});

test('a bucket that is taken out leaves its schedules, and a schedule that has none is no more', () => {
  const less = withoutBucket(CONFIG, 'photos@archive');
  assert.deepEqual(less.s3_buckets, CONFIG.s3_buckets.slice(0, 2));
  assert.deepEqual(less.automation.schedules, CONFIG.automation.schedules.slice(0, 1));
  assert.deepEqual(withoutBucket(CONFIG, 'photos').automation.schedules, [{ name: 'weekly', buckets: ['docs'] }, CONFIG.automation.schedules[1]]);
  assert.deepEqual(withoutBucket({ s3_buckets: ['a'] }, 'a'), { s3_buckets: [] });
});

test('filters are those of all buckets and the prefix of its own', () => {
  assert.deepEqual(filtersOf(CONFIG, 'docs'), { prefix: 'public/', exclude: ['*.tmp'], include: [] });
  assert.deepEqual(filtersOf({}, 'docs'), { prefix: '', exclude: [], include: [] });
});

test('the endpoint is that of its account; of the one in .env what that fixes', () => {
  const current = { config: { accounts: { archive: { endpoint: 'https://s3.example', region: 'eu' } } }, locked: { endpoint: 'http://127.0.0.1:9000' } };
  assert.deepEqual(accountOf(current, 'photos'), { name: null, endpoint: 'http://127.0.0.1:9000', region: null });
  assert.deepEqual(accountOf(current, 'photos@archive'), { name: 'archive', endpoint: 'https://s3.example', region: 'eu' });
  assert.deepEqual(accountOf(current, 'photos@other'), { name: 'other', endpoint: null, region: null });
});
