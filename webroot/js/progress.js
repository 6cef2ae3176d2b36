// How far a run is. Pure arithmetic over the records of the bus.

// What settling one object costs, in bytes of download: linking a million files takes time though it moves none.
export const OBJECT_COST = 32 * 1024;
const RATE_WINDOW_MS = 6000;

/** What no longer needs anything done: every object the certificate will account for. */
export function settled(counts) {
  return ['linked', 'downloaded', 'filtered', 'archived', 'vanished', 'failed'].reduce((sum, part) => ({
    objects: sum.objects + (counts[part]?.objects ?? 0),
    bytes: sum.bytes + (counts[part]?.bytes ?? 0),
  }), { objects: 0, bytes: 0 });
}

/**
 * The share done, 0 to 1, or null while the end is not known because the listing goes on. Weighs objects and download
 * bytes together: a bucket whose terabytes are linked in a second is not "99 % done" while its last gigabyte downloads.
 */
export function share(bucket) {
  if (bucket.phase === 'done' || bucket.phase === 'committing') return 1;
  if (!bucket.listing_complete) return bucket.phase === 'waiting' || bucket.phase === 'preparing' ? 0 : null;
  const work = bucket.counts.listed.objects * OBJECT_COST + bucket.to_download.bytes;
  if (work <= 0) return 1;
  const received = Math.min(bucket.to_download.bytes, Math.max(bucket.bytes_received, bucket.counts.downloaded.bytes));
  return Math.min(1, (settled(bucket.counts).objects * OBJECT_COST + received) / work);
}

/** Remembers the highest value under each name within one attempt, because a number that goes back is not believed. */
export class Watermark {
  #scope = null;
  #highest = new Map();

  /** Begins anew when the run or its attempt is another one. */
  enter(run) {
    const scope = `${run.run_id}/${run.attempt}`;
    if (scope === this.#scope) return;
    this.#scope = scope;
    this.#highest.clear();
  }

  raise(name, value) {
    const highest = Math.max(value, this.#highest.get(name) ?? value);
    this.#highest.set(name, highest);
    return highest;
  }
}

/** Bytes a second of each bucket over the last seconds; the bus gives the rate of the whole run only. */
export class Rates {
  #run = null;
  #samples = new Map();

  note(run) {
    if (run.run_id !== this.#run) {
      this.#run = run.run_id;
      this.#samples.clear();
    }
    const at = Date.parse(run.at);
    for (const bucket of run.buckets) {
      const samples = this.#samples.get(bucket.bucket) ?? [];
      const latest = samples[samples.length - 1];
      if (latest && (at <= latest.at || bucket.bytes_received < latest.bytes)) samples.length = 0;
      samples.push({ at, bytes: bucket.bytes_received });
      while (samples.length > 2 && at - samples[0].at > RATE_WINDOW_MS) samples.shift();
      this.#samples.set(bucket.bucket, samples);
    }
  }

  /** Bytes a second, or null while too little is known. */
  of(name) {
    const samples = this.#samples.get(name) ?? [];
    if (samples.length < 2) return null;
    const first = samples[0];
    const last = samples[samples.length - 1];
    return last.at - first.at < 800 ? null : ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }
}

/** Seconds until a bucket's downloads are through at its own rate, or null. */
export function bucketEta(bucket, bytesPerSecond) {
  if (!bucket.listing_complete || !(bytesPerSecond > 0) || bucket.phase !== 'transferring') return null;
  const left = bucket.to_download.bytes - bucket.bytes_received;
  return left > 0 ? left / bytesPerSecond : null;
}

/** A throughput series of bounded length: when it is full, neighbours are merged, so the whole run stays in view. */
export class Series {
  constructor(capacity = 120, stepMs = 1000) {
    this.capacity = capacity;
    this.firstStep = stepMs;
    this.clear(null);
  }

  clear(run) {
    this.run = run;
    this.step = this.firstStep;
    this.points = [];
    this.peak = 0;
  }

  add(run) {
    if (run.run_id !== this.run) this.clear(run.run_id);
    this.peak = Math.max(this.peak, run.bytes_per_second);
    const slot = Math.floor((Date.parse(run.at) - Date.parse(run.started_at)) / this.step);
    const last = this.points[this.points.length - 1];
    if (last && slot < last.slot) return;
    if (last && slot === last.slot) last.value = (last.value * last.n + run.bytes_per_second) / ++last.n;
    else this.points.push({ slot, value: run.bytes_per_second, n: 1 });
    if (this.points.length > this.capacity) this.#halve();
  }

  #halve() {
    const merged = [];
    for (const point of this.points) {
      const slot = Math.floor(point.slot / 2);
      const last = merged[merged.length - 1];
      if (last?.slot === slot) {
        last.value = (last.value * last.n + point.value * point.n) / (last.n + point.n);
        last.n += point.n;
      } else merged.push({ ...point, slot });
    }
    this.points = merged;
    this.step *= 2;
  }
}
