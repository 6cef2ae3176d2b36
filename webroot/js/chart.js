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

/**
 * A chart in an element: `draw(data)`, and `pointed` while somebody points at it. The library is fetched with the first that is drawn; where it
 * cannot be had, the figures beside it say the same, and the next call tries again. `options(width)` are the library's.
 */
export function lazyChart(plot, options) {
  let chart = null;
  let loading = false;
  let latest = null;

  async function load() {
    if (loading) return;
    loading = true;
    try {
      const { default: UPlot } = await import('../lib/uPlot.js');
      const given = options(plot.clientWidth);
      chart = new UPlot(given, latest, plot);
      new ResizeObserver(() => chart.setSize({ width: plot.clientWidth, height: given.height })).observe(plot);
      addEventListener('themechange', () => chart.redraw());
    } catch {
      loading = false;
    }
  }

  return {
    draw(data) {
      latest = data;
      if (chart) chart.setData(data);
      else load();
    },
    get pointed() {
      return chart?.cursor.idx != null;
    },
  };
}
