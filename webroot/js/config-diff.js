// What makes one configuration out of the other, line by line.

import { h } from './dom.js';
import { diffLines } from './config-model.js';
import { visible } from './format.js';

const CONTEXT = 2;
const MARKS = { added: '+', removed: '−', same: ' ' };
const WORDS = { added: 'Added: ', removed: 'Removed: ', same: '' };

/** Fills the place with the lines that change and their neighbours; returns how many are added and removed. */
export function drawDiff(place, before, after) {
  const lines = diffLines(before, after);
  place.replaceChildren(...near(lines).map((line) => (line === null
    ? h('span', { class: 'row gap' }, '⋯')
    : h('span', { class: 'row', data: { kind: line.kind } }, h('span', { class: 'visually-hidden' }, WORDS[line.kind]),
      h('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[line.kind]), visible(line.text)))));
  const many = (kind) => lines.filter((line) => line.kind === kind).length;
  return { added: many('added'), removed: many('removed') };
}

// Null where some were left out.
function near(lines) {
  const wanted = lines.map((_, index) => lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line.kind !== 'same'));
  const shown = [];
  lines.forEach((line, index) => {
    if (wanted[index]) shown.push(line);
    else if (shown.length > 0 && shown[shown.length - 1] !== null) shown.push(null);
  });
  return shown[shown.length - 1] === null ? shown.slice(0, -1) : shown;
}
