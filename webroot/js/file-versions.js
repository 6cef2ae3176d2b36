// The contents that a file has had, the newest first, and when it was not there.

import { get } from './api.js';
import { h, icon } from './dom.js';
import { bytes, capital, exact, instant, plural } from './format.js';
import { fileUrl, placeUrl, restoreUrl } from './snapshot-links.js';
import { step } from './place.js';

/** More are there by a search. */
const MOST = 50;

/**
 * @param name what a snapshot is called
 * @param compare whether versions may be compared
 */
export async function renderVersions(box, place, { name, signal, compare }) {
  const drawn = (versions) => draw(box, versions, place, { name, compare });
  // Another time marks another version; which there are stays.
  if (box.versions?.of === `${place.bucket}\0${place.key}`) drawn(box.versions.found);
  try {
    const params = new URLSearchParams({ bucket: place.bucket, key: place.key });
    const found = await get(`/api/files/versions?${params}`, { signal });
    box.versions = { of: `${place.bucket}\0${place.key}`, found };
    drawn(found);
  } catch (error) {
    if (error.name !== 'AbortError') box.replaceChildren(h('p', { class: 'muted failed' }, `${error.title ?? 'The versions cannot be listed'}. ${error.message}`));
  }
}

function draw(box, { versions, next, unreadable }, place, context) {
  const contents = versions.filter((version) => !version.gone).length;
  box.replaceChildren(
    h('h4', {}, contents === 0 ? 'No version of it is known' : plural(contents, 'version')),
    h('ol', { class: 'file-versions' }, versions.slice(0, MOST).map((version) => row(version, place, context))),
    unreadable.length > 0 ? h('p', { class: 'muted' }, `${plural(unreadable.length, 'snapshot')} could not be read.`) : '',
    versions.length > MOST || next != null ? h('p', { class: 'muted' }, 'Older ones: ', h('a', { href: placeUrl({ ...place, q: place.key }) }, 'search for the file')) : '');
}

function row(version, place, { name, compare }) {
  const here = version.first <= place.snapshot && place.snapshot <= version.last;
  const span = capital(version.first === version.last ? name(version.first) : `${name(version.first)} to ${name(version.last)}`);
  if (version.gone) {
    return h('li', { class: 'gone', 'aria-current': here ? 'true' : null }, h('i', { class: 'knot' }), h('span', { class: 'when' }, 'Not there'), h('span', { class: 'span' }, span));
  }
  const compared = place.diff !== '' && version.first <= place.diff && place.diff <= version.last;
  const modified = instant(version.last_modified);
  return h('li', { 'aria-current': here ? 'true' : null, data: { last: version.last } }, h('i', { class: 'knot' }),
    h('a', { class: 'when', href: placeUrl(step(place, { snapshot: here ? place.snapshot : version.last, diff: '' })), title: modified == null ? null : `Changed ${exact(modified)}` }, span),
    h('span', { class: 'span' }, `${bytes(version.size)} · ${plural(version.snapshots, 'snapshot')}`),
    h('span', { class: 'version-actions' },
      here || !compare ? null : h('a', { class: 'button quiet small compare', 'aria-pressed': null, href: placeUrl({ ...place, diff: compared ? '' : version.last }),
        title: compared ? 'Back to the file' : 'Compare with the version that is shown' }, compared ? 'Close' : 'Compare'),
      h('a', { class: 'button quiet small square', href: fileUrl(version.last, place.bucket, place.key), download: '', 'aria-label': 'Download this version', title: 'Download this version' }, icon('download')),
      h('a', { class: 'button quiet small square restore-now', href: restoreUrl({ snapshot: version.last, buckets: [place.bucket], keys: [place.key] }),
        'aria-label': 'Restore this version', title: 'Restore this version' }, icon('restore'))));
}
