// What a run changed: the files that differ between its snapshot and the one before, bucket by bucket.

import { h, icon, setText, url } from './dom.js';
import { get } from './api.js';
import { bytes, count, plural, visible } from './format.js';
import { leftOut } from './results.js';
import { folderOf } from './place.js';
import { nameElement } from './names.js';
import { PagedList } from './paged-list.js';
import { question } from './snapshot-links.js';

const PAGE = 100;
const KINDS = {
  added: { tone: 'good', icon: 'plus', word: 'Added' },
  changed: { tone: 'info', icon: 'sync', word: 'Changed' },
  removed: { tone: 'bad', icon: 'minus', word: 'Deleted' },
};

/** A place in Files. */
export function filesUrl({ bucket, at, path, key }) {
  return url(`/files?${new URLSearchParams(Object.entries({ bucket, path, at, key }).filter(([, value]) => value))}`);
}

/** The card of a run that made a snapshot; null where there is nothing to show. */
export function changesCard(run) {
  if (!run.new_snapshot || !run.snapshot || run.dry_run) return null;
  const buckets = run.buckets.filter((bucket) => !leftOut(bucket) && bucket.listing_complete);
  if (buckets.length === 0) return null;
  const changed = buckets.filter(differs);
  const words = h('p', { class: 'changes-words muted', role: 'status' }, 'Comparing with the snapshot before…');
  const list = h('ul', { class: 'change-rows paged' });
  const tabs = h('div', { class: 'change-buckets', role: 'group', 'aria-label': 'Bucket' });
  const card = h('section', { class: 'card', id: 'what-changed', 'aria-label': 'What changed' }, h('header', {}, h('h2', {}, 'What changed')), tabs, words, list);
  compare(run, changed.length > 0 ? changed : buckets, { words, list, tabs });
  return card;
}

function differs({ counts }) {
  return ['downloaded', 'deleted', 'metadata_refreshed'].some((part) => counts[part]?.objects > 0);
}

async function compare(run, buckets, { words, list, tabs }) {
  let before;
  try {
    before = (await get(`/api/snapshots/${encodeURIComponent(run.snapshot)}`)).certificate?.previous ?? null;
  } catch (error) {
    return setText(words, error.status === 404 ? 'The snapshot of this run has been removed since.' : error.message);
  }
  if (before == null) {
    words.replaceChildren('This is the first snapshot: everything in it is new. ', h('a', { href: filesUrl({ bucket: buckets[0].bucket, at: run.snapshot }) }, 'Look at its files'));
    return;
  }
  const rows = new PagedList(list, (change) => row(change, run, before));
  const open = async (bucket) => {
    for (const tab of tabs.children) tab.setAttribute('aria-pressed', String(tab.value === bucket));
    rows.bucket = bucket;
    setText(words, 'Comparing…');
    const page = await rows.show(async (after, signal) => {
      const answer = await get(question(run.snapshot, 'diff', { bucket, with: before, limit: PAGE, ...(after ? { after } : {}) }), { signal });
      return { ...answer, items: answer.changes.map((change) => ({ ...change, bucket })) };
    }, () => h('p', { class: 'empty' }, 'The same files as in the snapshot before.'));
    if (page) words.replaceChildren(...summary(page.counts));
    else if (rows.bucket === bucket) setText(words, '');
  };
  if (buckets.length > 1) tabs.append(...buckets.map(({ bucket }) => h('button', { type: 'button', class: 'filter-chip', value: bucket, onclick: () => open(bucket) }, visible(bucket))));
  await open(buckets[0].bucket);
}

function summary(counts) {
  const told = Object.entries(KINDS).filter(([kind]) => counts[kind].objects > 0)
    .map(([kind, { tone, icon: name, word }]) => h('span', { class: 'chip', data: { tone } }, icon(name), `${plural(counts[kind].objects, 'file')} ${word.toLowerCase()}, ${bytes(counts[kind].bytes)}`));
  return [...told, h('span', { class: 'muted' }, `${count(counts.same.objects)} the same`)];
}

function row({ kind, key, bucket, before: was, now: is }, run, before) {
  const { tone, icon: name, word } = KINDS[kind];
  const at = kind === 'removed' ? before : run.snapshot;
  const size = was && is && was.size !== is.size ? `${bytes(was.size)} → ${bytes(is.size)}` : bytes((is ?? was).size);
  return h('li', { data: { tone, kind } },
    h('a', { class: 'change', href: filesUrl({ bucket, at, path: folderOf(key), key }), title: kind === 'removed' ? 'Open it as it was before' : 'Open it in Files' },
      icon(name), h('span', { class: 'visually-hidden' }, word), nameElement(key), h('span', { class: 'size' }, size)));
}
