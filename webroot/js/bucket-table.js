// The buckets as rows of a table, drawn again in place as things go on. Of hundreds those below the fold are made when somebody gets there.

import { byId, h, icon, setAttribute, setData, setIcon, setText, url } from './dom.js';
import { bytes, count, instant, visible } from './format.js';
import { bucketBeats } from './bucket-beats.js';
import { bucketWords } from './buckets.js';
import { liveLook, liveProgress, liveWords } from './bucket-live.js';
import { drawProgress } from './bucket-progress.js';
import { describeSchedule, MAIN } from './schedule.js';
import { now, timeElement } from './clock.js';

const COLUMNS = [['name', 'Bucket'], ['state', 'Last runs'], ['copy', 'Last whole copy'], ['objects', 'Objects'], ['size', 'Size'], ['growth', 'Growth a day'], ['schedule', 'Schedule']];
const CHUNK = 60;
const BEATS = 30;

const heads = byId('bucket-heads');
const body = byId('bucket-rows');
const rows = new Map();
const more = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && extend(), { rootMargin: '600px' });
const end = h('tr', { class: 'more-rows', 'aria-hidden': 'true' }, h('td', { colspan: COLUMNS.length }));
let shown = CHUNK;
let redraw = () => {};

/** Makes the heads; `onSort(column)` is told what somebody wants it sorted by. */
export function bucketHeads(onSort) {
  heads.replaceChildren(...COLUMNS.map(([id, label]) => h('th', { scope: 'col', role: 'columnheader', class: `col-${id}`, data: { sort: id } },
    h('button', { type: 'button', onclick: () => onSort(id) }, label, icon('down')))));
}

/** Draws these of `bucketFacts` in their order; `runs` are those of `beatRuns`, `rates` and `marks` what is remembered of the run under way. */
export function drawTable(entries, { sort, order }, run, runs, rates, marks) {
  redraw = () => drawTable(entries, { sort, order }, run, runs, rates, marks);
  for (const head of heads.children) setAttribute(head, 'aria-sort', head.dataset.sort === sort ? (order === 'asc' ? 'ascending' : 'descending') : null);
  const wanted = new Set(entries.slice(0, shown).map((entry) => entry.bucket));
  for (const [name, row] of rows) {
    if (!wanted.has(name)) {
      row.element.remove();
      rows.delete(name);
    }
  }
  entries.slice(0, shown).forEach((entry, index) => {
    if (!rows.has(entry.bucket)) rows.set(entry.bucket, build(entry.bucket));
    const row = rows.get(entry.bucket);
    if (body.children[index] !== row.element) body.insertBefore(row.element, body.children[index] ?? null);
    row.beats.draw(runs);
    drawRow(row, entry, run, rates, marks);
  });
  if (entries.length > shown) {
    body.append(end);
    more.observe(end);
  } else end.remove();
}

/** As after another question: only the first rows. */
export function fromTheTop() {
  shown = CHUNK;
}

function extend() {
  shown += CHUNK;
  more.unobserve(end);
  redraw();
}

function build(name) {
  const cell = (column, ...content) => h('td', { class: column, role: 'cell' }, content);
  const row = {
    mark: h('span', { class: 'mark' }, icon('clock')),
    sub: h('div', { class: 'sub' }),
    fill: h('i'),
    percent: h('span', { class: 'percent' }),
    objects: h('td', { class: 'objects number', role: 'cell' }),
    size: h('td', { class: 'size number', role: 'cell' }),
    growth: h('td', { class: 'growth number', role: 'cell' }),
    copy: h('td', { class: 'copy', role: 'cell' }),
    schedule: h('td', { class: 'schedule', role: 'cell' }),
    beats: bucketBeats(name, { most: BEATS }),
  };
  row.bar = h('div', { class: 'bar', role: 'progressbar', 'aria-label': `Progress of ${visible(name)}`, 'aria-valuemin': '0', 'aria-valuemax': '100' }, row.fill);
  row.element = h('tr', { class: 'bucket-row', role: 'row', data: { bucket: name } },
    cell('name-cell', h('div', { class: 'who' }, row.mark, h('div', { class: 'words' }, h('a', { class: 'name', href: url(`/buckets/${encodeURIComponent(name)}`) }, visible(name)), row.sub))),
    cell('pulse', row.beats.element, h('div', { class: 'meter' }, row.bar, row.percent)),
    row.copy, row.objects, row.size, row.growth, row.schedule);
  return row;
}

function drawRow(row, entry, run, rates, marks) {
  setData(row.element, 'live', String(entry.live != null));
  if (entry.live) drawLive(row, entry.live, run, rates, marks);
  else drawIdle(row, entry);
  copyTime(row.copy, entry.checked);
  setText(row.growth, entry.growth > 0 ? `+${bytes(entry.growth)}` : '–');
  setText(row.schedule, entry.state === 'left_out' ? 'Not backed up' : entry.schedule ? scheduleWords(entry.schedule) : 'By hand');
  setAttribute(row.schedule, 'title', row.schedule.textContent);
}

function drawIdle(row, entry) {
  const words = entry.alarms.length > 0 && entry.state === 'safe' ? { tone: 'warn', icon: 'alert', text: visible(entry.alarms[0].message), flag: 'alarm' } : bucketWords(entry);
  setData(row.element, 'tone', words.tone);
  setIcon(row.mark, words.icon);
  setData(row.sub, 'tone', words.flag && words.tone !== 'idle' ? words.tone : null);
  write(row.sub, words.text);
  setText(row.objects, entry.held ? count(entry.held.objects) : '–');
  setText(row.size, entry.held ? bytes(entry.held.bytes) : '–');
}

function drawLive(row, live, run, rates, marks) {
  const { tone, icon: picture } = liveLook(live);
  const progress = liveProgress(live, marks);
  setData(row.element, 'tone', tone);
  setIcon(row.mark, picture);
  setData(row.sub, 'tone', tone === 'bad' || tone === 'warn' ? tone : null);
  write(row.sub, liveWords(live, run, rates.of(live.bucket), now()));
  drawProgress(row, progress.share, live, tone);
  setText(row.objects, progress.objects);
  setText(row.size, progress.bytes);
}

function copyTime(cell, iso) {
  if (cell.dataset.at === (iso ?? '')) return;
  cell.dataset.at = iso ?? '';
  cell.replaceChildren(instant(iso) == null ? 'never' : timeElement(iso));
}

function scheduleWords(schedule) {
  const words = describeSchedule(schedule);
  return schedule.name === MAIN ? words : `${schedule.name}: ${words}`;
}

function write(element, text) {
  setText(element, text);
  setAttribute(element, 'title', text);
}
