// Interval or cron expression. Exactly one of them is in force: the file says so by `cron` being null or not.

import { h, setText } from './dom.js';
import { read } from './config-model.js';
import { quantityInput } from './quantity-input.js';
import { describeSchedule } from './schedule.js';

const FIRST_CRON = '0 3 * * *';
const USUAL_HOURS = 6;

/** The three members of the schedule; `onChange(path, value)` tells each. */
export function scheduleEditor(field, id, onChange) {
  const words = h('p', { class: 'help', id: `${id}-words` });
  const value = { cron: null, interval_hours: null, time_zone: null };
  let rememberedCron = FIRST_CRON;

  const change = (key, next) => {
    value[key] = next;
    onChange(`automation.${key}`, next);
    say();
  };
  const say = () => setText(words, `Runs ${describeSchedule({ ...value, interval_hours: value.interval_hours ?? USUAL_HOURS })}${value.cron == null ? ', from start to start' : ''}.`);

  const radio = (name, label) => h('input', { type: 'radio', name: id, value: name, 'aria-label': label, onchange: () => switchTo(name) });
  const byInterval = radio('interval', 'Interval');
  const byCron = radio('cron', 'Fixed times');
  const every = quantityInput({ id: `${id}-hours`, label: 'time between runs', schema: { 'x-unit': 'hours', default: USUAL_HOURS } }, (hours) => change('interval_hours', hours));
  every.control.setAttribute('aria-label', 'Time between runs');
  const cron = h('input', { class: 'input mono', id: `${id}-cron`, spellcheck: 'false', 'aria-label': 'Cron expression', placeholder: FIRST_CRON,
    oninput: () => { rememberedCron = cron.value; change('cron', cron.value); } });
  const zone = h('input', { class: 'input', id: `${id}-zone`, list: `${id}-zones`, spellcheck: 'false', 'aria-label': 'Time zone', placeholder: "the server's time zone",
    oninput: () => change('time_zone', zone.value === '' ? null : zone.value) });
  const zones = h('datalist', { id: `${id}-zones` }, (Intl.supportedValuesOf?.('timeZone') ?? []).map((name) => h('option', { value: name })));
  const intervalPart = h('div', { class: 'row-actions' }, h('span', {}, 'Every'), every.element);
  const cronPart = h('div', { class: 'stack' },
    h('div', { class: 'item' }, cron, zone, zones), h('p', { class: 'help' }, 'Five fields: minute, hour, day, month, weekday.'));

  function switchTo(kind) {
    change('cron', kind === 'cron' ? rememberedCron : null);
    draw();
  }

  function draw() {
    const isCron = value.cron != null;
    byInterval.checked = !isCron;
    byCron.checked = isCron;
    intervalPart.hidden = isCron;
    cronPart.hidden = !isCron;
    every.set(value.interval_hours);
    cron.value = value.cron ?? '';
    zone.value = value.time_zone ?? '';
    say();
  }

  return {
    element: h('div', { class: 'stacked' },
      h('div', { class: 'segments' }, h('label', {}, byInterval, h('span', {}, 'Interval')), h('label', {}, byCron, h('span', {}, 'Fixed times'))),
      intervalPart, cronPart, words),
    set(ignored, config) {
      value.cron = read(config, 'automation.cron') ?? null;
      value.interval_hours = read(config, 'automation.interval_hours') ?? null;
      value.time_zone = read(config, 'automation.time_zone') ?? null;
      if (value.cron) rememberedCron = value.cron;
      draw();
    },
  };
}
