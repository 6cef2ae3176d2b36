import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { problemsOf } from '../../../../webroot/js/schema.js';

const schema = JSON.parse(readFileSync('conf/config.schema.json', 'utf8'));
const paths = (config) => problemsOf(schema, config).map((problem) => problem.path);

test('the shipped configuration and an empty one are right', () => {
  assert.deepEqual(problemsOf(schema, JSON.parse(readFileSync('conf/config.json', 'utf8'))), []);
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
  assert.deepEqual(interval, { path: 'automation.interval_hours', found: '-2', allowed: 'a number greater than 0 up to 8784' });
});

test('null means the default everywhere', () => {
  assert.deepEqual(paths({ s3_buckets: null, automation: { interval_hours: null, cron: null }, logging: null }), []);
});
