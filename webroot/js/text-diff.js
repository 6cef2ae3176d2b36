// What differs in the text of a file between two snapshots, line by line.

import { get } from './api.js';
import { h, icon } from './dom.js';
import { placeUrl } from './snapshot-links.js';
import { plural } from './format.js';
import { visibleText } from './names.js';

const SIGNS = { added: '+', removed: '−', same: ' ' };
const WORDS = { added: 'Added: ', removed: 'Removed: ', same: '' };

/** Shows the older of the two before the newer one, whichever of them is looked at. */
export async function renderDiff(box, place, { name, signal }) {
  const [from, to] = [place.diff, place.snapshot].sort();
  try {
    const params = new URLSearchParams({ bucket: place.bucket, key: place.key, from, to });
    const diff = await get(`/api/files/diff?${params}`, { signal });
    box.replaceChildren(h('div', { class: 'diff' },
      h('p', { class: 'diff-head' }, h('span', {}, `${name(from)} → ${name(to)}`),
        h('a', { class: 'button quiet small square', href: placeUrl({ ...place, diff: '' }), 'aria-label': 'Back to the file', title: 'Back to the file' }, icon('cross'))),
      body(diff)));
  } catch (error) {
    if (error.name !== 'AbortError') box.replaceChildren(h('p', { class: 'empty failed' }, h('strong', {}, error.title ?? 'The versions cannot be compared'), error.message));
  }
}

function body({ kind, hunks, truncated }) {
  if (kind === 'binary') return h('p', { class: 'empty' }, h('strong', {}, 'Not text'), 'Only text can be compared line by line. Download both to look at them.');
  if (kind === 'too_large') return h('p', { class: 'empty' }, h('strong', {}, 'Too large to compare here'), 'Download both to look at them.');
  if (hunks.length === 0) return h('p', { class: 'empty' }, h('strong', {}, 'The same'), 'Both versions have the same text.');
  return [
    h('pre', { class: 'hunks', tabindex: 0, 'aria-label': 'What differs' }, hunks.map((hunk) => [
      h('span', { class: 'hunk' }, `Line ${hunk.to}\n`),
      ...hunk.lines.map(({ kind: fate, text }) => h('span', { class: `line ${fate}` },
        h('span', { class: 'visually-hidden' }, WORDS[fate]), h('span', { 'aria-hidden': 'true' }, SIGNS[fate]), ` ${visibleText(text)}\n`)),
    ]).flat()),
    truncated ? h('p', { class: 'muted' }, `Only the first ${plural(hunks.length, 'difference')}.`) : '',
  ];
}
