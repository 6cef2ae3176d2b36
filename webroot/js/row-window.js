// Which rows of a long list are seen. A browser draws no element of any height: a list of a million rows scrolls within one that is
// as high as it may be. A little is scrolled pixel by pixel, a long way in proportion. Pure.

/** What every browser draws. */
export const MOST_HEIGHT = 6_000_000;
/** Rows above and below what is seen that are there as well. */
const AHEAD = 8;

export class RowWindow {
  /** Of how many rows, known or guessed. */
  total = 0;
  rowHeight = 36;
  /** Of what is seen. */
  height = 600;
  /** How far down the list one is, in pixels of a list without a limit. */
  top = 0;
  #scrolled = 0;

  /** How high all rows are together. */
  get whole() {
    return this.total * this.rowHeight;
  }

  /** How high the element is that scrolls. */
  get drawn() {
    return Math.min(this.whole, MOST_HEIGHT);
  }

  get #mostTop() {
    return Math.max(0, this.whole - this.height);
  }

  get #mostScroll() {
    return Math.max(0, this.drawn - this.height);
  }

  /** Where the scroll bar belongs. */
  get scroll() {
    return this.#mostTop === 0 ? 0 : this.#mostTop <= this.#mostScroll ? this.top : this.top / this.#mostTop * this.#mostScroll;
  }

  /** Goes to a distance from the top. */
  go(top) {
    this.top = Math.min(this.#mostTop, Math.max(0, top));
    this.#scrolled = this.scroll;
  }

  /** Somebody has scrolled to there. */
  scrolledTo(scroll) {
    const moved = scroll - this.#scrolled;
    this.#scrolled = scroll;
    const exact = this.#mostTop <= this.#mostScroll;
    if (exact) this.top = scroll;
    else if (scroll <= 0) this.top = 0;
    else if (scroll >= this.#mostScroll) this.top = this.#mostTop;
    else if (Math.abs(moved) <= this.height) this.top += moved;
    else this.top = scroll / this.#mostScroll * this.#mostTop;
    this.top = Math.min(this.#mostTop, Math.max(0, this.top));
  }

  /** The rows to be there: from the first to before the last. */
  get rows() {
    const first = Math.max(0, Math.floor(this.top / this.rowHeight) - AHEAD);
    return { first, end: Math.min(this.total, Math.ceil((this.top + this.height) / this.rowHeight) + AHEAD) };
  }

  /** The first row that is seen, and how much of it is hidden above. */
  get anchor() {
    const index = Math.floor(this.top / this.rowHeight);
    return { index, hidden: this.top - index * this.rowHeight };
  }

  /** Where a row is drawn, within the element that has been scrolled to `scroll`. */
  y(index, scroll) {
    return scroll + (index * this.rowHeight - this.top);
  }

  /** The distance from the top at which a row is seen: the one of now, where it is seen already. */
  topFor(index) {
    const above = index * this.rowHeight;
    if (above < this.top) return above;
    return Math.max(this.top, above + this.rowHeight - this.height);
  }

  /** How many rows a page has. */
  get page() {
    return Math.max(1, Math.floor(this.height / this.rowHeight) - 1);
  }
}
