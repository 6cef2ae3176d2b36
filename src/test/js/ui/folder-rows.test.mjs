import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FolderRows } from '../../../../webroot/js/folder-rows.js';

const EVERY = 500;
const keyOf = (i) => `many/${String(i).padStart(7, '0')}`;

/** A folder of so many rows, answered as the server does. What was asked for is in `asked`. */
function folder(total, { every = EVERY, gate = () => Promise.resolve(), short = Infinity, first = 0 } = {}) {
  const keys = Array.from({ length: total }, (_, i) => keyOf(i + first));
  const asked = [];
  const ask = async (what, params, signal) => {
    asked.push({ what, ...params });
    await gate(what, signal);
    if (signal.aborted) throw new DOMException('', 'AbortError');
    if (what === 'map') return { total, every, keys: keys.filter((_, i) => i % every === 0), objects: total, bytes: 0, added: { objects: 0, bytes: 0 }, changed: { objects: 0, bytes: 0 }, removed: { objects: 0, bytes: 0 } };
    const limit = Math.min(params.limit, short);
    let begin = 0;
    if (params.offset != null) begin = params.offset;
    if (params.from != null) begin = keys.findIndex((key) => key >= params.from);
    if (params.after != null) begin = keys.findIndex((key) => key > params.after);
    if (begin < 0) begin = total;
    begin += params.skip ?? 0;
    let end = Math.min(total, begin + limit);
    if (params.before != null) {
      end = keys.findIndex((key) => key >= params.before);
      if (end < 0) end = total;
      begin = Math.max(0, end - limit);
    }
    const rows = keys.slice(begin, end).map((key) => ({ key, folder: false, state: 'same', bytes: 1 }));
    return { rows, previous: begin > 0 ? keys[begin] : null, next: end < total ? keys[end - 1] : null, limited: false };
  };
  return { ask, asked };
}

async function settled(rows, until) {
  for (let i = 0; i < 50 && !until(); i++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(until(), `${rows.total}`);
}

test('a small folder is there with one question', async () => {
  const { ask, asked } = folder(7);
  const rows = new FolderRows({}, ask);
  await rows.open();
  assert.equal(rows.total, 7);
  assert.equal(rows.counted, true);
  assert.equal(rows.row(6).key, keyOf(6));
  assert.equal(rows.row(7), undefined);
  rows.need(0, 7);
  assert.equal(asked.length, 1);
});

test('any row of a large one can be had, once it is counted', async () => {
  const { ask } = folder(12_345);
  const rows = new FolderRows({}, ask);
  await rows.open();
  assert.equal(rows.counted, false);
  rows.count();
  await settled(rows, () => rows.counted);
  assert.equal(rows.total, 12_345);
  rows.need(9_990, 10_010);
  await settled(rows, () => rows.row(10_009) !== undefined);
  for (let i = 9_990; i < 10_010; i++) assert.equal(rows.row(i).key, keyOf(i));
  rows.need(12_340, 12_400);
  await settled(rows, () => rows.row(12_344) !== undefined);
  assert.equal(rows.row(12_344).key, keyOf(12_344));
});

test('rows are there around a key before anybody knows where it is, and move to their place then', async () => {
  const { ask } = folder(50_000);
  const told = [];
  const rows = new FolderRows({}, ask, (news) => told.push(news));
  await rows.open({ around: keyOf(20_000), guess: 19_000, total: 49_000 });
  assert.equal(rows.indexOf(keyOf(20_000)), 19_000);
  assert.equal(rows.row(19_000).key, keyOf(20_000));
  assert.equal(rows.row(18_990).key, keyOf(19_990));
  rows.count();
  await settled(rows, () => rows.counted);
  assert.deepEqual(told.at(-1), { moved: 1000 });
  assert.equal(rows.row(20_000).key, keyOf(20_000));
  assert.equal(rows.indexOf(keyOf(20_000)), 20_000);
});

test('a key that is gone leads to the one behind it', async () => {
  const { ask } = folder(1000, { first: 500 });
  const rows = new FolderRows({}, ask);
  await rows.open({ around: keyOf(600) + 'x', guess: 600 });
  assert.equal(rows.row(rows.indexOf(keyOf(600) + 'x')).key, keyOf(601));
  assert.equal(rows.indexOf('many/'), null);
});

test('until it is counted one scrolls on from where the rows end', async () => {
  const { ask } = folder(2000);
  const rows = new FolderRows({}, ask);
  await rows.open({ around: keyOf(1000), guess: 1000 });
  rows.need(1190, 1210);
  await settled(rows, () => rows.row(1209) !== undefined);
  assert.equal(rows.row(1209).key, keyOf(1209));
  rows.need(940, 960);
  await settled(rows, () => rows.row(945) !== undefined);
  assert.equal(rows.row(945).key, keyOf(945));
});

test('a filter that finds little at a time is asked again', async () => {
  const { ask } = folder(400, { short: 30 });
  const rows = new FolderRows({}, ask);
  await rows.open();
  rows.count();
  await settled(rows, () => rows.counted);
  assert.equal((await rows.range(0, 400)).length, 400);
});

test('a sorted folder comes by number', async () => {
  const { ask, asked } = folder(1000);
  const rows = new FolderRows({ sorted: 'offset' }, ask);
  await rows.open();
  rows.count();
  await settled(rows, () => rows.counted);
  rows.need(700, 720);
  await settled(rows, () => rows.row(710) !== undefined);
  assert.equal(rows.row(710).key, keyOf(710));
  assert.ok(asked.filter(({ what }) => what === 'folder').every(({ offset }) => offset % 200 === 0));
});

test('what is stopped is not heard of again, and can be asked for anew', async () => {
  let open;
  const gate = () => new Promise((resolve) => { open = resolve; });
  const { ask } = folder(10, { gate });
  const rows = new FolderRows({}, ask, () => assert.fail('told'));
  const first = rows.open();
  rows.stop();
  open();
  await assert.rejects(first, { name: 'AbortError' });
  const second = rows.open();
  open();
  await second;
  assert.equal(rows.total, 10);
});

test('a selection over what was never seen has every row', async () => {
  const { ask } = folder(9000);
  const rows = new FolderRows({}, ask);
  await rows.open();
  rows.count();
  await settled(rows, () => rows.counted);
  const found = await rows.range(150, 8950);
  assert.equal(found.length, 8800);
  assert.equal(found[8799].key, keyOf(8949));
});
