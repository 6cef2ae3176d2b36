import assert from 'node:assert/strict';
import { test } from 'node:test';
import { above, compareKeys, crumbs, folderOf, format, leaf, parse, sortAfter, sorting, step } from '../../../../webroot/js/place.js';

const HERE = { ...parse(''), snapshot: 's2', bucket: 'b', prefix: 'a/', key: 'a/x', with: 's1', diff: 's0', filter: 'x', sort: '-size', view: 'changes' };
const ODD = ['plain', 'a/b', 'a//b', '/', '\u0000\n', 'é 😀', '%2F+&=?#', '<script>', ' ', '\u202egnp'];

test('any place survives its address', () => {
  for (const key of ODD) {
    const place = { ...HERE, prefix: folderOf(key), key, q: key, filter: key };
    assert.deepEqual(parse(format(place)), place);
  }
  assert.equal(format(parse('')), '');
  assert.equal(format(parse('?unknown=1')), '');
  assert.equal(format({ ...parse(''), bucket: 'b', prefix: 'a/', snapshot: 's' }), '?bucket=b&path=a%2F&at=s');
});

test('another time keeps all else', () => {
  assert.deepEqual(step(HERE, { snapshot: 's3' }), { ...HERE, snapshot: 's3' });
});

test('another folder closes the file and forgets the filter', () => {
  assert.deepEqual(step(HERE, { prefix: 'a/b/' }), { ...HERE, prefix: 'a/b/', key: '', diff: '', filter: '' });
});

test('another bucket begins at its top, at the same time', () => {
  assert.deepEqual(step(HERE, { bucket: 'c' }), { ...HERE, bucket: 'c', prefix: '', key: '', diff: '', filter: '' });
});

test('another file is not compared', () => {
  assert.deepEqual(step(HERE, { key: 'a/y' }), { ...HERE, key: 'a/y', diff: '' });
});

test('a click on a column sorts by it, a second one the other way round', () => {
  assert.deepEqual(sorting(parse('')), { column: 'name', descending: false });
  assert.deepEqual(sorting(parse('?sort=-size')), { column: 'size', descending: true });
  assert.deepEqual(sorting(parse('?sort=nonsense')), { column: 'name', descending: false });
  let place = parse('');
  const clicks = [];
  for (const column of ['size', 'size', 'time', 'name', 'name', 'name']) {
    place = { ...place, sort: sortAfter(place, column) };
    clicks.push(place.sort);
  }
  assert.deepEqual(clicks, ['-size', 'size', '-time', '', '-name', '']);
});

test('a key has a name and a folder, whatever slashes it has', () => {
  assert.equal(leaf('a/b/c.txt'), 'c.txt');
  assert.equal(leaf('a/b/'), 'b');
  assert.equal(leaf('a//'), '');
  assert.equal(leaf('/'), '');
  assert.equal(folderOf('a/b/c'), 'a/b/');
  assert.equal(folderOf('c'), '');
  assert.equal(above('a/b/'), 'a/');
  assert.equal(above('a/'), '');
});

test('crumbs lead down to the folder, also through names that are empty', () => {
  assert.deepEqual(crumbs(''), []);
  assert.deepEqual(crumbs('a//b/'), [{ name: 'a', prefix: 'a/' }, { name: '', prefix: 'a//' }, { name: 'b', prefix: 'a//b/' }]);
});

test('keys are in the order of their UTF-8 bytes', () => {
  const keys = ['', 'a', 'a/', 'a0', 'b', 'é', '\uffee', '\u{1f600}', '\u{1f601}', ...ODD];
  const bytes = (key) => Buffer.from(key, 'utf8');
  for (const a of keys) for (const b of keys) assert.equal(Math.sign(compareKeys(a, b)), Math.sign(Buffer.compare(bytes(a), bytes(b))), JSON.stringify([a, b]));
});
