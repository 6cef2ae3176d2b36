// Short messages in the corner. Bad news stays until it is closed.

import { byId, h, icon } from './dom.js';

const GOOD_NEWS_MS = 5000;

export function toast(title, detail = '', tone = 'info') {
  const close = h('button', { type: 'button', class: 'button quiet small square', 'aria-label': 'Close', onclick: () => box.remove() }, icon('cross'));
  const box = h('div', { class: 'toast', data: { tone } }, h('p', {}, h('strong', {}, title), detail), close);
  byId('toasts').append(box);
  if (tone !== 'bad') setTimeout(() => box.remove(), GOOD_NEWS_MS);
}

/** Says what went wrong with a command. */
export function toastError(error) {
  toast(error.title ?? 'That did not work', error.message, 'bad');
}
