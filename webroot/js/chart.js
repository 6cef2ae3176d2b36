// What all charts have in common.

import { h } from './dom.js';
import { bytes } from './format.js';

const probe = typeof document === 'undefined' ? null : document.head.appendChild(h('i'));

/** A colour of the style sheet as a canvas knows it: variables and `light-dark()` it does not. */
export function colour(value) {
  probe.style.color = value;
  return getComputedStyle(probe).color;
}

/** Places for labels of an axis of bytes: round in binary units, about four of them. */
export function byteSteps(low, high) {
  const power = 2 ** Math.floor(Math.log2(Math.max(1, (high - low) / 3.2)));
  const found = [];
  for (let value = Math.ceil(low / power) * power; value <= high; value += power) found.push(value);
  return found.length > 5 ? found.filter((value) => (value / power) % 2 === 0) : found;
}

/** The label of such a place. */
export function byteLabel(value) {
  return value === 0 ? '0' : (value < 0 ? '−' : '') + bytes(Math.abs(value)).replace(/\.0+ /, ' ');
}

/** Line, ticks and letters of an axis. */
export function axis() {
  return { stroke: () => colour('var(--faint)'), font: `11px ${getComputedStyle(document.body).fontFamily}`, ticks: { show: false } };
}

/** The lines across a chart. */
export const GRID = { stroke: () => colour('var(--line)'), width: 1 };
