// Keys on the page. Whatever a key holds, it is seen whole, cannot be taken for another one, and turns nothing around it.

import { h } from './dom.js';
import { visible } from './format.js';

/** A name, isolated from the reading direction of what is around it. */
export function nameElement(name, { title = name, ...props } = {}) {
  return h('bdi', { class: name === '' ? 'name nameless' : 'name', title: visible(title), ...props }, name === '' ? '(no name)' : visible(name));
}

/** The text of a file: its lines stay, what could pretend something is shown as an escape. */
export function visibleText(text) {
  return text.replaceAll('\r\n', '\n').split(/([\n\t]+)/).map((part, i) => (i % 2 ? part : visible(part))).join('');
}

/** A phrase as nodes: its texts, and the names in it as names. */
export function phraseNodes(phrase) {
  return phrase.map((part) => (typeof part === 'string' ? part : nameElement(part.name)));
}
