// A list of any length that asks for its next page when its end comes into view.

import { h, icon } from './dom.js';

const AHEAD = '600px';

export class PagedList {
  #question = null;
  #next = null;
  #more = null;
  #watch = null;

  /**
   * @param box the list element
   * @param row makes a row of an item
   */
  constructor(box, row) {
    this.box = box;
    this.row = row;
    this.#watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#loadMore(),
      { rootMargin: AHEAD });
  }

  /**
   * Shows another list from its beginning. `load(after, signal)` gives `{items, next}`; `nothing()` is shown when there is
   * no item. Resolves to the first page, or to null when something else was to be shown meanwhile.
   */
  async show(load, nothing) {
    this.#question?.abort();
    const question = new AbortController();
    this.#question = question;
    this.load = load;
    this.box.setAttribute('aria-busy', 'true');
    try {
      const page = await load(null, question.signal);
      if (question.signal.aborted) return null;
      this.box.replaceChildren();
      if (page.items.length === 0) this.box.append(h('li', { class: 'note' }, nothing()));
      this.#append(page);
      return page;
    } catch (error) {
      if (error.name !== 'AbortError') this.#failed(error, () => this.show(load, nothing), true);
      return null;
    } finally {
      if (this.#question === question) this.box.removeAttribute('aria-busy');
    }
  }

  #append({ items, next }) {
    this.#more?.remove();
    this.#next = next;
    this.box.append(...items.map((item) => this.row(item)));
    if (next == null) return;
    this.#more = h('li', { class: 'note more' }, h('button', { type: 'button', class: 'button small', onclick: () => this.#loadMore() }, 'Show more'));
    this.box.append(this.#more);
    this.#watch.disconnect();
    this.#watch.observe(this.#more);
  }

  async #loadMore() {
    if (this.#next == null || this.box.hasAttribute('aria-busy')) return;
    const { signal } = this.#question;
    this.box.setAttribute('aria-busy', 'true');
    try {
      const page = await this.load(this.#next, signal);
      if (!signal.aborted) this.#append(page);
    } catch (error) {
      if (error.name !== 'AbortError') {
        this.#watch.disconnect();
        this.#failed(error, () => this.#loadMore(), false);
      }
    } finally {
      if (!signal.aborted) this.box.removeAttribute('aria-busy');
    }
  }

  #failed(error, again, whole) {
    const note = h('li', { class: 'note failed' }, icon('alert'), h('p', {}, h('strong', {}, error.title ?? 'That did not work'), ` ${error.message}`),
      h('button', { type: 'button', class: 'button small', onclick: () => { note.remove(); again(); } }, 'Try again'));
    if (whole) this.box.replaceChildren(note);
    else this.box.append(note);
  }
}

/** Arrow keys go from row to row; Home and End to the first and the last. */
export function walkWithArrows(box, selector) {
  box.addEventListener('keydown', (event) => {
    const rows = [...box.querySelectorAll(selector)];
    const at = rows.indexOf(event.target.closest(selector));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (at < 0 || to == null || !rows[to]) return;
    event.preventDefault();
    rows[to].focus();
  });
}
