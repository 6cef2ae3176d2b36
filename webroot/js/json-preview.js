// The file as it will be written, with the changed lines marked.

import { byId, h, setText } from './dom.js';
import { changedLines } from './config-model.js';
import { plural, visible } from './format.js';

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Draws `config` beside what is saved now. */
export function preview(config, saved) {
  const lines = changedLines(config, saved);
  byId('preview').replaceChildren(...lines.map(({ text, changed }) => h('span', { class: changed ? 'row changed' : 'row' }, ...tokens(text))));
  const many = lines.filter((line) => line.changed).length;
  setText(byId('preview-note'), many === 0 ? 'as saved' : `${plural(many, 'line')} changed`);
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
