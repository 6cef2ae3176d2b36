import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drillWords, plain, sentence, snapshotTime, whatWords } from '../../../../webroot/js/restore-words.js';

process.env.TZ = 'UTC';
const NOW = Date.parse('2026-11-27T18:00:00Z');
const TODAY = 'hublink_20261127070000';
const what = (request) => plain(whatWords(request, NOW));

test('what is restored is said as a person would', () => {
  assert.equal(what({ buckets: ['documents'] }), 'everything in documents');
  assert.equal(what({}), 'everything in all buckets');
  assert.equal(what({ buckets: ['b'], keys: ['a/b.txt'] }), 'the file a/b.txt in b');
  assert.equal(what({ buckets: ['b'], prefixes: ['notes/'] }), 'the folder notes/ in b');
  assert.equal(what({ buckets: ['b'], prefixes: ['no'] }), 'every file that begins with no in b');
  assert.equal(what({ buckets: ['a', 'b', 'c'], keys: ['x', 'y'], prefixes: ['p/'] }), '2 files and 1 folder in a, b and c');
  assert.equal(what({ buckets: ['b'], absent_in: TODAY }), 'what the snapshot of today 07:00 no longer holds in b');
  assert.equal(what({ buckets: ['b'], include: ['*.pdf'], exclude: ['*.tmp', 'x', 'y', 'z'] }), 'everything in b, only *.pdf, without *.tmp, x and 2 more');
});

test('the sentence says where to and what happens to what is there', () => {
  const request = { snapshot: TODAY, buckets: ['b'], keys: ['k'] };
  assert.equal(plain(sentence({ ...request, to: 's3://b/restored/' }, NOW)),
    'Restore the file k in b, as of today 07:00, to s3://b/restored/. Whatever is there already stays as it is.');
  assert.match(plain(sentence({ ...request, to: 's3:///restored/' }, NOW)), /to a bucket that is still to be named/);
  assert.equal(plain(sentence({ ...request, in_place: 'b', overwrite: 'if-different', delete_extra: true }, NOW)),
    'Restore the file k in b, as of today 07:00, back to its place in b. What is there and differs is replaced. What is there and not in the snapshot is deleted.');
  assert.equal(plain(sentence({ at: '2026-11-26T07:00:00Z', to_dir: '/tmp/x' }, NOW)),
    'Restore everything in all buckets, as of yesterday 07:00, to the folder /tmp/x. Whatever is there already stays as it is.');
});

test('names are told apart from words, so that none can pretend to be one', () => {
  const phrase = sentence({ snapshot: TODAY, buckets: ['in all buckets'], keys: ['to s3://other/'], to: 's3://b/' }, NOW);
  assert.deepEqual(phrase.filter((part) => part.name != null).map((part) => part.name), ['to s3://other/', 'in all buckets', 's3://b/']);
});

test('the name of a snapshot tells its time, and a strange one tells none', () => {
  assert.equal(snapshotTime(TODAY), Date.parse('2026-11-27T07:00:00Z'));
  assert.equal(snapshotTime('2026-11-27'), null);
  assert.equal(snapshotTime(undefined), null);
});

test('the last drill is said in one phrase', () => {
  const drill = { sampled: { objects: 20 }, same: { objects: 19 }, started_at: '2026-11-25T17:59:57Z', finished_at: '2026-11-25T18:00:00Z' };
  assert.equal(drillWords(drill, NOW), 'last drill: 19 of 20 came back, 3 s, 2 days ago');
});
