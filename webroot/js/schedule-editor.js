// Interval or cron expression. Exactly one of them is in force: the file says so by `cron` being null or not.

import { h, setText } from './dom.js';
import { number, read } from './config-model.js';
import { describeSchedule } from './schedule.js';

const FIRST_CRON = '0 3 * * *';

/** The three members of the schedule; `onChange(path, value)` tells each. */
export function scheduleEditor(field, id, onChange) {
  const words = h('p', { class: 'help', id: `${id}-words` });
  const value = { cron: null, interval_hours: 6, time_zone: null };
  let rememberedCron = FIRST_CRON;

  const change = (key, next) => {
    value[key] = next;
    onChange(`automation.${key}`, next);
    say();
  };
  const say = () => setText(words, `Runs ${describeSchedule(value)}.`);

  const radio = (name, label) => h('input', { type: 'radio', name: id, value: name, 'aria-label': label, onchange: () => switchTo(name) });
  const byInterval = radio('interval', 'Interval');
  const byCron = radio('cron', 'Fixed times');
  const hours = h('input', { class: 'input', id: `${id}-hours`, inputmode: 'decimal', 'aria-label': 'Hours between runs', oninput: () => change('interval_hours', number(hours.value)) });
  const cron = h('input', { class: 'input mono', id: `${id}-cron`, spellcheck: 'false', 'aria-label': 'Cron expression', placeholder: FIRST_CRON,
    oninput: () => { rememberedCron = cron.value; change('cron', cron.value); } });
  const zone = h('input', { class: 'input', id: `${id}-zone`, list: `${id}-zones`, spellcheck: 'false', 'aria-label': 'Time zone', placeholder: "the server's time zone",
    oninput: () => change('time_zone', zone.value === '' ? null : zone.value) });
  const zones = h('datalist', { id: `${id}-zones` }, (Intl.supportedValuesOf?.('timeZone') ?? []).map((name) => h('option', { value: name })));
  const intervalPart = h('div', { class: 'with-unit' }, h('span', {}, 'every'), hours, h('span', {}, 'hours, from the start of one run to the start of the next'));
  const cronPart = h('div', { class: 'item' }, cron, zone, zones);

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
    hours.value = value.interval_hours ?? '';
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
      value.interval_hours = read(config, 'automation.interval_hours') ?? 6;
      value.time_zone = read(config, 'automation.time_zone') ?? null;
      if (value.cron) rememberedCron = value.cron;
      draw();
    },
  };
}
