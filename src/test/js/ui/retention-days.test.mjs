import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byMonth, countKinds, dayLines, daySum, kindOf } from '../../../../webroot/js/retention-days.js';

const at = (...date) => new Date(...date).toISOString();
const stays = (startedAt, ...reasons) => ({ snapshot: 's', started_at: startedAt, stays: true, reasons: reasons.map(([kind, text]) => ({ kind, text })) });
const goes = (startedAt) => ({ snapshot: 's', started_at: startedAt, stays: false, reasons: [] });
const DAILY = ['rule', 'daily 1 of 14'];

test('a snapshot is kept by rules, or by something that no rule changes, or goes', () => {
  assert.equal(kindOf(stays(null, DAILY)), 'rule');
  assert.equal(kindOf(stays(null, ['pinned', 'pinned'], DAILY)), 'held');
  assert.equal(kindOf(stays(null, ['later versions know more', '…'])), 'held');
  assert.equal(kindOf(goes(null)), 'goes');
  assert.deepEqual(countKinds([stays(null, DAILY), goes(null), goes(null)]), { rule: 1, held: 0, goes: 2 });
});

test('months have all their days, the newest month first, and a day its snapshots in their order', () => {
  const morning = goes(at(2026, 1, 28, 6));
  const evening = stays(at(2026, 1, 28, 18), DAILY);
  const old = { snapshot: 'hublink_20240101', started_at: null, stays: true, reasons: [{ kind: 'legacy', text: 'made by the old tool' }] };
  const { months, undated } = byMonth([stays(at(2026, 2, 1, 0, 30), DAILY), evening, morning, goes(at(2024, 1, 29, 12)), old]);
  assert.deepEqual(months.map(({ title, days }) => [title, days.length]), [['March 2026', 31], ['February 2026', 28], ['February 2024', 29]]);
  assert.deepEqual(months[1].days[27].verdicts, [morning, evening]);
  assert.match(months[1].days[27].title, /^Saturday,? 28 February 2026$/);
  assert.equal(months[2].days[28].verdicts.length, 1);
  assert.deepEqual(undated, [old]);
  assert.equal(new Set(months.flatMap(({ days }) => days.map(({ key }) => key))).size, 31 + 28 + 29);
});

test('a day says how many stay and go', () => {
  const keep = stays(null, DAILY);
  const go = goes(null);
  assert.equal(daySum([keep]), '1 snapshot: stays');
  assert.equal(daySum([keep, keep]), '2 snapshots: all stay');
  assert.equal(daySum([go]), '1 snapshot: goes');
  assert.equal(daySum([go, go]), '2 snapshots: all go');
  assert.equal(daySum([keep, go, go]), '3 snapshots: 1 stays, 2 go');
  assert.equal(daySum([keep, keep, go]), '3 snapshots: 2 stay, 1 goes');
});

test('and why, of the first ones', () => {
  assert.deepEqual(dayLines([stays(at(2026, 1, 28, 6), DAILY, ['pinned', 'pinned']), goes(at(2026, 1, 28, 18))]), ['06:00 daily 1 of 14, pinned', '18:00 goes']);
  const lines = dayLines(Array.from({ length: 24 }, (_, hour) => goes(at(2026, 1, 28, hour))));
  assert.equal(lines.length, 9);
  assert.equal(lines.at(-1), 'and 16 more');
  assert.deepEqual(dayLines([{ snapshot: 'hublink_old', started_at: null, stays: true, reasons: [{ kind: 'legacy', text: 'made by the old tool' }] }]),
    ['hublink_old made by the old tool']);
});
