// What a bucket held over time, and what came and went. The charts share their time: the pointer is at the same moment in each.

import { h, setAttribute, setHidden, setText } from './dom.js';
import { bytes, count, dateAs, inSentence, moment, plural } from './format.js';
import { axis, byteLabel, byteSteps, colour, GRID } from './chart.js';
import { beginning, changes, held } from './bucket-series.js';
import { now } from './clock.js';

const DAY_S = 86_400;
const HEADROOM = 1.12;
const KINDS = [
  { id: 'size', title: 'Size', height: 168 },
  { id: 'objects', title: 'Objects', height: 104 },
  { id: 'change', title: 'Change', height: 118 },
];

/** `element`, and `draw(moments, days, until)` with those of `dated`, to the time `until`; `onOpen(snapshot)` is told which moment somebody wants to see the files of. */
export function bucketCharts(onOpen) {
  const parts = KINDS.map((kind) => {
    const plot = h('div', { class: 'plot' });
    const reading = h('span', { class: 'reading' });
    const title = h('h3', {}, kind.title);
    return { ...kind, plot, reading, titleElement: title, chart: null, element: h('div', { class: 'over-time', role: 'img', data: { chart: kind.id } }, h('div', { class: 'caption' }, title, reading), plot) };
  });
  const element = h('div', { class: 'charts' }, parts.map((part) => part.element));
  let UPlot = null;
  let shown = null;

  async function draw(moments, days, until) {
    shown = series(moments, days, until);
    UPlot ??= (await import('../lib/uPlot.js')).default;
    for (const part of parts) {
      setHidden(part.element, part.id === 'change' && shown.change.times.length === 0);
      part.chart ??= made(UPlot, part, () => shown, onOpen);
      part.chart.setData(shown.data[part.id]);
      say(part, shown);
    }
  }
  addEventListener('themechange', () => parts.forEach(({ chart }) => chart?.redraw()));
  return { element, draw };
}

function series(moments, days, at) {
  const from = beginning(moments, days, at);
  const holds = held(moments, from, at);
  const change = changes(moments, from, at);
  const seconds = (times) => times.map((time) => time / 1000);
  return {
    from, to: at, holds, change,
    data: {
      size: [seconds(holds.times), holds.bytes],
      objects: [seconds(holds.times), holds.objects],
      change: [seconds(change.times), change.added, change.removed],
    },
  };
}

/** What is read beside a chart's title, and what a screen reader hears of it. */
function say(part, { holds, change }) {
  const last = holds.times.length - 1;
  if (part.id === 'change') {
    setText(part.titleElement, `Change per ${change.per}`);
    const added = change.added.reduce((sum, each) => sum + each, 0);
    const removed = -change.removed.reduce((sum, each) => sum + each, 0);
    tell(part, changed(added, removed));
  } else tell(part, part.id === 'size' ? bytes(holds.bytes[last]) : plural(holds.objects[last], 'object'));
}

function tell(part, text) {
  part.usual = text;
  setText(part.reading, text);
  setAttribute(part.element, 'aria-label', `${part.titleElement.textContent}: ${text}`);
}

function changed(added, removed) {
  return [added > 0 || removed === 0 ? `+${bytes(added)}` : null, removed > 0 ? `−${bytes(removed)}` : null].filter(Boolean).join('  ');
}

function made(UPlot, part, shown, onOpen) {
  const chart = new UPlot(options(UPlot, part, shown), part.id === 'change' ? [[], [], []] : [[], []], part.plot);
  new ResizeObserver(() => chart.setSize({ width: part.plot.clientWidth, height: part.height })).observe(part.plot);
  chart.over.addEventListener('click', () => {
    const at = chart.cursor.left == null ? null : chart.posToVal(chart.cursor.left, 'x') * 1000;
    const found = shown().holds.moments.findLast(({ time }) => time <= at);
    if (found) onOpen(found);
  });
  return chart;
}

function options(UPlot, part, shown) {
  const bars = part.id === 'change';
  const counted = part.id === 'objects';
  const plain = axis();
  const read = (plot) => {
    const { idx } = plot.cursor;
    setText(part.reading, idx == null ? part.usual : `${reading(part, shown(), idx)} · ${when(shown(), part, idx)}`);
  };
  return {
    width: part.plot.clientWidth,
    height: part.height,
    padding: [8, 2, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: bars ? { show: false } : { size: 6 }, sync: { key: 'bucket', scales: ['x', null] } },
    scales: {
      x: { time: true, range: () => [shown().from / 1000, Math.max(shown().to, shown().from + 60_000) / 1000] },
      y: { range: (_, low, high) => [bars ? Math.min(0, low ?? 0) * HEADROOM : 0, Math.max(high ?? 0, counted ? 4 : 1024) * HEADROOM] },
    },
    axes: [
      { ...plain, size: 22, space: 76, grid: { show: false }, values: (_, seconds) => timeLabels(seconds) },
      { ...plain, size: 62, space: 26, grid: GRID, ...(counted ? { incrs: [1, 2, 5, 10, 20, 50].flatMap((each) => [1, 100, 1e4, 1e6, 1e8].map((power) => each * power)).sort((a, b) => a - b), values: (_, values) => values.map(short) }
        : { splits: (_, __, low, high) => byteSteps(low, high), values: (_, values) => values.map(byteLabel) }) },
    ],
    series: bars ? [{}, barSeries(UPlot, 'var(--accent)'), barSeries(UPlot, 'var(--bad-fill)')] : [{}, lineSeries(UPlot, counted ? 'var(--muted)' : 'var(--accent)')],
    hooks: { setCursor: [read] },
  };
}

function lineSeries(UPlot, tone) {
  return { paths: UPlot.paths.stepped({ align: 1 }), stroke: () => colour(tone), width: 1.75, fill: () => colour(`color-mix(in srgb, ${tone} 12%, transparent)`), points: { show: false } };
}

function barSeries(UPlot, tone) {
  return { paths: UPlot.paths.bars({ size: [0.72, 22, 2], radius: 0.15 }), stroke: () => colour(tone), width: 0, fill: () => colour(tone), points: { show: false } };
}

function reading({ id }, { holds, change }, index) {
  if (id === 'size') return bytes(holds.bytes[index]);
  if (id === 'objects') return plural(holds.objects[index], 'object');
  const { came, went } = change.objects[index];
  return `${changed(change.added[index], -change.removed[index])}  (${[came > 0 ? `${count(came)} new or changed` : null, went > 0 ? `${count(went)} gone` : null].filter(Boolean).join(', ') || 'no object'})`;
}

function when({ holds, change }, { id }, index) {
  const time = id === 'change' ? change.times[index] - change.length / 2 : holds.times[index];
  const text = inSentence(moment(time, now()));
  return id === 'change' && change.length >= DAY_S * 1000 ? text.replace(/,? ?\d\d:\d\d$/, '') : text;
}

/** Days, and times where a day is more than the chart has. */
function timeLabels(seconds) {
  const step = seconds.length > 1 ? seconds[1] - seconds[0] : DAY_S;
  const form = step >= 28 * DAY_S ? 'month' : step >= DAY_S ? 'day' : 'time';
  return seconds.map((each) => dateAs(form, each * 1000));
}

function short(value) {
  return new Intl.NumberFormat('en', { notation: 'compact' }).format(value);
}
