import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEVERAL, bucketChoice, compact, format, newPrefix, parse, parsePlace, snapshotFor } from '../../../../webroot/js/restore-request.js';

const WHOLE = {
  snapshot: 'hublink_20261127070000', absent_in: 'hublink_20261127130000', to: 's3://b/restored/', overwrite: 'if-older', storage_class: 'GLACIER_IR', sse: 'true',
  buckets: ['a', 'b@other'], include: ['*.pdf', 'a b*'], exclude: ['*.tmp'], delete_extra: true, create_bucket: true, without_tags: true,
  keys: ['plain', 'a//b', '\u0000\n', 'é 😀', '%2F+&=?#', '<script>', ' ', '\u202egnp'], prefixes: ['notes/', '/'],
};
const back = (address) => {
  const { search, hash } = new URL(address, 'http://hub/restore');
  return parse(search, hash);
};

test('any request survives its address', () => {
  assert.deepEqual(back(format(WHOLE)), { request: WHOLE, lost: false });
  assert.equal(format({}), '');
  assert.deepEqual(back(format({ buckets: ['b'], keys: ['k'] })).request, { buckets: ['b'], keys: ['k'] });
});

test('some buckets never become all, and all of a snapshot are all', () => {
  assert.equal(bucketChoice(), '');
  assert.equal(bucketChoice(['a']), 'a');
  assert.equal(bucketChoice(['a', 'b']), SEVERAL);
  assert.equal(bucketChoice(['a', 'b'], ['a', 'b', 'c']), SEVERAL);
  assert.equal(bucketChoice(['a', 'b'], ['a', 'c']), SEVERAL);
  assert.equal(bucketChoice(['a', 'b', 'gone'], ['a', 'b']), SEVERAL);
  assert.equal(bucketChoice(['b', 'a'], ['a', 'b']), '');
});

test('many keys go where no server sees them, and come back in their order', () => {
  const request = { snapshot: 's', buckets: ['b'], keys: Array.from({ length: 10_000 }, (_, i) => `folder/${i} & more`) };
  const [search] = format(request).split('#');
  assert.ok(search.length < 100, search);
  assert.deepEqual(back(format(request)), { request, lost: false });
});

test('an address that lost what was chosen does not turn into the whole bucket unsaid', () => {
  const address = format({ buckets: ['b'], keys: Array.from({ length: 500 }, (_, i) => `key-${i}`) });
  assert.equal(back(address.split('#')[0]).lost, true);
  assert.equal(back(address.slice(0, -1)).lost, true);
});

test('what says nothing is left out of a request, but not a refusal', () => {
  assert.deepEqual(compact({ snapshot: 's', at: '2026-11-27T07:00:00Z', to: null, keys: [], storage_class: '', delete_extra: false, sse: false }), { snapshot: 's', sse: false });
});

test('found keys are restored from the snapshot that holds the most of them', () => {
  const in1to3 = { versions: [{ first: 's1', last: 's3' }] };
  const in2and9 = { versions: [{ first: 's9', last: 's9' }, { first: 's2', last: 's2' }] };
  const in8 = { versions: [{ first: 's8', last: 's8' }] };
  assert.equal(snapshotFor([in1to3]), 's3');
  assert.equal(snapshotFor([in2and9]), 's9');
  assert.equal(snapshotFor([in1to3, in8]), 's8', 'of as many each, the newest');
  assert.equal(snapshotFor([in8, { versions: [{ first: 's1', last: 's8' }] }, in2and9]), 's8');
});

test('a place in S3 has a bucket and a prefix, whatever is in them', () => {
  assert.deepEqual(parsePlace('s3://b@x/a/b c/'), { bucket: 'b@x', prefix: 'a/b c/' });
  assert.deepEqual(parsePlace('s3://b'), { bucket: 'b', prefix: '' });
  assert.deepEqual(parsePlace('s3://b/a\nb'), { bucket: 'b', prefix: 'a\nb' });
  assert.deepEqual(parsePlace(undefined), { bucket: '', prefix: '' });
});

test('the prefix that is offered says what it holds', () => {
  assert.equal(newPrefix('hublink_20261127070000'), 'restored-20261127-0700/');
  assert.equal(newPrefix('old one'), 'restored/');
});
