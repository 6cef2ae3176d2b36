// The line of time: a dot a snapshot, as large as what changed in it. It is a slider, so keys, a click and a drag move it.

import { dateAs } from './format.js';
import { h, setAttribute, svg } from './dom.js';
import { dots, keyStep, labels, nearest, positions } from './scrubber-scale.js';
import { hideTip, showTip } from './tooltip.js';

const EDGE = 14;
const LINE = 20;
const LABELS = 50;
/** Dots closer than this are one. */
const GAP = 7;
const LABEL_ROOM = 90;
const SMALLEST = 2.5;
const LARGEST = 6.5;

export class Scrubber {
  #box;
  #drawing = svg('svg', { 'aria-hidden': 'true', height: LABELS + 6 });
  #span = svg('line', { class: 'span', y1: LINE, y2: LINE });
  #thumb = svg('circle', { class: 'thumb', cy: LINE, r: 8 });
  #base = svg('path', { class: 'base', d: 'M-5 0L5 0L0 -6Z' });
  #hand = h('i', { class: 'hand' });
  #snapshots = [];
  #times = [];
  #places = new Float64Array(0);
  #xs = [];
  #index = 0;
  #baseIndex = null;
  #width = 0;

  /**
   * @param box the element of the slider
   * @param words of a snapshot, what is said of it: a title and lines
   * @param move is told which snapshot is chosen, and whether it is one of a row of moves, as while one drags
   * @param compare is told which one to compare with, which a click with Shift chooses
   */
  constructor(box, words, move, compare) {
    this.#box = box;
    this.words = words;
    this.move = move;
    this.compare = compare;
    box.append(this.#drawing);
    new ResizeObserver(() => this.#resize()).observe(box);
    box.addEventListener('keydown', (event) => this.#pressed(event));
    box.addEventListener('pointerdown', (event) => this.#down(event));
    box.addEventListener('pointermove', (event) => this.#over(event));
    box.addEventListener('pointerleave', hideTip);
    box.addEventListener('blur', hideTip);
  }

  /** Shows other snapshots; `times` are theirs, in epoch milliseconds or null. */
  fill(snapshots, times) {
    this.#snapshots = snapshots;
    this.#times = times;
    this.#places = positions(times);
    setAttribute(this.#box, 'aria-valuemin', 1);
    setAttribute(this.#box, 'aria-valuemax', Math.max(1, snapshots.length));
    this.#draw();
  }

  /** Marks the chosen one, and the one that it is compared with; null for none. */
  point(index, base) {
    this.#index = index;
    this.#baseIndex = base;
    const snapshot = this.#snapshots[index];
    if (snapshot) {
      const [first, ...rest] = this.words(snapshot);
      setAttribute(this.#box, 'aria-valuenow', index + 1);
      setAttribute(this.#box, 'aria-valuetext', [first, ...rest].join(', '));
    }
    this.#point();
  }

  #resize() {
    if (this.#box.clientWidth !== this.#width) this.#draw();
  }

  #draw() {
    this.#width = this.#box.clientWidth;
    const room = Math.max(1, this.#width - 2 * EDGE);
    this.#xs = Array.from(this.#places, (place) => EDGE + place * room);
    if (this.#xs.length === 1) this.#xs[0] = this.#width / 2;
    setAttribute(this.#drawing, 'width', this.#width);
    const drawn = dots(this.#snapshots, this.#xs, GAP);
    const most = Math.max(SMALLEST, Math.min(LARGEST, drawn.length > 1 ? room / (drawn.length - 1) * 0.48 : LARGEST));
    this.#drawing.replaceChildren(
      svg('line', { class: 'line', x1: EDGE, x2: this.#width - EDGE, y1: LINE, y2: LINE }), this.#span,
      ...drawn.map((dot) => svg('circle', { class: dot.partial ? 'dot partial' : dot.legacy ? 'dot legacy' : 'dot', cx: round(dot.x), cy: LINE,
        r: round(SMALLEST + dot.size * (most - SMALLEST)) })),
      ...drawn.filter((dot) => dot.pinned).map((dot) => svg('path', { class: 'pinned', d: `M${round(dot.x)} 9l-3 -6h6z` })),
      ...this.#labels(), this.#base, this.#thumb);
    this.#point();
  }

  #labels() {
    return labels(this.#times, this.#xs, LABEL_ROOM, dateAs).map(({ x, text }) => {
      const end = x > this.#width - 64;
      return svg('g', {}, svg('line', { class: 'tick', x1: round(x), x2: round(x), y1: LINE + 11, y2: LINE + 15 }),
        svg('text', { x: round(end ? Math.min(this.#width - 4, x + 8) : Math.max(4, x - 8)), y: LABELS - 2, 'text-anchor': end ? 'end' : 'start' }, text));
    });
  }

  #point() {
    const x = this.#xs[this.#index];
    const base = this.#baseIndex == null ? null : this.#xs[this.#baseIndex];
    this.#thumb.toggleAttribute('hidden', x == null);
    this.#base.toggleAttribute('hidden', base == null);
    this.#span.toggleAttribute('hidden', base == null || x == null);
    if (x == null) return;
    setAttribute(this.#thumb, 'cx', round(x));
    if (base == null) return;
    setAttribute(this.#base, 'transform', `translate(${round(base)} ${LINE + 15})`);
    setAttribute(this.#span, 'x1', round(Math.min(base, x)));
    setAttribute(this.#span, 'x2', round(Math.max(base, x)));
  }

  #pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = keyStep(event.key, this.#index, this.#snapshots.length);
    if (to == null) return;
    event.preventDefault();
    if (to !== this.#index) this.move(to, event.repeat);
  }

  #at(event) {
    return nearest(this.#xs, event.clientX - this.#box.getBoundingClientRect().left);
  }

  #down(event) {
    if (event.button !== 0 || this.#snapshots.length === 0) return;
    const to = this.#at(event);
    if (event.shiftKey) {
      this.compare(to);
      return;
    }
    this.#box.setPointerCapture(event.pointerId);
    if (to !== this.#index) this.move(to, false);
  }

  #over(event) {
    if (this.#snapshots.length === 0) return;
    const to = this.#at(event);
    if (this.#box.hasPointerCapture(event.pointerId) && to !== this.#index) this.move(to, true);
    this.#tip(to);
  }

  #tip(index) {
    if (!this.#hand.isConnected) this.#box.append(this.#hand);
    this.#hand.style.setProperty('left', `${this.#xs[index]}px`);
    showTip(this.#hand, this.words(this.#snapshots[index]));
  }
}

function round(value) {
  return Math.round(value * 10) / 10;
}
