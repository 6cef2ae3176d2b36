// The rows of a folder on the page. Only those that are seen are there, whatever the number; keys, ticks and the row one is on
// belong to the list as a whole.

import { h, setAttribute } from './dom.js';
import { fillRow, makeRow } from './file-row.js';
import { RowWindow } from './row-window.js';

/** While one scrolls fast nothing is asked for that is gone before it comes. */
const SETTLE_MS = 60;

export class FileGrid {
  #window = new RowWindow();
  #rows = null;
  #place = null;
  #drawn = [];
  #active = { key: '', index: 0 };
  /** Where Shift began. */
  #fixed = null;
  #settle = null;
  #frame = null;
  #context;

  /**
   * @param grid the element that scrolls; within it the head row, and `canvas`, where the rows go
   * @param note what is shown in place of rows
   * @param selection what is ticked
   * @param actions `open(row)`, `up()`, `time(by)` and `restore(row)`, which makes the address of a restore
   */
  constructor(grid, canvas, note, selection, actions) {
    this.grid = grid;
    this.canvas = canvas;
    this.note = note;
    this.selection = selection;
    this.actions = actions;
    this.#context = { selection, restore: actions.restore };
    grid.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    grid.addEventListener('keydown', (event) => this.#pressed(event));
    grid.addEventListener('click', (event) => this.#clicked(event));
    new ResizeObserver(() => this.#measure()).observe(grid);
    this.#measure();
  }

  /** Shows rows; `anchor` (`{key, hidden}`) is the row that stays where it is, else the list begins at its top. */
  show(rows, place, anchor = null) {
    this.#rows = rows;
    this.#place = place;
    const index = anchor ? rows.indexOf(anchor.key) : null;
    this.#window.total = rows.total;
    this.#window.go(index == null ? 0 : index * this.#window.rowHeight + anchor.hidden);
    this.#find();
    this.#note(null);
    this.paint();
  }

  /** Shows rows of which those at the same height are to be seen as before, as where they are sorted by size. */
  exchange(rows, place) {
    this.#rows = rows;
    this.#place = place;
    this.#window.total = rows.total;
    this.#window.go(this.#window.top);
    this.#find();
    this.#note(null);
    this.paint();
  }

  /** More rows have come; all that is shown is so many rows further down than was thought. */
  moved(by) {
    if (this.#rows == null) return;
    this.#window.total = this.#rows.total;
    this.#window.go(this.#window.top + by * this.#window.rowHeight);
    this.#active.index += by;
    this.paint();
  }

  /** Another file is open, or the marks mean something else. */
  at(place) {
    this.#place = place;
    this.paint();
  }

  /** Shows words in the place of rows, of which there are none. */
  say(...nodes) {
    this.#rows = null;
    this.#window.total = 0;
    this.#window.go(0);
    this.#note(nodes);
    this.paint();
  }

  /** Shows words while there is no row, and nothing but the rows as soon as there are. */
  cover(nodes) {
    this.#note(nodes);
  }

  /** The row at the top of what is seen, by its key, and how much of it is hidden; null at the very top. */
  get anchor() {
    if (this.#rows == null || this.#window.top === 0) return null;
    const { index, hidden } = this.#window.anchor;
    const row = this.#rows.row(index);
    return row ? { key: row.key, hidden, index } : null;
  }

  get active() {
    return this.#active;
  }

  /** The row with this key is the one that keys go on from. */
  activate(key) {
    this.#active = { key, index: this.#rows?.indexOf(key) ?? 0 };
  }

  #note(nodes) {
    this.note.replaceChildren(...(nodes ?? []));
    this.note.hidden = nodes == null;
  }

  // The row that keys go on from stays the one with its key; where that is gone, the one in its place.
  #find() {
    const { key } = this.#active;
    this.#active.index = key === '' ? 0 : this.#rows.indexOf(key) ?? this.#active.index;
  }

  #measure() {
    const style = getComputedStyle(this.grid);
    const before = this.#window.anchor;
    const height = Number.parseFloat(style.getPropertyValue('--row')) || 36;
    const changed = height !== this.#window.rowHeight;
    this.#window.rowHeight = height;
    this.#window.height = Math.max(0, this.grid.clientHeight - (this.canvas.offsetTop || 0));
    if (changed) this.#window.go(before.index * height);
    this.paint();
  }

  #scrolled() {
    const { scrollTop } = this.grid;
    if (Math.abs(scrollTop - this.#window.scroll) < 1) return;
    this.#window.scrolledTo(scrollTop);
    this.#frame ??= requestAnimationFrame(() => this.#draw(true));
    this.#ask();
  }

  #ask() {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      const { first, end } = this.#window.rows;
      this.#rows?.need(first, end);
      if (this.#follow()) this.#draw(true);
    }, SETTLE_MS);
  }

  // Scrolled a little at a time, a very long list and its scroll bar go apart.
  #follow() {
    const to = Math.round(this.#window.scroll);
    if (Math.abs(this.grid.scrollTop - to) < 1) return false;
    this.grid.scrollTop = to;
    this.#window.go(this.#window.top);
    return true;
  }

  /** Draws what is seen, and asks for what is missing. */
  paint() {
    this.canvas.style.setProperty('height', `${this.#window.drawn}px`);
    setAttribute(this.grid, 'aria-rowcount', this.#rows?.counted === false ? -1 : this.#window.total + 1);
    this.#follow();
    this.#draw(false);
    const { first, end } = this.#window.rows;
    this.#rows?.need(first, end);
  }

  #draw(scrolling) {
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    const { first, end } = this.#window.rows;
    const kept = new Map(this.#drawn.filter(({ index }) => index >= first && index < end).map((drawn) => [drawn.index, drawn]));
    const free = this.#drawn.filter(({ index }) => index < first || index >= end);
    this.#drawn = [];
    const scroll = this.grid.scrollTop;
    let before = null;
    for (let index = first; index < end; index++) {
      const drawn = kept.get(index) ?? free.pop() ?? { element: makeRow(), index: -1, row: null };
      const row = this.#rows?.row(index) ?? null;
      if (!scrolling || drawn.index !== index || drawn.row !== row) {
        drawn.index = index;
        drawn.row = row;
        fillRow(drawn.element, row, { ...this.#context, place: this.#place, index, active: this.#isActive(row, index) });
      }
      drawn.element.style.setProperty('transform', `translateY(${this.#window.y(index, scroll)}px)`);
      const next = before ? before.nextSibling : this.canvas.firstChild;
      if (next !== drawn.element) this.canvas.insertBefore(drawn.element, next);
      before = drawn.element;
      this.#drawn.push(drawn);
    }
    for (const { element } of free) element.remove();
    const active = this.#drawn.find(({ index, row }) => this.#isActive(row, index));
    setAttribute(this.grid, 'aria-activedescendant', active?.row ? active.element.id : null);
  }

  #isActive(row, index) {
    return row != null && (this.#active.key === '' ? index === 0 : row.key === this.#active.key);
  }

  /** Goes to a row, with the keyboard. */
  #goTo(index, extending) {
    const last = this.#window.total - 1;
    if (last < 0) return;
    const to = Math.min(last, Math.max(0, index));
    const from = this.#active.index;
    this.#active = { key: this.#rows.row(to)?.key ?? '', index: to };
    this.#window.go(this.#window.topFor(to));
    this.paint();
    if (extending) this.#tickRange(this.#fixed ??= from, to, true);
    else this.#fixed = null;
    // One that has only just come gets its key when it is there.
    if (this.#active.key === '') this.#await(to);
  }

  async #await(index) {
    const [row] = await this.#rows.range(index, index + 1);
    if (row && this.#active.index === index) {
      this.#active.key = row.key;
      this.paint();
    }
  }

  async #tickRange(from, to, ticked) {
    const first = Math.min(from, to);
    const items = await this.#rows.range(first, Math.max(from, to) + 1);
    this.selection.set(items, ticked);
  }

  /** Ticks every row of the folder, or none when all are. */
  async tickAll() {
    const ticked = this.selection.size < this.#window.total;
    if (ticked) this.selection.set(await this.#rows.range(0, this.#window.total), true);
    else this.selection.clear();
  }

  #row() {
    const { index, key } = this.#active;
    const row = this.#rows?.row(index);
    return row && (key === '' || row.key === key) ? row : null;
  }

  #pressed(event) {
    if (event.target !== this.grid || event.altKey) return;
    const { index } = this.#active;
    const row = this.#row();
    const { page, total } = this.#window;
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + page, PageUp: index - page, Home: 0, End: total - 1 }[event.key];
    if (event.ctrlKey || event.metaKey) {
      if (event.key === 'a') this.#doing(event, () => this.tickAll());
    } else if (to != null) this.#doing(event, () => this.#goTo(to, event.shiftKey));
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') this.#doing(event, () => this.actions.time(event.key === 'ArrowLeft' ? -1 : 1, event.repeat));
    else if (event.key === 'Backspace') this.#doing(event, () => this.actions.up());
    else if (row && event.key === 'Enter') this.#doing(event, () => this.actions.open(row));
    else if (row && event.key === ' ') this.#doing(event, () => this.#tick(row, index, event.shiftKey));
  }

  #doing(event, action) {
    event.preventDefault();
    action();
  }

  #tick(row, index, extending) {
    const ticked = !this.selection.has(row);
    if (extending && this.#fixed != null) {
      this.#tickRange(this.#fixed, index, true);
    } else {
      this.#fixed = index;
      this.selection.set([row], ticked);
    }
  }

  #clicked(event) {
    const drawn = this.#drawn.find(({ element }) => element.contains(event.target));
    if (!drawn?.row) return;
    this.#active = { key: drawn.row.key, index: drawn.index };
    if (event.target.closest('.tick-cell')) {
      event.preventDefault();
      this.#tick(drawn.row, drawn.index, event.shiftKey);
      this.grid.focus({ preventScroll: true });
    } else if (!event.target.closest('a, button')) {
      this.grid.focus({ preventScroll: true });
      if (event.ctrlKey || event.metaKey || event.shiftKey) this.#tick(drawn.row, drawn.index, event.shiftKey);
      else this.actions.open(drawn.row);
    } else {
      this.paint();
    }
  }
}

/** The head of the columns. */
export function headRow(sort, click) {
  const column = (name, text, key) => h('span', { role: 'columnheader', class: `${name}-cell`,
    'aria-sort': sort.column === key ? (sort.descending ? 'descending' : 'ascending') : 'none' },
  h('button', { type: 'button', data: { column: key }, onclick: () => click(key) }, text));
  return [h('span', { role: 'columnheader', class: 'tick-cell' }, h('span', { class: 'visually-hidden' }, 'Selected'), h('input', { type: 'checkbox', class: 'tick', id: 'tick-all', tabindex: '-1', 'aria-label': 'Select all' })),
    column('name', 'Name', 'name'), column('size', 'Size', 'size'), column('when', 'Changed', 'time'),
    h('span', { role: 'columnheader', class: 'act-cell' }, h('span', { class: 'visually-hidden' }, 'Actions'))];
}
