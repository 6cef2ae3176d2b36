// The drawer: what changes in config.json, or the whole file as it will be written.

import { byId, h, setText } from './dom.js';
import { drawDiff } from './config-diff.js';
import { changedLines, same } from './config-model.js';
import { plural, visible } from './format.js';

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;
const place = byId('preview');

/** Opens it on `view`: `changes` or `file`. */
export function openDrawer(saved, draft, view) {
  const drawer = byId('drawer');
  const draw = ({ value }) => (value === 'changes' ? drawChanges(saved, draft) : drawFile(saved, draft));
  for (const radio of drawer.querySelectorAll('input[name=drawer]')) {
    radio.checked = radio.value === view;
    radio.onchange = () => draw(radio);
    if (radio.checked) draw(radio);
  }
  drawer.onclick = ({ target }) => { if (target === drawer) drawer.close(); };
  drawer.showModal();
  place.focus();
}

function drawChanges(saved, draft) {
  place.classList.add('diff');
  const { added, removed } = drawDiff(place, saved, draft);
  setText(byId('drawer-note'), added + removed === 0 ? 'Nothing has changed.' : `${plural(added, 'line')} added, ${plural(removed, 'line')} removed.`);
}

function drawFile(saved, draft) {
  place.classList.remove('diff');
  place.replaceChildren(...changedLines(draft, saved).map(({ text, changed }) => h('span', { class: changed ? 'row changed' : 'row' }, ...tokens(text))));
  setText(byId('drawer-note'), same(saved, draft) ? 'As it is saved.' : 'As it will be written; changed lines are marked.');
}

function tokens(line) {
  const parts = [];
  let from = 0;
  for (const match of line.matchAll(TOKEN)) {
    const [all, string, colon, number] = match;
    parts.push(line.slice(from, match.index));
    const kind = string ? (colon ? 'key' : 'string') : number ? 'number' : 'literal';
    parts.push(h('span', { class: kind }, visible(string ?? all)), colon ?? '');
    from = match.index + all.length;
  }
  parts.push(line.slice(from));
  return parts;
}
