// One row of a folder: what it is called, what became of it, how large it is and what can be done with it. An element is filled anew
// for each row that it shows, so that scrolling makes none.

import { h, setAttribute, setData, setHidden, setIcon, setText, icon } from './dom.js';
import { bytes, exact, instant, moment, plural, visible } from './format.js';
import { leaf, step } from './place.js';
import { now } from './clock.js';
import { fileUrl, placeUrl, zipUrl } from './snapshot-links.js';

export const MARKS = {
  added: { tone: 'good', icon: 'plus', word: 'Added' },
  changed: { tone: 'info', icon: 'sync', word: 'Changed' },
  removed: { tone: 'bad', icon: 'minus', word: 'Removed' },
};
const parts = new WeakMap();
let made = 0;

/** An element for a row, still without one. */
export function makeRow() {
  const part = {
    tick: h('input', { type: 'checkbox', class: 'tick', tabindex: '-1' }),
    mark: h('span', { class: 'mark' }, icon('plus'), h('span', { class: 'visually-hidden' })),
    kind: icon('file'),
    name: h('bdi', { class: 'name' }),
    size: h('span', { role: 'gridcell', class: 'size-cell' }),
    when: h('span', { role: 'gridcell', class: 'when-cell' }),
    restore: h('a', { class: 'button small restore-now', tabindex: '-1' }, icon('restore'), 'Restore'),
    save: h('a', { class: 'button quiet small square', tabindex: '-1', download: '' }, icon('download')),
  };
  part.link = h('a', { class: 'entry', tabindex: '-1' }, part.kind, part.name);
  const element = h('div', { role: 'row', class: 'row', id: `row-${++made}` },
    h('span', { role: 'gridcell', class: 'tick-cell' }, part.tick),
    h('span', { role: 'gridcell', class: 'name-cell' }, part.link, part.mark),
    part.size, part.when, h('span', { role: 'gridcell', class: 'act-cell' }, part.restore, part.save));
  parts.set(element, part);
  return element;
}

/** Fills an element with a row; null while it has not come. */
export function fillRow(element, row, { place, index, active, selection, restore }) {
  const part = parts.get(element);
  setAttribute(element, 'aria-rowindex', index + 2);
  setData(element, 'waiting', row == null ? '' : null);
  setData(element, 'active', active ? '' : null);
  for (const cell of [part.link, part.tick, part.mark]) setHidden(cell, row == null);
  if (row == null) {
    for (const name of ['key', 'state', 'folder']) setData(element, name, null);
    for (const cell of [part.restore, part.save]) setHidden(cell, true);
    for (const cell of [part.size, part.when]) setText(cell, '');
    return;
  }
  const gone = row.state === 'removed';
  const ticked = selection.has(row);
  setData(element, 'key', row.key);
  setData(element, 'state', row.state);
  setData(element, 'folder', String(row.folder));
  setAttribute(element, 'aria-selected', String(ticked));
  setAttribute(element, 'aria-current', !row.folder && row.key === place.key ? 'true' : null);
  if (part.tick.checked !== ticked) part.tick.checked = ticked;
  setAttribute(part.tick, 'aria-label', `Select ${visible(row.key)}`);
  fillName(part, row, place);
  fillMark(part.mark, row);
  const shown = gone && row.before ? row.before : row;
  // The old tool kept no sums of folders.
  setText(part.size, shown.bytes == null ? '' : bytes(shown.bytes));
  setAttribute(part.size, 'title', sizeWords(row, shown));
  const at = instant(shown.last_modified);
  setText(part.when, at == null ? '' : moment(at, now()));
  setAttribute(part.when, 'title', at == null ? null : exact(at));
  setHidden(part.restore, !gone);
  setHidden(part.save, gone);
  if (gone) {
    setAttribute(part.restore, 'href', restore(row, place));
    setAttribute(part.restore, 'aria-label', `Restore ${visible(row.key)}`);
  } else {
    const words = row.folder ? `Download ${visible(row.key)} as a zip archive` : `Download ${visible(row.key)}`;
    setAttribute(part.save, 'href', row.folder ? zipUrl(place.snapshot, place.bucket, row.key) : fileUrl(place.snapshot, place.bucket, row.key));
    setAttribute(part.save, 'title', words);
    setAttribute(part.save, 'aria-label', words);
  }
}

function fillName({ link, kind, name }, row, place) {
  // A key that ends in a slash and has content is a file in the folder of that name, and has no name there.
  const own = row.folder || !row.key.endsWith('/') ? leaf(row.key) : '';
  setIcon(kind, row.folder ? 'folder' : 'file');
  setText(name, own === '' ? '(no name)' : visible(own));
  name.classList.toggle('nameless', own === '');
  setAttribute(name, 'title', visible(row.key));
  setAttribute(link, 'href', placeUrl(row.folder ? step(place, { prefix: row.key, q: '' }) : step(place, { key: row.key })));
}

function fillMark(mark, { state, folder }) {
  const looks = MARKS[state];
  setHidden(mark, looks == null);
  if (looks == null) return;
  setData(mark, 'tone', looks.tone);
  setIcon(mark.firstElementChild, looks.icon);
  const word = folder && state === 'changed' ? 'Changed inside' : looks.word;
  setText(mark.lastElementChild, word);
  setAttribute(mark, 'title', word);
}

function sizeWords(row, shown) {
  const holds = row.folder && shown.objects != null ? `${plural(shown.objects, 'file')}, ` : '';
  const before = row.state === 'changed' && row.before && row.before.bytes !== row.bytes ? `; before: ${bytes(row.before.bytes)}` : '';
  return shown.bytes == null ? null : `${holds}${plural(shown.bytes, 'byte')}${before}`;
}
