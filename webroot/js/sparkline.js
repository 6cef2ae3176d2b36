// Throughput over the run so far, drawn once a second at most.

import { h, setAttribute, setText, svg } from './dom.js';
import { rate } from './format.js';

const WIDTH = 300;
const HEIGHT = 78;
const HEADROOM = 16;

/** The chart's element and `draw(series)`. The points always span the whole width: the chart fills as the run goes. */
export function sparkline() {
  const area = svg('path', { class: 'area' });
  const curve = svg('path', { class: 'curve' });
  const peak = h('span', { class: 'peak' });
  const picture = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': 'Throughput so far' }, area, curve);
  return {
    element: h('div', { class: 'chart' }, picture, peak),
    draw(series) {
      const { points } = series;
      const highest = Math.max(1, ...points.map((point) => point.value));
      const first = points.length > 0 ? points[0].slot : 0;
      const last = points.length > 0 ? points[points.length - 1].slot - first : 0;
      // A run of a few seconds must not be stretched over the whole width: it would look like an hour.
      const span = Math.max(30, last);
      const line = points
        .map((point) => `${(((point.slot - first) / span) * WIDTH).toFixed(1)},${(HEIGHT - (point.value / highest) * (HEIGHT - HEADROOM)).toFixed(1)}`)
        .join(' L');
      setAttribute(curve, 'd', points.length > 1 ? `M${line}` : '');
      setAttribute(area, 'd', points.length > 1
        ? `M0,${HEIGHT} L${line} L${((last / span) * WIDTH).toFixed(1)},${HEIGHT} Z` : '');
      setText(peak, points.length > 1 && highest > 1 ? `peak ${rate(highest)}` : '');
    },
  };
}
