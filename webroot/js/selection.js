// What is ticked in a list of files, and the bar below it that says so and what can be done with it.

import { h, setHidden, setText } from './dom.js';
import { count, plural } from './format.js';
import { MOST_CHOSEN } from './restore-request.js';

export class Selection {
  #items = new Map();
  #last = null;

  /**
   * @param box the list element
   * @param bar where it is said; hidden while nothing is ticked
   * @param actions makes of the ticked items the links of the bar
   */
  constructor(box, bar, actions) {
    this.box = box;
    this.bar = bar;
    this.actions = actions;
    this.words = h('span', { class: 'ticked', role: 'status' });
    this.links = h('span', { class: 'ticked-actions' });
    bar.replaceChildren(this.words, h('button', { type: 'button', class: 'button quiet', onclick: () => this.clear() }, 'Clear'), this.links);
    box.addEventListener('click', (event) => event.target.matches('.tick') && this.#clicked(event));
    // On a row, the key that ticks a checkbox does it too.
    box.addEventListener('keydown', (event) => {
      const tick = event.key === ' ' && event.target.matches('a.entry') ? event.target.closest('li').querySelector('.tick') : null;
      if (!tick) return;
      event.preventDefault();
      tick.click();
    });
  }

  /** The checkbox of a row; `item` is what it stands for. */
  tick(name, item) {
    const box = h('input', { type: 'checkbox', class: 'tick', 'aria-label': name });
    box.item = item;
    return box;
  }

  /** Ticks every row that is shown, or none when all are. */
  all() {
    const ticks = this.#ticks();
    const checked = ticks.some((tick) => !tick.checked);
    for (const tick of ticks) this.#set(tick, checked);
    this.#tell();
  }

  /** Nothing is ticked any more; also for a list whose rows are gone. */
  clear() {
    const inBar = this.bar.contains(document.activeElement);
    for (const tick of this.#ticks()) tick.checked = false;
    this.#items.clear();
    this.#last = null;
    this.#tell();
    // The bar goes, and the focus must not go with it.
    if (inBar) this.box.querySelector('a.entry')?.focus();
  }

  #ticks() {
    return [...this.box.querySelectorAll('.tick')];
  }

  // With Shift, everything from the one that was clicked before.
  #clicked({ target, shiftKey }) {
    const ticks = this.#ticks();
    const from = shiftKey ? ticks.indexOf(this.#last) : -1;
    const to = ticks.indexOf(target);
    for (const tick of from < 0 ? [target] : ticks.slice(Math.min(from, to), Math.max(from, to) + 1)) this.#set(tick, target.checked);
    this.#last = target;
    this.#tell();
  }

  #set(tick, checked) {
    tick.checked = checked;
    if (checked) this.#items.set(tick.item, tick.item);
    else this.#items.delete(tick.item);
  }

  #tell() {
    const items = [...this.#items.values()];
    setHidden(this.bar, items.length === 0);
    if (items.length === 0) return;
    const folders = items.filter((item) => item.folder).length;
    const files = items.length - folders;
    const words = [files > 0 ? plural(files, 'file') : '', folders > 0 ? plural(folders, 'folder') : ''].filter(Boolean).join(', ');
    const tooMany = items.length > MOST_CHOSEN;
    setText(this.words, tooMany ? `${words}: more than ${count(MOST_CHOSEN)} cannot be restored at once; take the folder, or a pattern` : `${words} selected`);
    this.links.replaceChildren(...(tooMany ? [] : this.actions(items)));
  }
}
