import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketEta, Rates, Series, share, Watermark } from '../../../../webroot/js/progress.js';
import { bucketState, counts, iso, NOW, runState } from './fixtures.mjs';

test('while the listing goes on there is no share, because there is no end', () => {
  assert.equal(share(bucketState({ phase: 'listing', listing_complete: false })), null);
  assert.equal(share(bucketState({ phase: 'waiting', listing_complete: false })), 0);
});

test('a linked terabyte does not make the last gigabyte look done', () => {
  const tera = 2 ** 40;
  const giga = 2 ** 30;
  const bucket = bucketState({ counts: counts({ listed: [1100, tera + giga], linked: [1000, tera] }), to_download: { objects: 100, bytes: giga } });
  assert.ok(share(bucket) < 0.1, String(share(bucket)));
});

test('the share is one exactly when everything is settled and received, and never leaves its bounds', () => {
  const total = 50;
  let before = -1;
  for (let done = 0; done <= total; done++) {
    const now = share(bucketState({
      counts: counts({ listed: [total, total * 1000], downloaded: [done, done * 1000] }),
      to_download: { objects: total, bytes: total * 1000 }, bytes_received: done * 1000,
    }));
    assert.ok(now > before && now <= 1);
    assert.equal(now === 1, done === total);
    before = now;
  }
});

test('bytes read again after a failure do not push the share over the end', () => {
  const bucket = bucketState({ counts: counts({ listed: [10, 1000] }), to_download: { objects: 10, bytes: 1000 }, bytes_received: 5000 });
  assert.ok(share(bucket) < 1);
});

test('an empty bucket is done', () => {
  assert.equal(share(bucketState()), 1);
});

test('shown numbers never go back within an attempt and begin anew with the next', () => {
  const marks = new Watermark();
  marks.enter(runState());
  assert.equal(marks.raise('a', 5), 5);
  assert.equal(marks.raise('a', 3), 5);
  marks.enter(runState());
  assert.equal(marks.raise('a', 4), 5);
  marks.enter(runState({ attempt: 2 }));
  assert.equal(marks.raise('a', 1), 1);
});

test('the rate of a bucket is what came over the last seconds', () => {
  const rates = new Rates();
  for (let second = 0; second <= 10; second++) {
    rates.note(runState({ at: iso(NOW + second * 1000), buckets: [bucketState({ bytes_received: second * 2000 })] }));
  }
  assert.equal(rates.of('alpha'), 2000);
  assert.equal(rates.of('unknown'), null);
});

test('time left needs a complete listing and a rate', () => {
  const bucket = bucketState({ to_download: { objects: 1, bytes: 1000 }, bytes_received: 400 });
  assert.equal(bucketEta(bucket, 100), 6);
  assert.equal(bucketEta(bucket, 0), null);
  assert.equal(bucketEta({ ...bucket, listing_complete: false }, 100), null);
});

test('a day of throughput fits into a bounded series that still begins at the start', () => {
  const series = new Series(120);
  const start = NOW;
  for (let second = 0; second < 86_400; second += 1) {
    series.add(runState({ started_at: iso(start), at: iso(start + second * 1000), bytes_per_second: 100 }));
  }
  assert.ok(series.points.length <= 120 && series.points.length > 50);
  assert.equal(series.points[0].slot, 0);
  assert.ok(series.points.every((point) => Math.abs(point.value - 100) < 1e-6));
});
