// A list of log lines that follows its end, on the dashboard and on the logs page.

import { h, setVar } from './dom.js';
import { clockTime, exact, instant, visible } from './format.js';

const NEAR_END_PX = 24;
const FLUSH_MS = 100;
// A flick of a finger scrolls on for a while.
const TOUCH_MS = 1500;
const SETTLE_FRAMES = 3;
// The browser leaves out what is not in view by the chunk: to ask that of ten thousand lines each would be slow itself.
const CHUNK = 100;

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
    new ResizeObserver(() => this.follow.checked && this.toEnd()).observe(this.box);
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
    this.box.replaceChildren(...(this.#empty ? [this.#empty] : this.#chunks(lines)));
    this.#size = lines.length;
    this.#hold(0);
    if (this.follow.checked) this.toEnd();
  }

  /** Puts older lines (in the order of time) above without moving what is being read. */
  prepend(lines) {
    if (lines.length > 0) this.#clearNote();
    const before = this.box.scrollHeight - this.box.scrollTop;
    const anchor = this.box.querySelector('.chunk');
    for (const chunk of this.#chunks(lines)) this.box.insertBefore(chunk, anchor);
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
    const last = this.box.lastElementChild;
    const room = last?.classList.contains('chunk') ? Math.max(0, CHUNK - last.childElementCount) : 0;
    if (room > 0) fill(last, this.#waiting.slice(0, room).map((line) => this.#element(line)));
    this.box.append(...this.#chunks(this.#waiting.slice(room)));
    this.#size += this.#waiting.length;
    if (!this.follow.checked) this.#hold(this.#held + this.#waiting.length);
    this.#waiting = [];
    // While somebody reads further up, nothing is cut off under their eyes (up to twice the usual number).
    const limit = this.follow.checked ? this.most : this.most * 2;
    this.#trim(limit);
    if (this.follow.checked) this.toEnd();
  }

  #trim(limit) {
    for (let first = this.box.querySelector('.chunk'); first && this.#size > limit; first = this.box.querySelector('.chunk')) {
      const surplus = Math.min(this.#size - limit, first.childElementCount);
      this.#size -= surplus;
      if (surplus === first.childElementCount) first.remove();
      else for (let i = 0; i < surplus; i++) first.firstElementChild.remove();
    }
  }

  #chunks(lines) {
    const chunks = [];
    for (let from = 0; from < lines.length; from += CHUNK) {
      chunks.push(fill(h('div', { class: 'chunk' }), lines.slice(from, from + CHUNK).map((line) => this.#element(line))));
    }
    return chunks;
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

// Tells the style how high a chunk will roughly be, before it is drawn for the first time.
function fill(chunk, elements) {
  chunk.append(...elements);
  setVar(chunk, '--lines', chunk.childElementCount);
  return chunk;
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
