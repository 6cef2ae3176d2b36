// A list of log lines that follows its end, on the dashboard and on the logs page.

import { h } from './dom.js';
import { clockTime, exact, instant, visible } from './format.js';

const NEAR_END_PX = 24;
const FLUSH_MS = 100;
// A flick of a finger scrolls on for a while.
const TOUCH_MS = 1500;
const SETTLE_FRAMES = 3;

/** The lines in a scrolling element. */
export class LogView {
  #waiting = [];
  #timer = null;
  #empty = null;
  #touched = -Infinity;
  #size = 0;
  #held = 0;

  /**
   * @param box the scrolling element
   * @param most how many lines are kept; the oldest go first
   * @param follow a checkbox; scrolling up unchecks it, scrolling to the end checks it again
   * @param dated whether lines carry the day
   * @param onHeld told how many lines came below while somebody reads further up
   */
  constructor(box, { most, follow, dated = false, onHeld = () => {} }) {
    this.box = box;
    this.most = most;
    this.follow = follow;
    this.dated = dated;
    this.onHeld = onHeld;
    // Only a person's scrolling says that somebody reads further up; the layout scrolls too, when lines come or change.
    for (const name of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
      this.box.addEventListener(name, () => { this.#touched = performance.now(); }, { passive: true });
    }
    this.box.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.follow.addEventListener('change', () => this.#followed());
  }

  get size() {
    return this.#size;
  }

  /** Adds a live line; many that come at once are drawn at once. */
  add(line) {
    this.#waiting.push(line);
    if (this.#waiting.length > this.most) this.#waiting.shift();
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** Replaces everything by lines in the order of time. */
  show(lines, nothing = 'No lines yet.') {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting = [];
    this.#empty = lines.length === 0 ? h('p', { class: 'empty' }, nothing) : null;
    this.box.replaceChildren(...(this.#empty ? [this.#empty] : lines.map((line) => this.#element(line))));
    this.#size = lines.length;
    this.#hold(0);
    if (this.follow.checked) this.toEnd();
  }

  /** Puts older lines (in the order of time) above without moving what is being read. */
  prepend(lines) {
    if (lines.length > 0) this.#clearNote();
    const before = this.box.scrollHeight - this.box.scrollTop;
    const anchor = this.box.querySelector('.line');
    const added = document.createDocumentFragment();
    added.append(...lines.map((line) => this.#element(line)));
    this.box.insertBefore(added, anchor);
    this.#size += lines.length;
    this.box.scrollTop = this.box.scrollHeight - before;
  }

  toEnd(frames = SETTLE_FRAMES) {
    this.box.scrollTop = this.box.scrollHeight;
    // Lines that were out of view get their true height only when they are drawn, which moves the end.
    if (frames > 0) requestAnimationFrame(() => this.follow.checked && this.toEnd(frames - 1));
  }

  #flush() {
    this.#timer = null;
    this.#clearNote();
    this.box.append(...this.#waiting.map((line) => this.#element(line)));
    this.#size += this.#waiting.length;
    if (!this.follow.checked) this.#hold(this.#held + this.#waiting.length);
    this.#waiting = [];
    // While somebody reads further up, nothing is cut off under their eyes (up to twice the usual number).
    const limit = this.follow.checked ? this.most : this.most * 2;
    for (let line = this.box.querySelector('.line'); line && this.#size > limit; this.#size--) {
      const next = line.nextElementSibling;
      line.remove();
      line = next;
    }
    if (this.follow.checked) this.toEnd();
  }

  #clearNote() {
    this.#empty?.remove();
    this.#empty = null;
  }

  #scrolled() {
    if (performance.now() - this.#touched > TOUCH_MS) return;
    const atEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR_END_PX;
    if (this.follow.checked === atEnd) return;
    this.follow.checked = atEnd;
    this.#followed();
  }

  #followed() {
    if (!this.follow.checked) return;
    this.#hold(0);
    this.toEnd();
  }

  #hold(many) {
    if (many === this.#held) return;
    this.#held = many;
    this.onHeld(many);
  }

  #element(line) {
    const at = instant(line.time);
    const words = this.dated ? stamp(at) : clockTime(at);
    return h('div', { class: 'line', data: { level: line.level } },
      h('time', { datetime: line.time, title: exact(at) }, words),
      h('span', { class: 'level' }, line.level),
      h('span', { class: 'text', title: line.logger }, marked(line.text, line.marks ?? [])));
  }
}

// A log text may have lines of its own (a stack trace); all other control characters are made visible.
function readable(text) {
  return text.split('\n').map((part) => visible(part.replaceAll('\t', '    ').replaceAll('\r', ''))).join('\n');
}

function stamp(milliseconds) {
  const date = new Date(milliseconds);
  const two = (value) => String(value).padStart(2, '0');
  return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime(milliseconds)}`;
}

/** The text with the places that match in `<mark>`. */
function marked(text, marks) {
  const parts = [];
  let from = 0;
  for (const [start, end] of marks) {
    parts.push(readable(text.slice(from, start)), h('mark', {}, readable(text.slice(start, end))));
    from = end;
  }
  parts.push(readable(text.slice(from)));
  return parts;
}
