// What leads from another snapshot to this one, bucket by bucket.

import { byId, h, icon, setHidden } from './dom.js';
import { get } from './api.js';
import { bytes, plural } from './format.js';
import { nameElement } from './names.js';
import { PagedList, walkWithArrows } from './paged-list.js';
import { placeUrl, question } from './snapshot-links.js';
import { dayOf, timeOf } from './timeline.js';

const PAGE = 200;
const KINDS = {
  added: { tone: 'good', icon: 'plus', word: 'Added' },
  changed: { tone: 'info', icon: 'sync', word: 'Changed' },
  removed: { tone: 'bad', icon: 'minus', word: 'Removed' },
};
const box = byId('changes');
const list = new PagedList(box, row);
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
  h('span', { class: 'muted' }, `${plural(found.same.objects, 'file')} the same`)];
}

function row(change) {
  const { tone, icon: name, word } = KINDS[change.kind];
  const from = change.kind === 'removed' ? place.with : place.snapshot;
  const target = { ...place, snapshot: from, with: from === place.with ? '' : place.with, key: change.key };
  return h('li', {}, h('a', { class: 'entry', href: placeUrl(target), data: { key: change.key, kind: change.kind, tone } },
    icon(name), h('span', { class: 'visually-hidden' }, word), nameElement(change.key), h('span', { class: 'size' }, sizes(change))));
}

function sizes({ before, now }) {
  if (before && now) return before.size === now.size ? bytes(now.size) : `${bytes(before.size)} → ${bytes(now.size)}`;
  return bytes((now ?? before).size);
}

/** Files and comparison share their place. */
export function showChanges(shown) {
  setHidden(box, !shown);
  setHidden(byId('change-words'), !shown);
}
