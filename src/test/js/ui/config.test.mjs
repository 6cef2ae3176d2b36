import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assign, bucketCalled, bucketList, bucketName, bucketRows, cellText, cellValue, namedMembers, namedRows, changedLines, diffLines, number, read, same, write } from '../../../../webroot/js/config-model.js';
import { countdown, describeCron, describeNext, describeSchedule } from '../../../../webroot/js/schedule.js';
import { levelAllows, mistakeIn, TextMatcher } from '../../../../webroot/js/log-filter.js';
import { places } from '../../../../webroot/js/log-regex.js';

test('a change keeps every other member, known or not, and does not touch the original', () => {
  const config = { mine: { a: 1 }, automation: { interval_hours: 6, odd: true } };
  const changed = write(config, 'automation.interval_hours', 2);
  assert.deepEqual(changed, { mine: { a: 1 }, automation: { interval_hours: 2, odd: true } });
  assert.equal(config.automation.interval_hours, 6);
  assert.deepEqual(write({}, 'guards.max_shrink_percent', 5), { guards: { max_shrink_percent: 5 } });
  assert.equal(read(changed, 'automation.interval_hours'), 2);
  assert.equal(read(changed, 'nothing.here'), undefined);
});

test('the order of keys is no change', () => {
  assert.ok(same({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }));
  assert.ok(!same({ a: [1, 2] }, { a: [2, 1] }));
});

test('each problem goes to the most specific field, the rest is not lost', () => {
  const problems = ['s3_buckets[1].name', 'automation.interval_hours', 'unknown.place'].map((path) => ({ path }));
  const { byField, rest } = assign(problems, ['s3_buckets', 'automation', 'automation.interval_hours']);
  assert.deepEqual([...assign([{ path: 'retention' }], ['retention.enabled', 'retention.daily']).byField.keys()], ['retention.enabled']);
  assert.deepEqual([...byField.keys()], ['s3_buckets', 'automation.interval_hours']);
  assert.deepEqual(rest, [{ path: 'unknown.place' }]);
});

test('what is typed becomes a number only when it is one', () => {
  assert.equal(number('6'), 6);
  assert.equal(number(' 0,5 '), 0.5);
  assert.equal(number('six'), 'six');
  assert.equal(number(''), '');
});

test('a cell is a text, a number, a list or nothing, as its schema allows', () => {
  const types = {
    list: { type: 'array' }, hours: { type: ['number', 'null'], maximum: 9 }, cron: { type: ['string', 'null'] }, name: { type: 'string' },
  };
  assert.deepEqual(cellValue(types.list, ' photos,music  films, '), ['photos', 'music', 'films']);
  assert.deepEqual(cellValue(types.list, ''), []);
  assert.equal(cellText(['photos', 'music']), 'photos, music');
  assert.equal(cellValue(types.hours, '0,5'), 0.5);
  assert.equal(cellValue(types.hours, ' '), null);
  assert.equal(cellValue(types.hours, 'six'), 'six');
  assert.equal(cellValue(types.cron, ''), null);
  assert.equal(cellValue(types.name, ''), '');
  assert.equal(cellText(null), '');
  assert.equal(cellText(undefined), '');
});

test('the next backup is told with its schedule where there are several', () => {
  const main = { name: 'main', interval_hours: 6, cron: null, time_zone: null, next: 'b' };
  const weekly = { name: 'weekly', interval_hours: 6, cron: '0 3 * * 0', time_zone: null, next: 'a' };
  const all = { interval_hours: 6, cron: null, time_zone: null };
  assert.equal(describeNext({ ...all, next_backup: 'b', schedules: [main] }), 'every 6 h');
  assert.equal(describeNext({ ...all, next_backup: 'a', schedules: [main, weekly] }), 'weekly: every Sunday at 03:00');
  assert.equal(describeNext({ ...all, next_backup: 'b', schedules: [main, weekly] }), 'other buckets: every 6 h');
  assert.equal(describeNext({ ...all, next_backup: 'b' }), 'every 6 h', 'of an older server');
});

test('buckets keep their form, and members that we do not know', () => {
  const list = ['plain', { name: 'with', prefix: 'p/' }, { name: 'odd', note: 'mine' }];
  assert.deepEqual(bucketList(bucketRows(list)), ['plain', { name: 'with', prefix: 'p/' }, { name: 'odd', note: 'mine' }]);
  assert.deepEqual(bucketRows(undefined), []);
});

test('a bucket of a named account is another one than that of the same name', () => {
  const rows = ['photos@archive', 'photos'].map((name) => ({ ...bucketCalled(name), prefix: '' }));
  assert.deepEqual(bucketList(rows), [{ name: 'photos', account: 'archive' }, 'photos']);
  assert.deepEqual(rows.map(bucketName), ['photos@archive', 'photos']);
  assert.deepEqual(bucketCalled('a.b_c'), { name: 'a.b_c' });
});

test('accounts keep their order, their unknown members, and one that repeats a name', () => {
  const accounts = { nas: { rack: 3 }, archive: {} };
  assert.deepEqual(namedMembers(namedRows(accounts)), accounts);
  assert.deepEqual(Object.keys(namedMembers([{ name: 'nas', value: {} }, { name: 'nas', value: { region: 'x' } }])), ['nas', 'nas (again)']);
  assert.deepEqual(namedRows(undefined), []);
});

test('the preview marks only the lines that changed, not those that got a comma', () => {
  const lines = changedLines({ a: [1, 2], b: 1 }, { a: [1], b: 1 });
  assert.deepEqual(lines.filter((line) => line.changed).map((line) => line.text.trim()), ['2']);
  assert.ok(changedLines({ a: 1 }, { a: 1 }).every((line) => !line.changed));
});

test('schedules are put into words only where the words are exact', () => {
  assert.equal(describeSchedule({ interval_hours: 6 }), 'every 6 h');
  assert.equal(describeSchedule({ interval_hours: 0.5 }), 'every 30 min');
  assert.equal(describeSchedule({ interval_hours: 24 }), 'every day');
  assert.equal(describeSchedule({ cron: '0 3 * * *', time_zone: 'Europe/Berlin' }), 'every day at 03:00 (Europe/Berlin)');
  assert.equal(describeCron('30 4 * * 1-5'), 'Monday to Friday at 04:30');
  assert.equal(describeCron('0 0 * * 7'), 'every Sunday at 00:00');
  assert.equal(describeCron('*/15 * * * *'), 'every 15 min');
  assert.equal(describeCron('5 */6 * * *'), 'every 6 h at minute 5');
  for (const odd of ['*/7 * * * *', '0 3 1 * *', '0 3,15 * * *', '61 3 * * *', 'nonsense', '0 */5 * * *', '*/15 * * * 1']) {
    assert.equal(describeCron(odd), odd);
  }
});

test('a live line is held against the same filter as the files', async () => {
  assert.ok(levelAllows('', 'TRACE') && levelAllows('WARN', 'ERROR') && !levelAllows('WARN', 'INFO'));
  const line = (text, logger = 'io.hubstorage') => ({ level: 'INFO', logger, run: 'r1', text });
  const found = async (text, ...lines) => new TextMatcher(text).find(lines);
  assert.deepEqual(await found('a.b', line('xA.Bx a.b'), line('axb'), line('', 'a.b')), [[[1, 4], [6, 9]], null, []]);
  assert.deepEqual(await found('', line('anything')), [[]]);
  assert.deepEqual(await found('[r1]', line('of the run')), [[]]);
  assert.deepEqual(places('o(ld|ne)', [{ whole: 'INFO old one', text: 'old one' }, { whole: 'x', text: 'x' }]), [[[0, 3], [4, 7]], null]);
  assert.match(mistakeIn('('), /^Not a regular expression/);
  assert.equal(mistakeIn('^a.b$'), null);
});

test('a difference tells what goes and what comes, and a comma alone is none', () => {
  const lines = diffLines({ s3_buckets: ['a'] }, { s3_buckets: ['a', 'b'], x: 1 });
  assert.deepEqual(lines.filter((line) => line.kind !== 'same').map((line) => [line.kind, line.text.trim()]), [['added', '"b"'], ['added', '"x": 1']]);
  assert.deepEqual(diffLines({ n: 1 }, { n: 2 }).map((line) => line.kind), ['same', 'removed', 'added', 'same']);
});

test('the time until the next run is told to the second in its last hour', () => {
  assert.equal(countdown(2 * 3_600_000 + 14 * 60_000 + 30_000), 'in 2 h 14 min');
  assert.equal(countdown(3_600_000), 'in 1 h');
  assert.equal(countdown(3_599_000), 'in 59 min 59 s');
  assert.equal(countdown(14 * 60_000 + 5_000), 'in 14 min 05 s');
  assert.equal(countdown(59_400), 'in 59 s');
  assert.equal(countdown(-5), 'in 0 s');
});
