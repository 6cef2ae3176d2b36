// What leads from another snapshot to this one, bucket by bucket.

import { byId, h, icon, setHidden } from './dom.js';
import { get } from './api.js';
import { bytes, count, plural, visible } from './format.js';
import { nameElement } from './names.js';
import { markRows, PagedList, walkWithArrows } from './paged-list.js';
import { fileUrl, placeUrl, question, restoreUrl } from './snapshot-links.js';
import { Selection } from './selection.js';
import { dayOf, timeOf } from './timeline.js';

const PAGE = 200;
const KINDS = {
  added: { tone: 'good', icon: 'plus', word: 'Added' },
  changed: { tone: 'info', icon: 'sync', word: 'Changed' },
  removed: { tone: 'bad', icon: 'minus', word: 'Removed' },
};
const box = byId('changes');
const list = new PagedList(box, row);
const selection = new Selection(box, byId('changes-ticked'), (items) =>
  [restoreLink({ keys: items.map((item) => item.key) }, 'button primary', icon('restore'), 'Restore')]);
let place = null;

walkWithArrows(box, 'a.entry');

/** The other snapshots, to choose from. */
export function renderChoices(at, snapshots) {
  const others = snapshots.filter((snapshot) => snapshot.name !== at.snapshot);
  byId('with').replaceChildren(h('option', { value: '' }, 'Compare with…'),
    ...others.map((snapshot) => h('option', { value: snapshot.name, selected: snapshot.name === at.with },
      `${snapshot.started_at ? `${dayOf(snapshot)}, ` : ''}${timeOf(snapshot)}${snapshot.pinned ? ', pinned' : ''}`)));
  byId('with').disabled = others.length === 0;
  if (at.with && !others.some((snapshot) => snapshot.name === at.with)) {
    byId('with').append(h('option', { value: at.with, selected: true }, at.with));
  }
}

export async function renderChanges(at) {
  place = at;
  selection.clear();
  const words = byId('change-words');
  words.replaceChildren(h('span', { class: 'muted' }, 'Comparing…'));
  const params = { bucket: at.bucket, with: at.with, limit: PAGE };
  const page = await list.show(async (after, signal) => {
    const answer = await get(question(at.snapshot, 'diff', after ? { ...params, after } : params), { signal });
    return { ...answer, items: answer.changes };
  }, () => h('p', { class: 'empty' }, h('strong', {}, 'No difference'), 'Both snapshots hold the same files of this bucket.'));
  if (page) words.replaceChildren(...counts(page.counts));
  else if (place === at) words.replaceChildren();
}

function counts(found) {
  return [...Object.entries(KINDS).map(([kind, { tone, icon: name, word }]) => h('span', { class: 'chip', data: { tone: found[kind].objects > 0 ? tone : 'idle', kind } },
    icon(name), `${plural(found[kind].objects, 'file')} ${word.toLowerCase()}, ${bytes(found[kind].bytes)}`)),
  found.removed.objects > 0
    ? restoreLink({ absent_in: place.snapshot }, 'button small bring-back', icon('restore'), `Restore the ${count(found.removed.objects)} removed`) : '',
  h('span', { class: 'muted' }, `${plural(found.same.objects, 'file')} the same`)];
}

/** Everything that is restored here comes out of the snapshot before. */
function restoreLink(what, looks, ...content) {
  return h('a', { class: looks, href: restoreUrl({ snapshot: place.with, buckets: [place.bucket], ...what }) }, content);
}

function row(change) {
  const { tone, icon: name, word } = KINDS[change.kind];
  const side = change.kind === 'removed' ? 'before' : '';
  return h('li', { class: 'tickable' },
    change.kind === 'added' ? '' : selection.tick(`Select ${visible(change.key)}`, change),
    h('a', { class: 'entry', href: sideUrl(change, side), data: { key: change.key, kind: change.kind, side, tone } },
      icon(name), h('span', { class: 'visually-hidden' }, word), nameElement(change.key), h('span', { class: 'size' }, sizes(change))),
    h('span', { class: 'entry-actions' }, change.kind === 'added' ? null : actions(change)));
}

/** What can be done with a file as it was before. */
function actions({ key, kind }) {
  const removed = kind === 'removed';
  const which = `${removed ? '' : 'the earlier version of '}${visible(key)}`;
  const labels = (verb) => ({ 'aria-label': `${verb} ${which}`, title: `${verb}${removed ? '' : ' the earlier version'}` });
  const small = 'button quiet small square';
  const restore = restoreLink({ keys: [key] }, small, icon('restore'));
  for (const [name, value] of Object.entries(labels('Restore'))) restore.setAttribute(name, value);
  return [removed ? h('a', { class: small, href: fileUrl(place.with, place.bucket, key), download: '', ...labels('Download') }, icon('download'))
    : h('a', { class: small, href: sideUrl({ key }, 'before'), ...labels('Open') }, icon('clock')), restore];
}

function sideUrl({ key }, side) {
  return placeUrl({ ...place, key, side });
}

/** Marks the file that is open. */
export function markOpenChange({ with: compared, key, side }) {
  markRows(box, (row) => compared !== '' && row.key === key && (row.kind === 'changed' || row.side === side));
}

function sizes({ before, now }) {
  if (before && now) return before.size === now.size ? bytes(now.size) : `${bytes(before.size)} → ${bytes(now.size)}`;
  return bytes((now ?? before).size);
}

/** Files and comparison share their place. */
export function showChanges(shown) {
  setHidden(box, !shown);
  if (!shown) selection.clear();
  setHidden(byId('change-words'), !shown);
}
