import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { merge } from '../../../../webroot/js/config-model.js';
import { options, sections, withoutEffect } from '../../../../webroot/js/schema.js';
import { byTab, findPlaces, placeOf, tabAfter } from '../../../../webroot/js/settings-place.js';
import { choices, LENGTH, shown, unitWord, written } from '../../../../webroot/js/units.js';

const schema = JSON.parse(readFileSync('conf/config.schema.json', 'utf8'));

test('a number is shown in the largest unit that makes it whole, and written as the file has it', () => {
  const cases = [[6, 'hours', 6, 'hours'], [0.5, 'hours', 30, 'minutes'], [24, 'hours', 1, 'days'], [168, 'hours', 7, 'days'], [1 / 6, 'hours', 10, 'minutes'], [0.02, 'hours', 1.2, 'minutes'],
    [30, 'days', 30, 'days'], [7, 'days', 1, 'weeks'], [0.25, 'days', 6, 'hours'], [0, 'days', 0, 'days'], [10, 'MiB', 10, 'MiB'], [2048, 'MiB', 2, 'GiB'], [0.1, 'MB/s', 100, 'kB/s'], [50, 'MB/s', 50, 'MB/s'],
    [2.5, 'hours', 150, 'minutes'], [1.23456, 'hours', 1.23456, 'hours'], [60, 'seconds', 1, 'minutes'], [50, 'percent', 50, 'percent'], ['six', 'hours', 'six', 'hours']];
  for (const [value, unit, number, name] of cases) {
    assert.deepEqual(shown(value, unit), { number, unit: name }, `${value} ${unit}`);
    if (typeof value === 'number') assert.ok(Math.abs(written(String(number), name, unit) - value) < 1e-9);
  }
});

test('nothing typed is the default, a comma is a point, and what is no number goes to the server as it is', () => {
  assert.equal(written('', 'hours', 'hours'), null);
  assert.equal(written(' 1,5 ', 'days', 'hours'), 36);
  assert.equal(written('sometimes', 'days', 'hours'), 'sometimes');
  assert.equal(written('30', 'days', LENGTH), '30d');
  assert.equal(written('1y6m', 'days', LENGTH), '1y6m');
  assert.deepEqual(shown('2w', LENGTH), { number: 2, unit: 'weeks' });
  assert.deepEqual(shown('1y6m', LENGTH), { number: '1y6m', unit: 'days' });
  assert.deepEqual([['days', 1], ['days', 2], ['hours', 1], ['percent', 50], ['MB/s', 1]].map((args) => unitWord(...args)), ['day', 'days', 'hour', '%', 'MB/s']);
  assert.deepEqual(choices('files'), []);
});

test('every option with a section is on one tab, and a section that names no tab is not lost', () => {
  const html = readFileSync('src/main/resources/templates/config.ftlh', 'utf8');
  const tabs = [...html.matchAll(/\["(\w+)", "/g)].map(([, tab]) => tab);
  const found = byTab(sections(schema), tabs);
  assert.ok([...found.values()].every((list) => list.length > 0), 'no tab is empty');
  const shownPaths = [...found.values()].flat().flatMap((section) => section.options.map(({ path }) => path));
  assert.deepEqual(shownPaths.sort(), options(schema).filter((option) => option.schema['x-section']).map(({ path }) => path).sort());
  assert.deepEqual(byTab([{ id: 'new', tab: 'of-tomorrow' }], tabs).get('advanced').map(({ id }) => id), ['new']);
});

test('an address leads to a tab, a field, a section, and what older links name', () => {
  const places = [{ id: 'automation.cron', section: 'schedule', tab: 'schedule', title: 'When' }, { id: 'section-retention', section: 'retention', tab: 'kept', title: 'Snapshots' }];
  assert.deepEqual(placeOf('#schedule', places), { tab: 'schedule', id: null });
  assert.deepEqual(placeOf('#schedule/automation.cron', places), { tab: 'schedule', id: 'automation.cron' });
  assert.deepEqual(placeOf('#automation.cron', places), { tab: 'schedule', id: 'automation.cron' });
  assert.deepEqual(placeOf('#section-retention', places), { tab: 'kept', id: 'section-retention' });
  assert.equal(placeOf('#nonsense', places), null);
  assert.equal(placeOf('#%', places), null);
});

test('arrow keys go round the tabs', () => {
  const tabs = ['a', 'b', 'c'];
  assert.deepEqual(['ArrowRight', 'ArrowLeft', 'Home', 'End', 'x'].map((key) => tabAfter(tabs, 'c', key)), ['a', 'b', 'a', 'c', null]);
});

test('a setting is found by its name first, then by what it says', () => {
  const places = [{ title: 'Look for missing files every', words: 'repair' }, { title: 'Repair automatically at most' }, { title: 'Level', words: 'logging' }];
  assert.deepEqual(findPlaces(places, 'REPAIR').map(({ title }) => title), ['Repair automatically at most', 'Look for missing files every']);
  assert.deepEqual(findPlaces(places, 'files miss').length, 1);
  assert.deepEqual(findPlaces(places, '  '), []);
});

test('what has no effect says which option stands in its way', () => {
  const option = (path) => options(schema).find((one) => one.path === path).schema;
  assert.equal(withoutEffect(schema, option('compression.level'), {}), 'No effect while “Compress” is “By the file system”.');
  assert.equal(withoutEffect(schema, option('compression.level'), { compression: { mode: 'files' } }), null);
  assert.equal(withoutEffect(schema, option('retention.daily'), {}), 'No effect while “Remove old snapshots” is off.');
  assert.equal(withoutEffect(schema, option('replication.prune'), { replication: { to: null } }), 'No effect while “Copy to” is blank.');
  assert.equal(withoutEffect(schema, option('automation.retry_delay_minutes'), { automation: { max_retries: 0 } }), 'No effect while “Retries” is 0.');
  for (const { path, schema: own } of options(schema)) {
    for (const other of Object.keys(own['x-unless'] ?? {})) assert.ok(options(schema).some((one) => one.path === other), `${path}: ${other}`);
  }
});

test('two changes of the same configuration stay both, unless they are about the same', () => {
  const base = { s3_buckets: ['a', 'b'], automation: { interval_hours: 6, enabled: true }, mine: 1 };
  const theirs = { s3_buckets: ['a', 'b', 'x'], automation: { interval_hours: 6, enabled: false }, mine: 1, new: true };
  const mine = { s3_buckets: ['b', 'y'], automation: { interval_hours: 2, enabled: true }, mine: 1 };
  assert.deepEqual(merge(base, mine, theirs), { merged: { s3_buckets: ['b', 'x', 'y'], automation: { interval_hours: 2, enabled: false }, mine: 1, new: true }, both: [] });
  assert.deepEqual(merge({ n: 1 }, { n: 2 }, { n: 3 }), { merged: { n: 2 }, both: ['n'] });
  assert.deepEqual(merge({ list: [{ name: 'a' }] }, { list: [{ name: 'a', url: 1 }] }, { list: [{ name: 'a', url: 2 }] }), { merged: { list: [{ name: 'a', url: 1 }] }, both: ['list'] });
  assert.deepEqual(merge({ gone: 1, kept: 1 }, { kept: 1 }, { gone: 1, kept: 2 }).merged, { kept: 2 });
});

test('every link to the settings leads to something that is there', () => {
  const read = (path) => readFileSync(path, 'utf8');
  const files = ['webroot/js', 'src/main/resources/templates'].flatMap((folder) => readdirSync(folder).map((name) => read(`${folder}/${name}`)));
  const links = files.flatMap((text) => [...text.matchAll(/config#([a-z0-9_-]+)/g)].map(([, place]) => place));
  const page = read('src/main/resources/templates/config.ftlh') + read('webroot/js/config.js');
  assert.ok(links.length > 4);
  for (const place of links) {
    const known = page.includes(`"${place}"`) || page.includes(`'${place}'`) || Object.keys(schema['x-sections']).some((name) => place === `section-${name}`);
    assert.ok(known, `#${place} leads nowhere`);
  }
});
