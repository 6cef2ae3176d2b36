// The question before a save: what exactly changes in the file?

import { byId, h, setText } from './dom.js';
import { diffLines } from './config-model.js';
import { plural, visible } from './format.js';

const CONTEXT = 2;
const dialog = byId('review');
const MARKS = { added: '+', removed: '−', same: ' ' };
const WORDS = { added: 'Added: ', removed: 'Removed: ', same: '' };

/** Shows the difference and resolves to whether it is to be saved. */
export async function review(saved, draft) {
  const lines = diffLines(saved, draft);
  const added = lines.filter((line) => line.kind === 'added').length;
  const removed = lines.filter((line) => line.kind === 'removed').length;
  setText(byId('review-note'), `${plural(added, 'line')} added, ${plural(removed, 'line')} removed in config.json. In force as soon as it is saved.`);
  byId('review-diff').replaceChildren(...near(lines).map((line) => (line === null
    ? h('span', { class: 'row gap' }, '⋯')
    : h('span', { class: 'row', data: { kind: line.kind } }, h('span', { class: 'visually-hidden' }, WORDS[line.kind]),
      h('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[line.kind]), visible(line.text)))));
  dialog.returnValue = 'no';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  return dialog.returnValue === 'yes';
}

// The lines that change and their neighbours; null where some were left out.
function near(lines) {
  const wanted = lines.map((_, index) => lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line.kind !== 'same'));
  const shown = [];
  lines.forEach((line, index) => {
    if (wanted[index]) shown.push(line);
    else if (shown.length > 0 && shown[shown.length - 1] !== null) shown.push(null);
  });
  return shown[shown.length - 1] === null ? shown.slice(0, -1) : shown;
}
