import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { write } from '../../../../webroot/js/config-model.js';
import { options, problemsOf, sections, sentence } from '../../../../webroot/js/schema.js';

const schema = JSON.parse(readFileSync('conf/config.schema.json', 'utf8'));
const defaults = options(schema).reduce((config, { path, schema: { default: value } }) => (value === undefined ? config : write(config, path, value)), {});
const paths = (config) => problemsOf(schema, config).map((problem) => problem.path);

test('the defaults and an empty configuration are right', () => {
  assert.deepEqual(problemsOf(schema, defaults), []);
  assert.deepEqual(problemsOf(schema, {}), []);
});

test('a member that the schema does not know is left alone', () => {
  assert.deepEqual(paths({ mine: { a: 1 }, automation: { odd: true } }), []);
});

test('every problem is named with its place, what was found and what is allowed', () => {
  const config = {
    s3_buckets: ['a', 'good-bucket', { name: 'x', prefix: 3 }, 'good-bucket'],
    automation: { interval_hours: -2, max_retries: 1.5, enabled: 'yes' },
    logging: { level: 'LOUD' },
    sync_options: { exclude_patterns: ['*.tmp', ''] },
  };
  assert.deepEqual(paths(config).sort(), [
    'automation.enabled', 'automation.interval_hours', 'automation.max_retries', 'logging.level', 's3_buckets[0]', 's3_buckets[2].name',
    's3_buckets[2].prefix', 's3_buckets[3]', 'sync_options.exclude_patterns[1]',
  ]);
  const interval = problemsOf(schema, config).find((problem) => problem.path === 'automation.interval_hours');
  assert.deepEqual(interval, { path: 'automation.interval_hours', found: '-2', allowed: 'hours above 0, up to 8784; fractions count' });
});

test('null means the default everywhere', () => {
  assert.deepEqual(paths({ s3_buckets: null, automation: { interval_hours: null, cron: null }, logging: null }), []);
});

test('an old spelling, a blank and a text around which there are blanks are right, as on the server', () => {
  assert.deepEqual(paths({ logging: { level: 'warning', file: ' ' }, sync_options: { storage_class: ' GLACIER_IR ' } }), []);
});

test('every bucket alone is right, and a prefix is measured in bytes', () => {
  assert.deepEqual(paths({ s3_buckets: ['*'] }), []);
  assert.deepEqual(paths({ s3_buckets: [{ name: 'good-bucket', prefix: 'é'.repeat(513) }] }), ['s3_buckets[0].prefix']);
});

test('a problem is a sentence that names the row and what would be right', () => {
  const [problem] = problemsOf(schema, { s3_buckets: ['good-bucket', 'Bad Bucket!'] });
  assert.equal(sentence(schema, problem), 'Row 2: "Bad Bucket!" isn\'t a valid bucket name. Allowed: 3 to 255 letters, digits, dots, hyphens and underscores, beginning with a letter or digit.');
  assert.equal(sentence(schema, { path: 'no.such', found: '1', allowed: 'none' }), "1 isn't a valid value. Allowed: none.");
});

test('each section of the form has its options', () => {
  assert.deepEqual(sections(schema).map(({ id, options: { length } }) => [id, length > 0]), [
    ['buckets', true], ['copied', true], ['schedule', true], ['guards', true], ['logging', true], ['advanced', true],
  ]);
});
