// Asks before something that is not easily undone.

import { h, setText } from './dom.js';

let dialog = null;

function make() {
  const title = h('h2', { id: 'sure-title' });
  const words = h('p', { id: 'sure-words' });
  const yes = h('button', { class: 'button primary', value: 'yes', id: 'sure-yes' });
  const element = document.body.appendChild(h('dialog', { id: 'sure', 'aria-labelledby': 'sure-title' }, h('form', { method: 'dialog' },
    h('div', { class: 'body' }, title, words),
    h('footer', {}, h('button', { class: 'button', value: 'no', autofocus: true }, 'Cancel'), yes))));
  return { element, title, words, yes };
}

/** Resolves to whether it is wanted; `yes` is what the button says. What takes something away is `danger`. */
export function sure(title, words, yes, { danger = false } = {}) {
  dialog ??= make();
  setText(dialog.title, title);
  setText(dialog.words, words);
  setText(dialog.yes, yes);
  dialog.yes.className = danger ? 'button danger solid' : 'button primary';
  dialog.element.returnValue = 'no';
  dialog.element.showModal();
  return new Promise((resolve) => dialog.element.addEventListener('close', () => resolve(dialog.element.returnValue === 'yes'), { once: true }));
}
