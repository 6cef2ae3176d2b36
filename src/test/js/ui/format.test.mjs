import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytes, capitalBut, count, dateAs, dayHeading, duration, exact, inSentence, instant, listing, middle, moment, percent, plural, relative, visible,
} from '../../../../webroot/js/format.js';
import { HOUR, NOW } from './fixtures.mjs';

test('bytes are binary units with at most three digits before the point moves on', () => {
  assert.equal(bytes(0), '0 B');
  assert.equal(bytes(1023), '1023 B');
  assert.equal(bytes(1536), '1.50 KiB');
  assert.equal(bytes(10 * 1024), '10.0 KiB');
  assert.equal(bytes(999.96 * 1024 ** 2), '1000 MiB');
  assert.equal(bytes(1023.9 * 1024 ** 2), '1.00 GiB');
  assert.equal(bytes(5 * 1024 ** 4), '5.00 TiB');
});

test('a sentence begins with a capital letter, a name as it is', () => {
  assert.equal(capitalBut('listing failed', ['photos']), 'Listing failed');
  assert.equal(capitalBut('photos: listing failed', ['docs', 'photos']), 'photos: listing failed');
  assert.equal(capitalBut('photos not complete', ['photos']), 'photos not complete');
  assert.equal(capitalBut('listing failed', ['list']), 'Listing failed');
  assert.equal(capitalBut('', []), '');
});

test('no size is ever printed with 1024 of a unit, or in more than eight characters', () => {
  for (let exponent = 0; exponent < 60; exponent += 0.01) {
    const text = bytes(2 ** exponent);
    assert.ok(text.length <= 8, text);
    assert.ok(!text.startsWith('1024 '), text);
  }
});

test('a share is 100 % only when nothing is missing', () => {
  assert.equal(percent(0.9999), '99 %');
  assert.equal(percent(1), '100 %');
  assert.equal(percent(NaN), '0 %');
});

test('durations have two units at most and drop an empty one', () => {
  assert.equal(duration(400), 'under 1 s');
  assert.equal(duration(59_999), '59 s');
  assert.equal(duration(60_000), '1 min');
  assert.equal(duration(200_000), '3 min 20 s');
  assert.equal(duration(2 * HOUR + 180_000), '2 h 3 min');
  assert.equal(duration(75 * HOUR), '3 d 3 h');
});

test('relative times read naturally on both sides of now', () => {
  assert.equal(relative(NOW - 2 * HOUR, NOW), '2 h ago');
  assert.equal(relative(NOW + 4 * HOUR, NOW), 'in 4 h');
  assert.equal(relative(NOW - 1000, NOW), 'just now');
  assert.equal(relative(NOW + 34_000, NOW), 'in 34 s');
  assert.equal(relative(NOW - 36_000, NOW), '36 s ago');
  assert.equal(relative(NOW - 72 * HOUR, NOW), '3 days ago');
});

test('exact times name their zone and table times leave out what is obvious', () => {
  assert.equal(exact(NOW, 'UTC'), 'Mon, 23 Nov 2026, 18:00:00 UTC');
  assert.equal(moment(NOW - HOUR, NOW, 'UTC'), 'Today 17:00');
  assert.equal(inSentence(moment(NOW - HOUR, NOW, 'UTC')), 'today 17:00');
  assert.equal(inSentence(moment(NOW - 30 * 24 * HOUR, NOW, 'UTC')), '24 Oct, 18:00');
  assert.equal(moment(NOW - 20 * HOUR, NOW, 'UTC'), 'Yesterday 22:00');
  assert.equal(moment(NOW - 30 * 24 * HOUR, NOW, 'UTC'), '24 Oct, 18:00');
  assert.equal(moment(NOW - 365 * 24 * HOUR, NOW, 'UTC'), '23 Nov 2025, 18:00');
});

test('what is no instant is null', () => {
  assert.equal(instant(null), null);
  assert.equal(instant('soon'), null);
  assert.equal(instant('2026-11-23T18:00:00Z'), NOW);
});

test('names cannot hide characters or turn the reading direction', () => {
  assert.equal(visible('a\u0007b\n\u007f'), 'a\u2407b\u240a\u2421');
  assert.equal(visible('photo\u202egpj.exe'), 'photo\\u202egpj.exe');
  assert.equal(visible('zero\u200bwidth'), 'zero\\u200bwidth');
  assert.equal(visible('ümläut/日本/😀'), 'ümläut/日本/😀');
});

test('a long name is shortened in the middle, never inside a character', () => {
  assert.equal(middle('short', 10), 'short');
  assert.equal(Array.from(middle('a'.repeat(50) + '.jpg', 20)).length, 20);
  assert.ok(middle('folder/'.repeat(10) + 'file.jpg', 24).endsWith('file.jpg'));
  assert.doesNotThrow(() => encodeURIComponent(middle('😀'.repeat(40), 21)));
});

test('counts and lists read as English', () => {
  assert.equal(count(48000), '48,000');
  assert.equal(plural(1, 'bucket'), '1 bucket');
  assert.equal(plural(0, 'bucket'), '0 buckets');
  assert.equal(listing(['a', 'b']), 'a and b');
  assert.equal(listing(['a', 'b', 'c']), 'a, b and c');
  assert.equal(listing(['a', 'b', 'c', 'd', 'e']), 'a, b and 3 more');
});

test('days are headed by their names', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  assert.equal(dayHeading(now, now, 'UTC'), 'Today');
  assert.equal(dayHeading(now - 86_400_000, now, 'UTC'), 'Yesterday');
  assert.equal(dayHeading(now - 3 * 86_400_000, now, 'UTC'), 'Friday, 20 November 2026');
});

test('a date has the form and the zone that were asked for', () => {
  const late = Date.parse('2026-11-05T23:30:00Z');
  assert.equal(dateAs('day', late, 'UTC'), '5 Nov');
  assert.equal(dateAs('day', late, 'Asia/Tokyo'), '6 Nov');
  assert.equal(dateAs('longMonth', late, 'UTC'), 'November 2026');
  assert.equal(dateAs('time', late, 'UTC'), '23:30');
});
