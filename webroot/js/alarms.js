// What has happened and somebody has to look at, and what is wrong now beside what the headline says.

import { byId, h, icon, setHidden } from './dom.js';
import { exact, instant, relative, visible } from './format.js';
import { now } from './clock.js';
import { post } from './api.js';
import { toast, toastError } from './toast.js';

const card = byId('alarms');
const list = byId('alarm-list');
let drawn = '';

/** Draws the card; hidden while there is nothing to look at. */
export function renderAlarms({ status }) {
  const alarms = status?.alarms ?? [];
  const conditions = (status?.conditions ?? []).filter((each) => each.kind !== 'waiting' && each.message !== status.title);
  setHidden(card, alarms.length + conditions.length === 0);
  // Redrawn only when something else is to be said: a button must not vanish under a finger.
  const key = JSON.stringify([alarms, conditions]);
  if (key !== drawn) {
    drawn = key;
    list.replaceChildren(...conditions.map(conditionItem), ...alarms.map(alarmItem));
  }
  for (const element of list.querySelectorAll('time')) element.textContent = relative(instant(element.dateTime), now());
}

function conditionItem(condition) {
  return h('li', { class: 'alarm', data: { tone: 'bad', kind: condition.kind } }, icon('alert'),
    h('div', {}, h('strong', {}, visible(condition.message)), h('p', {}, visible(condition.remedy))));
}

function alarmItem(alarm) {
  const button = h('button', { class: 'button', type: 'button' }, icon('check'), 'Acknowledge');
  button.setAttribute('aria-label', `Acknowledge: ${visible(alarm.message)}`);
  button.addEventListener('click', () => acknowledge(alarm, button));
  const often = alarm.times > 1 ? `, ${alarm.times} times since ` : '';
  return h('li', { class: 'alarm', data: { tone: 'warn', kind: alarm.kind, alarm: alarm.id } }, icon('alert'),
    h('div', {}, h('strong', {}, visible(alarm.message)), h('p', {}, visible(alarm.remedy)),
      h('p', { class: 'muted' }, time(alarm.last), often, often ? time(alarm.since) : '')), button);
}

function time(iso) {
  return h('time', { datetime: iso, title: exact(instant(iso)) }, relative(instant(iso), now()));
}

async function acknowledge(alarm, button) {
  button.disabled = true;
  try {
    await post(`/api/alarms/${encodeURIComponent(alarm.id)}/acknowledge`, {});
    toast('Acknowledged', 'It is written down that somebody has looked.', 'good');
  } catch (error) {
    toastError(error);
    button.disabled = false;
  }
}
