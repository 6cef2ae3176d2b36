// What the snapshots take of the disk: now, over time, and by bucket.

import { bytes, percent, plural } from './format.js';
import { diskBar } from './disk-bar.js';
import { growthChart } from './growth-chart.js';
import { h, setHidden, setText, setVar, url } from './dom.js';
import { nameElement } from './names.js';

/** So many buckets are seen at first. */
const FEW = 8;

/** Fills the box and returns `update(space)`. */
export function spaceCard(box) {
  const chart = growthChart();
  const figures = h('dl', { class: 'figures' });
  const buckets = h('tbody');
  const more = h('button', { type: 'button', class: 'button small', hidden: true, onclick: () => { all = true; drawBuckets(); } });
  const table = h('div', { class: 'by-bucket', id: 'by-bucket', tabindex: '0', role: 'region', 'aria-label': 'By bucket' }, h('table', {},
    h('thead', {}, h('tr', {}, ...['Bucket', 'Takes', 'Share', 'Added a day'].map((name) => h('th', { scope: 'col' }, name)))), buckets));
  const compression = h('p', { class: 'muted' });
  let bar = null;
  let latest = null;
  let all = false;

  function drawBuckets() {
    const largest = latest.buckets.toSorted((one, other) => other.bytes - one.bytes);
    const whole = Math.max(1, largest.reduce((sum, each) => sum + each.bytes, 0));
    buckets.replaceChildren(...(all ? largest : largest.slice(0, FEW)).map((each) => bucketRow(each, whole)));
    setHidden(more, all || largest.length <= FEW);
    setText(more, `Show all ${plural(largest.length, 'bucket')}`);
    setHidden(table, largest.length === 0);
  }

  return (space) => {
    latest = space;
    if (bar) {
      bar.update(space);
    } else {
      bar = diskBar(space);
      box.replaceChildren(bar.element, h('div', { class: 'space-parts' }, chart.element, figures), table, more, compression);
    }
    chart.draw(space);
    figures.replaceChildren(...facts(space).map(([name, ...values]) => h('div', {}, h('dt', {}, name), h('dd', {}, values))));
    drawBuckets();
    const saved = space.disk?.compression;
    setText(compression, saved ? [saved.text, saved.remedy].filter(Boolean).join(' ') : '');
    setHidden(compression, !saved);
  };
}

function bucketRow({ bucket, bytes: taken, added_bytes_per_day: added }, whole) {
  const bar = h('i', { class: 'share' });
  setVar(bar, '--share', taken / whole);
  return h('tr', {}, h('th', { scope: 'row' }, h('a', { href: url(`/buckets/${encodeURIComponent(bucket)}`) }, nameElement(bucket))),
    h('td', {}, bytes(taken)), h('td', { class: 'part' }, bar, h('span', {}, percent(taken / whole))),
    h('td', { class: 'muted' }, added > 0 ? `+ ${bytes(added)}` : '–'));
}

function facts({ growth_bytes_per_day: growth, change, disk, snapshot_bytes: taken, counting }) {
  const signed = (value) => `${value < 0 ? '−' : ''}${bytes(Math.abs(value))}`;
  const found = [['Snapshots take', counting ? `${bytes(taken)} or more` : bytes(taken)]];
  if (growth != null) found.push(['The disk fills by', `${signed(growth)} `, h('small', {}, 'a day')]);
  if (change) {
    found.push(['Snapshots add', `${signed(change.added_bytes_per_day)} `, h('small', {}, 'a day')]);
    found.push(['Of that, new versions', `${signed(change.replaced_bytes_per_day)} `, h('small', {}, 'a day')]);
  }
  if (disk?.sharing && !disk.sharing.includes('hard_links')) found.push(['Unchanged files', disk.sharing.includes('reflinks') ? 'share blocks' : 'are copied']);
  return found;
}
