// The files of a restore by what happens, or happened, to them.

import { byId, h, icon, setAttribute, setHidden } from './dom.js';
import { bytes, capital, count, inSentence, instant, moment, visible } from './format.js';
import { get } from './api.js';
import { now } from './clock.js';
import { nameElement } from './names.js';
import { PagedList } from './paged-list.js';
import { reasonWords } from './restore-looks.js';

const PAGE = 200;
const LOOKS = {
  write: ['info', 'plus'], identical: ['good', 'same'], skip: ['idle', 'minus'], delete: ['bad', 'cross'], fail: ['bad', 'alert'],
};
const box = byId('objects');
const list = new PagedList(box, row);
let drawn = '';

/**
 * Shows the list.
 *
 * @param filters `[{action, label, objects}]`; those without objects are left out
 * @param first the action that is shown at first
 */
export function renderObjects(id, filters, first) {
  const shown = filters.filter((filter) => filter.objects > 0);
  setHidden(byId('objects-card'), shown.length === 0);
  const key = JSON.stringify([shown, first]);
  if (shown.length === 0 || key === drawn) return;
  drawn = key;
  const buttons = shown.map(({ action, label, objects }) => h('button', { type: 'button', class: 'button small', data: { action }, onclick: () => choose(action) },
    label, h('span', { class: 'muted' }, ` ${count(objects)}`)));
  byId('filters').replaceChildren(...buttons);
  choose(shown.some((filter) => filter.action === first) ? first : shown[0].action);

  function choose(action) {
    for (const button of buttons) setAttribute(button, 'aria-pressed', String(button.dataset.action === action));
    list.show(async (after, signal) => {
      const params = new URLSearchParams({ action, limit: PAGE, ...(after ? { after } : {}) });
      const { objects, next } = await get(`/api/restores/${encodeURIComponent(id)}/objects?${params}`, { signal });
      return { items: objects, next };
    }, () => h('p', { class: 'empty' }, 'No file.'));
  }
}

function row({ bucket, key, to, size, action, reason, detail, found }) {
  const [tone, name] = LOOKS[action] ?? ['idle', 'file'];
  const why = [detail ? visible(detail) : reason ? capital(reasonWords(reason)) : '', action === 'delete' || !found ? '' : there(action, found)].filter(Boolean).join('; ');
  return h('li', { class: 'object', data: { action, key, tone: action === 'write' && found ? 'warn' : tone } }, icon(action === 'write' && found ? 'sync' : name),
    h('div', { class: 'object-words' }, h('span', { class: 'muted' }, nameElement(bucket), ' / '), nameElement(key),
      // Behind a prefix it is seen to be the same; in a folder it may have another name.
      to != null && to !== key && !to.endsWith(`/${key}`) ? h('p', { class: 'muted' }, '→ ', nameElement(to)) : null,
      why ? h('p', { class: 'reason' }, why) : null),
    h('span', { class: 'size' }, size == null ? '' : bytes(size)));
}

function there(action, { size, last_modified: at }) {
  const words = `${bytes(size)}, changed ${inSentence(moment(instant(at), now()))}`;
  return action === 'write' ? `Replaces what is there: ${words}` : `there now: ${words}`;
}
