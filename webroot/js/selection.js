// What is ticked in a list of files, and the bar that says so and what can be done with it. The list itself need not be there.

import { h, setHidden, setText } from './dom.js';
import { count, plural } from './format.js';
import { MOST_CHOSEN } from './restore-request.js';

export class Selection {
  #items = new Map();

  /**
   * @param bar where it is said; hidden while nothing is ticked
   * @param actions makes of the ticked items the links of the bar
   * @param changed is told when other items are ticked
   */
  constructor(bar, actions, changed) {
    this.bar = bar;
    this.actions = actions;
    this.changed = changed;
    this.words = h('span', { class: 'ticked', role: 'status' });
    this.links = h('span', { class: 'ticked-actions' });
    bar.replaceChildren(this.words, h('button', { type: 'button', class: 'button quiet', onclick: () => this.clear() }, 'Clear'), this.links);
  }

  get size() {
    return this.#items.size;
  }

  has(item) {
    return this.#items.has(nameOf(item));
  }

  /** Ticks all of these, or none of them. */
  set(items, ticked) {
    for (const item of items) {
      if (ticked) this.#items.set(nameOf(item), item);
      else this.#items.delete(nameOf(item));
    }
    this.#tell();
  }

  clear() {
    if (this.#items.size === 0) return;
    this.#items.clear();
    this.#tell();
  }

  #tell() {
    const items = [...this.#items.values()];
    setHidden(this.bar, items.length === 0);
    if (items.length > 0) this.#say(items);
    this.changed();
  }

  #say(items) {
    const folders = items.filter((item) => item.folder).length;
    const files = items.length - folders;
    const words = [files > 0 ? plural(files, 'file') : '', folders > 0 ? plural(folders, 'folder') : ''].filter(Boolean).join(', ');
    const tooMany = items.length > MOST_CHOSEN;
    setText(this.words, tooMany ? `${words}: more than ${count(MOST_CHOSEN)} cannot be restored at once; take the folder, or a pattern` : `${words} selected`);
    this.links.replaceChildren(...(tooMany ? [] : this.actions(items)));
  }
}

function nameOf({ bucket = '', key }) {
  return `${bucket}\0${key}`;
}
