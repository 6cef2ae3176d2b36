// The calendar of what stays and what goes: a row a month, a cell a day, dots for its snapshots. A day tells the reasons when it is pointed
// at or focused, and opens below its month when it is chosen. One stop for the Tab key; arrows go from day to day.

import { h } from './dom.js';
import { count } from './format.js';
import { byMonth, countKinds, dayLines, daySum, kindOf } from './retention-days.js';
import { hideTip, showTip } from './tooltip.js';

const DOTS = 4;
const LEGEND = [['rule', 'by the rules'], ['held', 'whatever the rules say'], ['goes', 'would go']];
const OLD = 'Made by the old tool';

export class RetentionCalendar {
  #box;
  #row;
  /** Those with snapshots, the oldest first: `{ number, key, title, verdicts, month, button }`. */
  #days = [];
  #open = null;

  /** `row(verdict)` makes the list item of a snapshot. */
  constructor(box, row) {
    this.#box = box;
    this.#row = row;
    box.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Draws it anew; the day that is open and the one in focus stay. */
  show(verdicts) {
    const focused = this.#days.find((each) => each.button === document.activeElement)?.key;
    const { months, undated } = byMonth(verdicts);
    if (undated.length > 0) months.push({ title: OLD, days: [{ number: null, key: OLD, title: OLD, verdicts: undated }] });
    this.#days = [];
    const rows = months.map((month, index) => this.#month(month, index));
    this.#days.sort((one, other) => other.month - one.month || one.number - other.number);
    this.#box.replaceChildren(legend(verdicts), h('ol', { class: 'months' }, rows));
    hideTip();
    this.#enterAt(this.#find(focused ?? this.#open) ?? this.#days.at(-1), focused != null);
    if (this.#open) this.#toggle(this.#find(this.#open), true);
  }

  #find(key) {
    return this.#days.find((each) => each.key === key);
  }

  #month({ title, days }, month) {
    return h('li', { class: 'month' }, h('h3', {}, title), h('ol', { class: 'month-days' }, days.map((day) => h('li', {},
      day.verdicts.length === 0 ? h('span', { class: 'day' }, h('span', { class: 'number' }, String(day.number))) : this.#day({ ...day, month })))));
  }

  #day(day) {
    const { title, verdicts } = day;
    const tell = () => this.#open !== day.key && showTip(day.button, [`${title}: ${daySum(verdicts)}`, ...dayLines(verdicts)]);
    day.button = h('button', {
      type: 'button', class: 'day', tabindex: '-1', 'aria-expanded': 'false', data: { day: day.key },
      'aria-label': `${title}, ${daySum(verdicts)}. ${dayLines(verdicts).join('; ')}`,
      onmouseenter: tell, onfocus: tell, onmouseleave: hideTip, onblur: hideTip,
      onclick: () => this.#toggle(day, this.#open !== day.key),
    }, day.number && h('span', { class: 'number' }, String(day.number)), dots(verdicts));
    this.#days.push(day);
    return day.button;
  }

  /** Opens a day in the place of the one that was open, or closes it. */
  #toggle(day, open) {
    this.#find(this.#open)?.button.setAttribute('aria-expanded', 'false');
    this.#box.querySelector('.opened')?.remove();
    hideTip();
    this.#open = open && day ? day.key : null;
    if (!this.#open) return;
    day.button.setAttribute('aria-expanded', 'true');
    day.button.closest('.month').append(h('div', { class: 'opened' }, h('h4', {}, `${day.title} · ${daySum(day.verdicts)}`),
      h('ol', { class: 'day-list' }, day.verdicts.map((verdict) => this.#row(verdict)))));
  }

  #key(event) {
    if (event.key === 'Escape') hideTip();
    const from = this.#days.find((each) => each.button === event.target);
    const to = from && this.#next(from, event.key);
    if (!to) return;
    event.preventDefault();
    this.#enterAt(to, true);
  }

  #enterAt(day, focus) {
    for (const each of this.#box.querySelectorAll('.day[tabindex="0"]')) each.setAttribute('tabindex', '-1');
    day?.button.setAttribute('tabindex', '0');
    if (focus) day?.button.focus({ preventScroll: false });
  }

  #next(from, key) {
    const at = this.#days.indexOf(from);
    switch (key) {
      case 'ArrowLeft': return this.#days[at - 1];
      case 'ArrowRight': return this.#days[at + 1];
      case 'ArrowUp': return this.#nearest(from.month - 1, from.number);
      case 'ArrowDown': return this.#nearest(from.month + 1, from.number);
      case 'Home': return this.#days[0];
      case 'End': return this.#days.at(-1);
      default: return null;
    }
  }

  #nearest(month, number) {
    return this.#days.filter((each) => each.month === month)
      .reduce((best, each) => (best && Math.abs(best.number - number) <= Math.abs(each.number - number) ? best : each), null);
  }
}

/** A dot for each, or where they are too many one for each kind, and the number. */
function dots(verdicts) {
  const many = verdicts.length > DOTS;
  const kinds = many ? LEGEND.map(([kind]) => kind).filter((kind) => countKinds(verdicts)[kind] > 0) : verdicts.map(kindOf);
  return h('span', { class: 'dots' }, kinds.map((kind) => h('i', { class: 'mark', data: { kind } })), many && h('b', {}, count(verdicts.length)));
}

function legend(verdicts) {
  const kinds = countKinds(verdicts);
  return h('ul', { class: 'legend' }, LEGEND.filter(([kind]) => kinds[kind] > 0)
    .map(([kind, words]) => h('li', {}, h('i', { class: 'mark', data: { kind } }), kind === 'goes' ? `${count(kinds.goes)} ${words}` : `${count(kinds[kind])} ${kinds[kind] === 1 ? 'stays' : 'stay'} ${words}`)));
}
