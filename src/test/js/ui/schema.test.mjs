import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { options, sentence } from '../../../../webroot/js/schema.js';

const schema = JSON.parse(readFileSync('conf/config.schema.json', 'utf8'));

test('a problem is a sentence that names the row and what would be right', () => {
  const problem = { path: 's3_buckets[1]', found: '"Bad Bucket!"', allowed: schema.$defs.bucketName['x-allowed'] };
  assert.equal(sentence(schema, problem), 'Row 2: "Bad Bucket!" isn\'t a valid bucket name: use 3 to 255 letters, digits, dots, hyphens and underscores, beginning with a letter or digit.');
  assert.equal(sentence(schema, { path: 'no.such', found: '1', allowed: 'none' }), "1 isn't a valid value: none.");
  const hours = { path: 'automation.interval_hours', found: '-1', allowed: 'hours above 0, up to 8784; fractions count' };
  assert.equal(sentence(schema, hours), "-1 isn't a valid number: use hours above 0, up to 8784; fractions count.");
  assert.equal(sentence(schema, { path: 's3_buckets[1].account', found: '"nas"', allowed: 'x' }, { s3_buckets: ['a', { name: 'photos' }] }), 'photos: "nas" isn\'t a valid account: x.');
  assert.equal(sentence(schema, { path: 'notify.channels[0].to', found: 'nothing', allowed: 'at least one address' }, { notify: { channels: [{ name: 'mail' }] } }), 'mail: This is needed: at least one address.');
});

test('a problem in an account names the account, and says what is meant', () => {
  const allowed = schema.properties.accounts.additionalProperties.properties.region['x-allowed'];
  assert.equal(sentence(schema, { path: 'accounts.archive.region', found: '"a b"', allowed }), 'archive: "a b" isn\'t a valid region: use a region such as eu-central-1.');
  assert.equal(sentence(schema, { path: 's3_buckets[1].account', found: '"nas"', allowed: 'archive' }), 'Row 2: "nas" isn\'t a valid account: archive.');
});

test('a list of objects has a column a member, with an example to begin with', () => {
  const limits = options(schema).find(({ path }) => path === 'transfer.limits');
  assert.deepEqual(limits.columns.map(({ name, schema: { title, examples } }) => [name, title, examples[0]]), [
    ['from', 'From', '08:00'], ['to', 'To', '18:00'], ['mbit_per_second', 'Mbit/s', 20],
  ]);
  const schedules = options(schema).find(({ path }) => path === 'automation.schedules');
  assert.deepEqual(schedules.columns.map(({ name }) => name), ['name', 'buckets', 'cron', 'interval_hours']);
  assert.equal(options(schema).find(({ path }) => path === 'sync_options.exclude_patterns').columns, undefined);
});
