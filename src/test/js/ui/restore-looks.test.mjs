import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasWork, heading, planParts, reasonWords, recordParts, restoreLook, sum, verdict } from '../../../../webroot/js/restore-looks.js';

const tally = (objects = 0, bytes = objects * 10) => ({ objects, bytes });
const plan = (given = {}) => ({
  objects: 30, bytes: 300, write: tally(20), replace: tally(5), identical: tally(4), skipped: { exists: tally(3), newer: tally(2) }, failed: { missing: tally(1) }, delete: tally(), ...given,
});
const record = (given = {}) => ({
  result: 'success', planned: tally(30), written: tally(21), identical: tally(4), skipped: { exists: tally(5) }, failed: {}, left: tally(), deleted: tally(), spared: {}, ...given,
});

test('each planned file is in one part of the plan, and each part has a name of its own', () => {
  const parts = planParts(plan());
  assert.equal(sum(parts).objects, 30);
  assert.equal(sum(parts).bytes, 300);
  assert.equal(new Set(parts.map((part) => part.label)).size, parts.length);
  assert.deepEqual(planParts(plan({ write: tally(), replace: tally(), identical: tally(), skipped: {}, failed: {} })).map((part) => part.part), ['write']);
});

test('the certificate says so when it adds up, and when it does not', () => {
  assert.deepEqual(verdict(record()), { tone: 'good', icon: 'check', text: 'Verified: every file accounted for.' });
  assert.match(verdict(record({ written: tally(20) })).text, /^1 planned files? /);
  assert.equal(verdict(record({ written: tally(20) })).tone, 'bad');
  const failed = verdict(record({ result: 'partial', written: tally(19), failed: { AccessDenied: tally(1), damaged: tally(1) } }));
  assert.deepEqual([failed.tone, failed.text], ['bad', 'Every file accounted for; 2 could not be written.']);
});

test('nothing is called verified that failed, was stopped or did not delete', () => {
  const spared = verdict(record({ result: 'partial', spared: { changed: tally(2), newer: tally(1) } }));
  assert.deepEqual([spared.tone, spared.text], ['warn', 'Every file accounted for; 3 not deleted after all.']);
  for (const result of ['failed', 'partial', 'cancelled', 'interrupted', 'something new']) {
    const { tone, text } = verdict(record({ result }));
    assert.deepEqual([tone, text], ['warn', 'Every file accounted for, but the restore did not come to its end.'], result);
  }
});

test('a restore that was stopped says how many files are still to be written', () => {
  assert.equal(verdict(record({ result: 'cancelled', written: tally(11), left: tally(10) })).text, 'Every file accounted for; 10 still to be written.');
});

test('every state has a heading and a look', () => {
  const headings = [
    [{ state: 'planning' }, 'Working out what would happen…'],
    [{ state: 'planned', plan: plan() }, 'Ready to restore 20 files'],
    [{ state: 'planned', plan: plan({ write: tally(), delete: tally(3) }) }, 'Ready to delete 3 files'],
    [{ state: 'planned', plan: plan({ write: tally() }) }, 'There is nothing to restore'],
    [{ state: 'refused' }, 'This cannot be restored'],
    [{ state: 'running' }, 'Restoring…'],
    [{ state: 'ended', record: record() }, 'Restored 21 files'],
    [{ state: 'ended', record: record({ written: tally(), deleted: tally(3) }) }, 'Deleted 3 files'],
    [{ state: 'ended', record: record({ written: tally() }) }, 'Nothing had to be restored'],
    [{ state: 'ended', record: record({ result: 'partial' }) }, 'Restored 21 files, but not all'],
    [{ state: 'ended', record: record({ result: 'failed', written: tally() }) }, 'The restore failed'],
    [{ state: 'ended', record: record({ result: 'cancelled', written: tally(1) }) }, 'Stopped after 1 file'],
  ];
  for (const [restore, words] of headings) {
    assert.equal(heading(restore), words);
    assert.ok(restoreLook(restore).label);
  }
  assert.equal(restoreLook({ state: 'ended', record: record({ result: 'something new' }) }).label, 'Failed');
});

test('a plan that only deletes has work too', () => {
  assert.equal(hasWork(plan({ write: tally(), delete: tally(1) })), true);
  assert.equal(hasWork(plan({ write: tally() })), false);
});

test('an unknown reason is said as it came, and cannot turn what is around it', () => {
  assert.equal(reasonWords('exists'), 'something else is there');
  assert.equal(reasonWords('AccessDenied'), 'AccessDenied');
  assert.equal(reasonWords('odd\u202ereason'), 'odd\\u202ereason');
});

test('what came to nothing is in no part but the first', () => {
  assert.deepEqual(recordParts(record({ written: tally(), identical: tally(), skipped: {} })).map((part) => part.part), ['written']);
});
