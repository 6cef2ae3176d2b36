// A list of log lines that follows its end, on the dashboard and on the logs page.

import { h } from './dom.js';
import { clockTime, exact, instant, visible } from './format.js';

const NEAR_END_PX = 24;
const FLUSH_MS = 100;

/** The lines in a scrolling element. */
export class LogView {
  #waiting = [];
  #timer = null;
  #empty = null;

  /**
   * @param box the scrolling element
   * @param most how many lines are kept; the oldest go first
   * @param follow a checkbox; scrolling up unchecks it, scrolling to the end checks it again
   * @param dated whether lines carry the day
   */
  constructor(box, { most, follow, dated = false }) {
    this.box = box;
    this.most = most;
    this.follow = follow;
    this.dated = dated;
    this.highlight = null;
    this.box.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.follow.addEventListener('change', () => this.follow.checked && this.toEnd());
  }

  get size() {
    return this.box.querySelectorAll('.line').length;
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
    if (this.follow.checked) this.toEnd();
  }

  /** Puts older lines (in the order of time) above without moving what is being read. */
  prepend(lines) {
    const before = this.box.scrollHeight - this.box.scrollTop;
    const anchor = this.box.querySelector('.line');
    for (const line of lines) this.box.insertBefore(this.#element(line), anchor);
    this.box.scrollTop = this.box.scrollHeight - before;
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
  }

  #flush() {
    this.#timer = null;
    this.#empty?.remove();
    this.#empty = null;
    this.box.append(...this.#waiting.map((line) => this.#element(line)));
    this.#waiting = [];
    // While somebody reads further up, nothing is cut off under their eyes (up to twice the usual number).
    const limit = this.follow.checked ? this.most : this.most * 2;
    const lines = this.box.querySelectorAll('.line');
    for (let i = 0; i < lines.length - limit; i++) lines[i].remove();
    if (this.follow.checked) this.toEnd();
  }

  #scrolled() {
    const atEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR_END_PX;
    if (this.follow.checked !== atEnd) this.follow.checked = atEnd;
  }

  #element(line) {
    const at = instant(line.time);
    const words = this.dated ? stamp(at) : clockTime(at);
    return h('div', { class: 'line', data: { level: line.level } },
      h('time', { datetime: line.time, title: exact(at) }, words),
      h('span', { class: 'level' }, line.level),
      h('span', { class: 'text', title: line.logger }, marked(readable(line.text), this.highlight)));
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

/** The text with what the pattern found in `<mark>`; a pattern that matches nothing at some place does not loop. */
function marked(text, pattern) {
  if (!pattern) return text;
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0].length === 0) continue;
    parts.push(text.slice(from, match.index), h('mark', {}, match[0]));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}
