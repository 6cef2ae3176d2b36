import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crumbs, folderOf, format, leaf, parse, step } from '../../../../webroot/js/place.js';

const HERE = { ...parse(''), snapshot: 's2', bucket: 'b', prefix: 'a/', key: 'a/x', with: 's1' };
const ODD = ['plain', 'a/b', 'a//b', '/', '\u0000\n', 'é 😀', '%2F+&=?#', '<script>', ' ', '\u202egnp'];

test('any place survives its address', () => {
  for (const key of ODD) {
    const place = { ...HERE, prefix: folderOf(key), key, q: key };
    assert.deepEqual(parse(format(place)), place);
  }
  assert.equal(format(parse('')), '');
  assert.equal(format(parse('?unknown=1')), '');
});

test('another snapshot keeps bucket and folder, and closes the file', () => {
  assert.deepEqual(step(HERE, { snapshot: 's3' }), { ...HERE, snapshot: 's3', key: '' });
});

test('another bucket begins at its top', () => {
  assert.deepEqual(step(HERE, { bucket: 'c' }), { ...HERE, bucket: 'c', prefix: '', key: '' });
});

test('no snapshot is compared with itself', () => {
  assert.equal(step(HERE, { snapshot: 's1' }).with, '');
});

test('a key has a name and a folder, whatever slashes it has', () => {
  assert.equal(leaf('a/b/c.txt'), 'c.txt');
  assert.equal(leaf('a/b/'), 'b');
  assert.equal(leaf('a//'), '');
  assert.equal(leaf('/'), '');
  assert.equal(folderOf('a/b/c'), 'a/b/');
  assert.equal(folderOf('c'), '');
});

test('crumbs lead down to the folder, also through names that are empty', () => {
  assert.deepEqual(crumbs(''), []);
  assert.deepEqual(crumbs('a//b/'), [{ name: 'a', prefix: 'a/' }, { name: '', prefix: 'a//' }, { name: 'b', prefix: 'a//b/' }]);
});
