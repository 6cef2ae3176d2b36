// Throughput over the run so far, as a chart that fills as the run goes.

import { h, setAttribute, setText } from './dom.js';
import { axis as plainAxis, byteLabel, byteSteps, colour, GRID, lazyChart } from './chart.js';
import { duration, rate } from './format.js';

const HEIGHT = 118;
/** A run of a few seconds must not be stretched over the whole width: it would look like an hour. */
const SHORTEST_SPAN_S = 30;

/** The chart's element and `draw(series)`. */
export function throughputChart() {
  const canvas = h('div', { class: 'plot' });
  const reading = h('span', { class: 'peak' });
  const element = h('div', { class: 'chart', role: 'img', 'aria-label': 'Throughput so far' }, canvas, reading);
  let latest = null;
  const chart = lazyChart(canvas, (width) => options(width, () => latest, (text) => setText(reading, text)));
  return {
    element,
    draw(series) {
      latest = series;
      const { points, step, peak } = series;
      if (canvas.isConnected) chart.draw([points.map((point) => (point.slot * step) / 1000), points.map((point) => point.value)]);
      const now = points.length > 0 ? points[points.length - 1].value : 0;
      setAttribute(element, 'aria-label', `Throughput so far: now ${rate(now)}, at most ${rate(peak)}`);
      if (!chart.pointed) setText(reading, peak >= 1 ? `peak ${rate(peak)}` : '');
    },
  };
}

function options(width, series, say) {
  const axis = plainAxis();
  return {
    width,
    height: HEIGHT,
    padding: [6, 14, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: (_, first, last) => [0, Math.max(SHORTEST_SPAN_S, last ?? 0)] },
      y: { range: () => [0, Math.max(1024, series()?.peak ?? 0) * 1.12] },
    },
    axes: [
      { ...axis, size: 22, space: 70, grid: { show: false }, incrs: [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400],
        values: (_, seconds) => seconds.map((value) => (value === 0 ? '0' : duration(value * 1000))) },
      { ...axis, size: 62, space: 26, grid: GRID, splits: (_, __, lowest, highest) => byteSteps(lowest, highest), values: (_, values) => values.map(byteLabel) },
    ],
    series: [{}, { stroke: () => colour('var(--accent)'), width: 1.75, fill: () => colour('color-mix(in srgb, var(--accent) 14%, transparent)'), points: { show: false } }],
    hooks: {
      setCursor: [(plot) => {
        const { idx } = plot.cursor;
        const peak = series()?.peak ?? 0;
        if (idx == null) return say(peak >= 1 ? `peak ${rate(peak)}` : '');
        say(`${rate(plot.data[1][idx])} after ${duration(plot.data[0][idx] * 1000)}`);
      }],
    },
  };
}
