// What the snapshots took and what of the disk was in use, day by day, and where that leads.

import { axis as plainAxis, byteLabel, byteSteps, colour, GRID, lazyChart } from './chart.js';
import { bytes, dateAs } from './format.js';
import { h, setAttribute, setText } from './dom.js';

const HEIGHT = 190;
const DAY = 86_400;
/** The days to come are at most so many times those behind, or half a year. */
const AHEAD = 1.5;
const LEAST_AHEAD_DAYS = 183;

/** The points of the chart, in seconds and bytes; null below two days. Pure. */
function growthSeries({ history, disk, growth_bytes_per_day: growth, full_about: full, at }) {
  if (history.length < 2) return null;
  const total = disk?.total_bytes ?? null;
  const days = history.map((day) => Date.parse(day.at) / 1000);
  const snapshots = history.map((day) => day.snapshot_bytes);
  const used = history.map((day) => (total == null || day.free_bytes == null ? null : total - day.free_bytes));
  const today = Date.parse(at) / 1000;
  const last = used.at(-1);
  const ahead = full == null || growth == null || last == null ? [] : [[today, last], [Date.parse(full) / 1000, total]];
  const until = ahead.length === 0 ? days.at(-1) : Math.min(ahead[1][0], today + Math.max(LEAST_AHEAD_DAYS * DAY, (today - days[0]) * AHEAD));
  // Cut off where the picture ends.
  if (ahead.length > 0 && ahead[1][0] > until) ahead[1] = [until, last + ((total - last) * (until - today)) / (ahead[1][0] - today)];
  const highest = Math.max(...[...snapshots, ...used, ahead[1]?.[1] ?? 0].map((value) => value ?? 0));
  return { days, snapshots, used, ahead, until, top: total != null && highest > total / 2 ? total : highest, total };
}

/** The chart's element and `draw(space)`. */
export function growthChart() {
  const canvas = h('div', { class: 'plot' });
  const reading = h('p', { class: 'reading muted' });
  const element = h('figure', { class: 'growth', hidden: true }, h('figcaption', {}, h('span', { data: { line: 'snapshots' } }, 'Snapshots'),
    h('span', { data: { line: 'used' } }, 'All that is on the disk'), h('span', { data: { line: 'ahead' } }, 'If it goes on like this'), reading),
  canvas);
  let latest = null;
  const chart = lazyChart(canvas, (width) => options(width, () => latest, (text) => setText(reading, text)));
  return {
    element,
    draw(space) {
      latest = growthSeries(space);
      element.hidden = latest == null;
      if (!latest) return;
      element.querySelector('[data-line=ahead]').hidden = latest.ahead.length === 0;
      element.querySelector('[data-line=used]').hidden = latest.used.every((value) => value == null);
      setAttribute(canvas, 'role', 'img');
      setAttribute(canvas, 'aria-label', `Snapshots took ${bytes(latest.snapshots.find((value) => value != null))} at first and take ${bytes(space.snapshot_bytes)} now`);
      chart.draw(table(latest));
    },
  };
}

function table({ days, snapshots, used, ahead }) {
  const later = ahead.slice(1);
  const at = (index) => (index < days.length - 1 ? null : ahead[0]?.[1] ?? null);
  return [[...days, ...later.map(([day]) => day)], [...snapshots, ...later.map(() => null)], [...used, ...later.map(() => null)],
    [...days.map((_, index) => at(index)), ...later.map(([, value]) => value)]];
}

function options(width, series, say) {
  const axis = plainAxis();
  const line = (stroke, more = {}) => ({ stroke: () => colour(stroke), width: 1.75, points: { show: false }, spanGaps: true, ...more });
  return {
    width,
    height: HEIGHT,
    padding: [10, 24, 0, 0],
    tzDate: (seconds) => new Date(seconds * 1000),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { range: (_, first) => [first, Math.max(series().until, first + 7 * DAY)] },
      y: { range: () => [0, series().top * 1.06] },
    },
    axes: [
      { ...axis, size: 24, space: 80, grid: { show: false }, values: (_, days) => days.map((day) => dateAs(days.length > 1 && days[1] - days[0] > 25 * DAY ? 'month' : 'day', day * 1000, 'UTC')) },
      { ...axis, size: 66, space: 34, grid: GRID, splits: (_, __, lowest, highest) => byteSteps(lowest, highest), values: (_, values) => values.map(byteLabel) },
    ],
    series: [{},
      line('var(--accent)', { fill: () => colour('color-mix(in srgb, var(--accent) 14%, transparent)') }),
      line('var(--muted)'),
      line('var(--warn-fill)', { dash: [6, 5] })],
    hooks: {
      setCursor: [(plot) => {
        const { idx } = plot.cursor;
        if (idx == null) return say('');
        const [days, snapshots, used, ahead] = plot.data;
        const parts = [snapshots[idx] != null && `snapshots ${bytes(snapshots[idx])}`, used[idx] != null && `on the disk ${bytes(used[idx])}`,
          idx >= series().days.length && ahead[idx] != null && `about ${bytes(ahead[idx])} on the disk`].filter(Boolean);
        say(`${near.format(days[idx] * 1000)}: ${parts.join(', ')}`);
      }],
      draw: [(plot) => limit(plot, series().total)],
    },
  };
}

/** The size of the disk, where that is in the picture. */
function limit(plot, total) {
  if (total == null || plot.scales.y.max < total) return;
  const y = plot.valToPos(total, 'y', true);
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour('var(--bad-fill)');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
