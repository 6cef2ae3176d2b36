// One file: what it looks like, what is known of it, and how to have it.

import { byId, h, icon, setHidden } from './dom.js';
import { get } from './api.js';
import { bytes, exact, instant, visible } from './format.js';
import { fileUrl, imageUrl, placeUrl, question, restoreUrl } from './snapshot-links.js';
import { holder, leaf } from './place.js';
import { nameElement, phraseNodes, visibleText } from './names.js';
import { now, timeElement } from './clock.js';
import { snapshotWords } from './restore-words.js';

const STATES = {
  linked: 'Unchanged since the snapshot before', downloaded: 'Downloaded by this run',
  carried: 'Gone from S3, and kept', kept: 'The previous version: this time it could not be read',
};
/** Where the file is shown above the list, not beside it; as the style sheet has it. */
const STACKED = '(max-width: 980px)';
const box = byId('preview');
let asked = null;

export function closePreview() {
  if (box.hidden) return;
  asked?.abort();
  // Whoever closes it with the keyboard goes on where it was opened.
  if (box.contains(document.activeElement)) byId('browser').querySelector('a.entry[aria-current]')?.focus();
  setHidden(box, true);
  box.replaceChildren();
  byId('browser').dataset.open = 'false';
}

/** Shows the file that the place names. */
export async function openPreview(place) {
  asked?.abort();
  const asking = new AbortController();
  asked = asking;
  setHidden(box, false);
  byId('browser').dataset.open = 'true';
  const body = h('div', { class: 'shown', 'aria-busy': 'true' }, h('p', { class: 'empty' }, 'Opening…'));
  box.replaceChildren(head(place), body);
  if (matchMedia(STACKED).matches) box.scrollIntoView({ block: 'start' });
  try {
    const file = await get(question(holder(place), 'preview', { bucket: place.bucket, key: place.key }), { signal: asking.signal });
    body.replaceChildren(looks(file, place));
    box.append(actions(file, place), knowledge(file, place));
  } catch (error) {
    if (error.name === 'AbortError') return;
    body.replaceChildren(h('p', { class: 'empty failed' }, h('strong', {}, error.title ?? 'That did not work'), error.message));
  } finally {
    body.removeAttribute('aria-busy');
  }
}

function head(place) {
  const close = h('a', { class: 'button quiet small square', id: 'preview-close', href: placeUrl({ ...place, key: '' }), 'aria-label': 'Close the file' }, icon('cross'));
  return h('header', {}, h('h3', {}, nameElement(leaf(place.key), { title: place.key })), close);
}

function looks(file, place) {
  switch (file.kind) {
    case 'image':
      return h('img', { src: imageUrl(holder(place), place.bucket, place.key), alt: 'The picture in this file', onerror: (event) =>
        event.target.replaceWith(h('p', { class: 'empty' }, h('strong', {}, 'No preview'), 'This browser cannot show the picture.')) });
    case 'text':
      return h('div', {}, h('pre', { tabindex: 0, dir: 'auto', 'aria-label': 'The text in this file' }, visibleText(file.text)),
        file.truncated ? h('p', { class: 'muted' }, `The first 64 KiB of ${bytes(file.content.size)}.`) : null);
    case 'empty':
      return h('p', { class: 'empty' }, h('strong', {}, 'An empty file'), 'It has no bytes.');
    default:
      return h('p', { class: 'empty' }, h('strong', {}, 'No preview'), 'Only text and pictures are shown here. Download the file to look into it.');
  }
}

function knowledge(file, place) {
  const { content } = file;
  const facts = [
    ['Size', h('span', { title: `${content.size} bytes` }, bytes(content.size))],
    ['Modified', h('span', {}, timeElement(content.last_modified), h('span', { class: 'muted' }, ` ${exact(instant(content.last_modified))}`))],
    ['Type', file.headers['Content-Type'] ? visible(file.headers['Content-Type']) : null],
    // Beside a comparison it could be the one or the other.
    place.with ? ['Snapshot', phraseNodes(snapshotWords(holder(place), now()))] : ['In this snapshot', STATES[content.state]],
    ['Storage class', file.storage_class],
    ['SHA-256', content.sha256 ? h('code', {}, content.sha256) : 'Not known: the old tool kept none'],
    ['ETag', content.etag ? h('code', {}, visible(content.etag)) : null],
    ['Version', file.version ? h('code', {}, visible(file.version)) : null],
    ...Object.entries(file.metadata).map(([name, value]) => [`Metadata ${visible(name)}`, visible(value)]),
    ['Key', nameElement(file.key)],
  ];
  return h('dl', { class: 'known' }, facts.filter(([, value]) => value != null).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

function actions(file, place) {
  const from = holder(place);
  return h('footer', {},
    h('a', { class: 'button primary', id: 'download', href: fileUrl(from, place.bucket, place.key), download: '' }, icon('download'), 'Download'),
    h('a', { class: 'button', id: 'restore-file', href: restoreUrl({ snapshot: from, buckets: [place.bucket], keys: [place.key] }) }, icon('restore'), 'Restore'),
    h('a', { class: 'button', id: 'versions', href: placeUrl({ ...place, key: '', with: '', q: file.key }) }, icon('search'), 'Other versions'));
}
