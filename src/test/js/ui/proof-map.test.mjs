import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CELLS, advance, proofCells, runs } from '../../../../webroot/js/proof-map.js';

const tally = (objects) => ({ objects, bytes: objects * 10 });
const status = ({ files = 1000, proven = 0, due = [], damaged = 0, finished = null } = {}) => ({
  cycle: { cycle_number: 3, cycle_finished: finished, files: tally(files), proven: tally(proven) },
  due: due.map(([day, objects]) => ({ proven: day, files: tally(objects) })),
  damage: { files: damaged },
});
const counted = (cells) => runs(cells).map(({ kind, proven, count }) => [kind, proven, count]);

test('what this cycle has proven is in front, then what is due, the least recently proven first', () => {
  const cells = proofCells(status({ proven: 500, due: [[null, 100], ['2026-10-14', 150], ['2026-10-20', 250]] }));
  assert.deepEqual(counted(cells), [['proven', null, 120], ['never', null, 24], ['due', '2026-10-14', 36], ['due', '2026-10-20', 60]]);
});

test('a cycle that has ended has proven all, and without files there is no map', () => {
  assert.deepEqual(counted(proofCells(status({ finished: '2026-11-21T00:00:00Z', proven: 990 }))), [['proven', null, CELLS]]);
  assert.deepEqual(proofCells(status({ files: 0 })), []);
});

test('where nobody says when, what is not proven is due', () => {
  assert.deepEqual(counted(proofCells(status({ proven: 250 }))), [['proven', null, 60], ['due', null, 180]]);
});

test('a single damaged file among very many is seen, and so is the last one that is due', () => {
  const cells = proofCells(status({ files: 1_000_000, proven: 999_998, due: [['2026-10-14', 1]], damaged: 1 }));
  assert.equal(cells.length, CELLS);
  assert.deepEqual(counted(cells), [['proven', null, CELLS - 2], ['due', '2026-10-14', 1], ['damaged', null, 1]]);
});

test('progress takes from what was proven longest ago', () => {
  const before = status({ proven: 500, due: [[null, 100], ['2026-10-14', 150], ['2026-10-20', 250]] });
  const after = advance(before, { ...before.cycle, proven: tally(620) });
  assert.deepEqual(after.due.map((each) => [each.proven, each.files.objects]), [['2026-10-14', 130], ['2026-10-20', 250]]);
  assert.deepEqual(advance(before, { ...before.cycle, cycle_number: 4 }).due, before.due);
});
