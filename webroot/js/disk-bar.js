// The disk of the data folder at a glance: what the snapshots take of it, what else is there, what is free, and for how long. What it says
// is pure, so that tests hold it.

import { bytes, dateAs } from './format.js';
import { h, setAttribute, setData, setText, setVar } from './dom.js';
import { now } from './clock.js';

const DAY = 86_400_000;
/** A month ahead there is still time to do something. */
const SOON_DAYS = 30;
/** Up to here a day is named, up to there a month; beyond, nobody can know more than the year. */
const EXACT_DAYS = 60;
const COARSE_DAYS = 3 * 365;

/** When the disk is full: "Full about March 2027 at this pace". `at` is now, in epoch milliseconds. */
export function forecastWords({ disk, growth_bytes_per_day: growth, full_about: full }, at) {
  if (!disk) return 'Nothing is known about this disk';
  if (disk.free_bytes === 0) return 'Full';
  if (full) return `Full about ${dayWords(Date.parse(full), at)} at this pace`;
  if (growth == null) return 'Too early to say when it is full';
  return growth > 0 ? 'Not full within ten years at this pace' : 'Not filling up';
}

/** A day to come as exactly as a forecast can be: "12 December", "March 2027", "2034". */
export function dayWords(day, at) {
  const away = (day - at) / DAY;
  return dateAs(away <= EXACT_DAYS ? 'longDay' : away <= COARSE_DAYS ? 'longMonth' : 'year', day, 'UTC');
}

/** `bad` with less free than the disk is to have, `warn` when that is near; else null. */
export function diskTone({ disk, full_about: full }, at) {
  if (!disk) return null;
  if (disk.free_bytes < disk.low_bytes) return 'bad';
  return disk.free_bytes < 2 * disk.low_bytes || (full && Date.parse(full) - at < SOON_DAYS * DAY) ? 'warn' : null;
}

/** Who has how many bytes of the disk: `{ snapshots, other, free }`, in all no more than there are. */
export function diskShares({ disk, snapshot_bytes: taken }) {
  const used = Math.max(0, disk.total_bytes - disk.free_bytes);
  // On disks that compress they take less than their blocks say.
  const snapshots = Math.min(taken, used);
  return { snapshots, other: used - snapshots, free: disk.free_bytes };
}

/** The element (styles in disk-bar.css) and `update(space)`; `space` is what `/api/space` answers. */
export function diskBar(space) {
  const title = h('p', { class: 'disk-free' });
  const forecast = h('p', { class: 'disk-forecast' });
  const parts = ['snapshots', 'other'].map((part) => h('i', { data: { part } }));
  const low = h('i', { class: 'disk-low' });
  const bar = h('div', { class: 'disk-parts', role: 'img' }, ...parts, low);
  const legend = [['snapshots', 'Snapshots'], ['other', 'Other data'], ['free', 'Free']]
    .map(([part, name]) => ({ part, value: h('b'), row: h('li', {}, h('i', { data: { part } }), name) }));
  for (const { row, value } of legend) row.append(' ', value);
  const element = h('div', { class: 'disk-bar' }, h('div', { class: 'disk-head' }, title, forecast), bar, h('ul', { class: 'disk-legend' }, legend.map(({ row }) => row)));

  function update(next) {
    setText(forecast, forecastWords(next, now()));
    setData(element, 'tone', diskTone(next, now()));
    setData(element, 'unknown', next.disk ? null : '');
    if (!next.disk) {
      setText(title, `${bytes(next.snapshot_bytes)} of snapshots`);
      return;
    }
    const { total_bytes: total, low_bytes: least, free_bytes: free } = next.disk;
    const shares = diskShares(next);
    setText(title, `${bytes(free)} free of ${bytes(total)}`);
    for (const part of parts) setVar(part, '--share', shares[part.dataset.part] / total);
    setVar(low, '--share', least / total);
    setAttribute(low, 'title', `Nearly full with less than ${bytes(least)} free`);
    setAttribute(bar, 'aria-label', `Snapshots take ${bytes(shares.snapshots)}, other data ${bytes(shares.other)}; ${bytes(free)} of ${bytes(total)} are free`);
    for (const { part, value } of legend) setText(value, `${bytes(shares[part])}${part === 'snapshots' && next.counting ? ' or more' : ''}`);
  }

  update(space);
  return { element, update };
}
