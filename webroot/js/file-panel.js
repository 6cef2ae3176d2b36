// One file beside the list: what it looks like, what is known of it, which versions there are, and how to have one.

import { byId, h, icon, setHidden } from './dom.js';
import { get } from './api.js';
import { bytes, exact, instant, plural, visible } from './format.js';
import { fileUrl, imageUrl, placeUrl, question, restoreUrl } from './snapshot-links.js';
import { leaf } from './place.js';
import { nameElement, phraseNodes, visibleText } from './names.js';
import { now, timeElement } from './clock.js';
import { renderDiff } from './text-diff.js';
import { snapshotWords } from './restore-words.js';
import { toast } from './toast.js';
import { renderVersions } from './file-versions.js';

const STATES = {
  linked: 'Unchanged since the snapshot before', downloaded: 'Downloaded by this run',
  carried: 'Gone from S3, and kept', kept: 'The previous version: this time it could not be read',
};
const box = byId('panel');
const title = h('h3', {});
const badge = h('span', { class: 'chip', hidden: true });
const shownBox = h('div', { class: 'shown' });
const actionsBox = h('div', { class: 'panel-actions' });
const versionsBox = h('section', { class: 'versions-box', 'aria-label': 'Versions' });
const knownBox = h('dl', { class: 'known' });
const mayOpen = document.documentElement.dataset.role !== 'viewer';
/** Where a file has the whole screen, as the style sheet has it. */
const narrow = matchMedia('(max-width: 760px)');
let asked = null;
let versionsOf = null;

box.append(
  h('header', {}, title, badge, h('a', { class: 'button quiet small square', id: 'panel-close', 'aria-label': 'Close the file', title: 'Close (Esc)' }, icon('cross'))),
  h('div', { class: 'panel-body' }, shownBox, actionsBox, versionsBox, knownBox));

export function closePanel() {
  asked?.abort();
  asked = null;
  versionsOf = null;
  box.close();
}

/** Beside the list the page goes on around it; over the whole screen nothing else is to be had. */
function reveal() {
  if (box.open && box.matches(':modal') === narrow.matches) return;
  if (box.open) box.close();
  if (narrow.matches) box.showModal();
  else box.setAttribute('open', '');
}

narrow.addEventListener('change', () => box.open && reveal());
// The address closes it, so that one can go back to it.
box.addEventListener('cancel', (event) => {
  event.preventDefault();
  byId('panel-close').click();
});

/**
 * Shows the file that the place names.
 *
 * @param from the snapshot that the list compares with, or null; out of it a file comes that is there no more
 * @param gone whether that is known already
 * @param name what a snapshot is called
 */
export async function openPanel(place, { from, gone, name }) {
  asked?.abort();
  const asking = new AbortController();
  asked = asking;
  const fresh = !box.open || box.dataset.key !== place.key;
  box.dataset.key = place.key;
  title.replaceChildren(nameElement(leaf(place.key), { title: place.key }));
  byId('panel-close').href = placeUrl({ ...place, key: '', diff: '' });
  reveal();
  if (fresh) {
    shownBox.replaceChildren(h('p', { class: 'empty' }, 'Opening…'));
    for (const part of [actionsBox, knownBox]) part.replaceChildren();
    setHidden(badge, true);
  }
  shownBox.setAttribute('aria-busy', 'true');
  const versions = `${place.bucket}\0${place.key}`;
  if (versionsOf !== versions) versionsBox.replaceChildren();
  versionsOf = versions;
  renderVersions(versionsBox, place, { name, signal: asking.signal, compare: mayOpen });
  try {
    const { holder, file } = await open(place, gone ? from : null, gone ? null : from, asking.signal);
    if (asking.signal.aborted) return;
    show(place, holder, file, { from, name, signal: asking.signal });
  } catch (error) {
    if (error.name === 'AbortError') return;
    missing(error);
  } finally {
    if (asked === asking) shownBox.removeAttribute('aria-busy');
  }
}

/** The file, and the snapshot it is out of: the one of the place or, where that has it no more, the one it is compared with. */
async function open(place, first, second, signal) {
  const holder = first ?? place.snapshot;
  if (!mayOpen) return { holder, file: null };
  try {
    return { holder, file: await get(question(holder, 'preview', { bucket: place.bucket, key: place.key }), { signal }) };
  } catch (error) {
    if (error.status !== 404 || first != null || second == null) throw error;
    return open(place, second, null, signal);
  }
}

function missing(error) {
  setHidden(badge, true);
  for (const part of [actionsBox, knownBox]) part.replaceChildren();
  shownBox.replaceChildren(error.status === 404
    ? h('p', { class: 'empty failed' }, h('strong', {}, 'Not there at this time'), 'This snapshot does not hold the file. Its versions are below.')
    : h('p', { class: 'empty failed' }, h('strong', {}, error.title ?? 'Something went wrong'), error.message));
}

function show(place, holder, file, context) {
  const gone = holder !== place.snapshot;
  setHidden(badge, !gone);
  badge.dataset.tone = 'bad';
  badge.replaceChildren(icon('minus'), 'Deleted');
  box.toggleAttribute('data-gone', gone);
  badge.title = gone ? `As it was ${context.name(holder)}` : '';
  if (file == null) {
    shownBox.replaceChildren(h('p', { class: 'empty' }, h('strong', {}, 'No preview'), 'You can look at what there is, but not open files. An operator can.'));
    return;
  }
  if (place.diff) renderDiff(shownBox, place, context);
  else shownBox.replaceChildren(looks(file, holder, place));
  actionsBox.replaceChildren(...actions(file, holder, place, gone));
  knownBox.replaceChildren(...knowledge(file, holder, gone));
}

function looks(file, holder, place) {
  switch (file.kind) {
    case 'image':
      return h('img', { src: imageUrl(holder, place.bucket, place.key), alt: 'The picture in this file', onerror: (event) =>
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

function actions(file, holder, place, gone) {
  const keys = { snapshot: holder, buckets: [place.bucket], keys: [place.key] };
  return [
    h('a', { class: gone ? 'button' : 'button primary', id: 'download', href: fileUrl(holder, place.bucket, place.key), download: '' }, icon('download'), 'Download'),
    h('a', { class: gone ? 'button primary restore-now' : 'button restore-now', id: 'restore-file', href: restoreUrl(keys), title: 'Restore this version' }, icon('restore'), 'Restore'),
    file.path ? h('button', { type: 'button', class: 'button', id: 'copy-path', title: visible(file.path), onclick: () => copy(file.path) }, icon('copy'), 'Copy path') : null,
  ].filter(Boolean);
}

async function copy(path) {
  try {
    await navigator.clipboard.writeText(path);
    toast('Copied', 'The path of the file on the server’s disk.');
  } catch {
    // Without HTTPS there is no clipboard for scripts.
    toast('Copy it from here', path);
  }
}

function knowledge({ content, headers, storage_class: storage, version, metadata, key, path }, holder, gone) {
  const facts = [
    ['Size', h('span', { title: plural(content.size, 'byte') }, bytes(content.size))],
    ['Modified', h('span', {}, timeElement(content.last_modified), h('span', { class: 'muted' }, ` ${exact(instant(content.last_modified))}`))],
    ['Snapshot', h('span', {}, ...phraseNodes(snapshotWords(holder, now())), gone ? '' : h('span', { class: 'muted' }, STATES[content.state] ? ` · ${STATES[content.state].toLowerCase()}` : ''))],
    ['Type', headers['Content-Type'] ? visible(headers['Content-Type']) : null],
    ['Storage class', storage],
    ['SHA-256', content.sha256 ? h('code', {}, content.sha256) : 'Not known: the old tool kept none'],
    ['ETag', content.etag ? h('code', {}, visible(content.etag)) : null],
    ['Version', version ? h('code', {}, visible(version)) : null],
    ...Object.entries(metadata).map(([name, value]) => [`Metadata ${visible(name)}`, visible(value)]),
    ['Key', nameElement(key)],
    ['On disk', path ? h('code', {}, visible(path)) : null],
  ];
  return facts.filter(([, value]) => value != null).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]);
}
