// The files on their way. A file keeps its line as long as it is under way, so that the eye can follow it.

import { h, setAttribute, setData, setHidden, setText, setVar } from './dom.js';
import { bytes, count, middle, visible } from './format.js';

const SHOWN = 5;

/** The list's element and `draw(run)`; so many lines are `shown` at most. */
export function transferList({ words = 'Downloading now', shown = SHOWN } = {}) {
  const title = h('h3', {}, words);
  const lines = Array.from({ length: shown }, line);
  const element = h('div', { class: 'flight' }, title, h('ul', { id: 'in-flight' }, lines.map((each) => each.element)));
  return {
    element,
    draw({ transfers = [] }) {
      const wanted = new Map(transfers.map((transfer) => [`${transfer.bucket}/${transfer.key}`, transfer]));
      for (const own of lines) {
        own.transfer = wanted.get(own.name) ?? null;
        wanted.delete(own.name);
      }
      const waiting = wanted.entries();
      for (const own of lines) {
        if (!own.transfer) [own.name, own.transfer] = waiting.next().value ?? [null, null];
        draw(own);
      }
      setData(element, 'empty', String(transfers.length === 0));
      setText(title, transfers.length > shown ? `${words} (${count(transfers.length)})` : words);
    },
  };
}

function line() {
  const own = { name: null, transfer: null, label: h('span', { class: 'key' }), size: h('span', { class: 'size' }), fill: h('i') };
  own.bar = h('span', { class: 'bar', 'aria-hidden': 'true' }, own.fill);
  own.element = h('li', {}, own.label, own.size, own.bar);
  return own;
}

function draw({ name, transfer, label, size, fill, bar }) {
  setHidden(bar, !transfer);
  setText(label, transfer ? middle(visible(name), 52) : '');
  setAttribute(label, 'title', transfer ? visible(name) : null);
  setText(size, transfer ? (transfer.received > 0 ? `${bytes(transfer.received)} of ${bytes(transfer.size)}` : bytes(transfer.size)) : '');
  setVar(fill, '--done', transfer && transfer.size > 0 ? (transfer.received / transfer.size).toFixed(3) : 0);
}
