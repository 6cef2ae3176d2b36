// Which folders hold most of a bucket, and which have grown most.

import { byId, h, setAttribute, setHidden, setVar, url } from './dom.js';
import { bytes, inSentence, middle, moment, plural, visible } from './format.js';
import { get } from './api.js';
import { olderThan, sinceChoices } from './bucket-series.js';
import { nameElement } from './names.js';
import { now } from './clock.js';

const LONGEST = 46;
const USUAL = '30d';

/** The card; `load(moments)` asks anew where the newest snapshot is another one. */
export function bucketFolders(bucket) {
  const box = byId('folders');
  const tabs = [...byId('folder-tabs').children];
  const since = byId('folders-since');
  let kind = 'largest';
  let moments = [];
  let answer = null;
  let turn = 0;

  async function load(known) {
    const newest = known.at(-1);
    const isNews = newest?.name !== moments.at(-1)?.name || answer == null;
    moments = known;
    drawSince();
    if (isNews) await ask();
  }

  function drawSince() {
    const choices = sinceChoices(moments);
    const chosen = since.value || USUAL;
    if (since.options.length !== choices.length) {
      since.replaceChildren(...choices.map(([value, label]) => h('option', { value }, value === 'before' ? `since ${label}` : `in ${label}`)));
      since.value = choices.some(([value]) => value === chosen) ? chosen : choices.at(-1)?.[0] ?? '';
    }
    setHidden(since.parentElement, kind !== 'growing' || choices.length === 0);
  }

  async function ask() {
    const mine = ++turn;
    const at = moments.at(-1);
    if (!at) {
      show(h('p', { class: 'empty' }, 'The first snapshot shows here what takes the space.'));
      return;
    }
    const days = sinceChoices(moments).find(([value]) => value === since.value)?.[2];
    const older = days == null ? null : olderThan(moments, days);
    if (answer == null) show(h('p', { class: 'empty' }, 'Adding up the folders…'));
    try {
      const found = await get(`/api/files/folders?${new URLSearchParams({ bucket, at: at.name, since: older?.name ?? 'none' })}`);
      if (mine !== turn) return;
      answer = { ...found, older };
      draw();
    } catch (error) {
      if (mine !== turn) return;
      answer = null;
      show(h('div', { class: 'empty' }, h('strong', {}, error.title ?? 'The folders cannot be added up'), h('p', {}, error.message), h('button', { type: 'button', class: 'button small', onclick: ask }, 'Try again')));
    }
  }

  function show(...nodes) {
    box.replaceChildren(...nodes);
  }

  function draw() {
    const growing = kind === 'growing';
    const rows = growing ? answer.growing : answer.largest;
    if (rows.length === 0) {
      show(h('p', { class: 'empty' }, growing ? answer.older ? `No folder has grown since ${inSentence(moment(answer.older.time, now()))}.` : 'The second snapshot shows here what has grown.'
        : answer.files.bytes === 0 ? 'There is nothing in it.' : 'It has no folders: all objects lie at the top.'));
      return;
    }
    const most = growing ? rows[0].bytes : answer.files.bytes;
    show(h('ol', { class: 'folders' }, rows.map((row) => folder(row, most, growing))));
  }

  function folder({ prefix, objects, bytes: size }, most, growing) {
    const bar = h('i');
    setVar(bar, '--share', most > 0 ? `${Math.max(0.6, (size / most) * 100).toFixed(2)}%` : '0%');
    const title = `${visible(prefix)}: ${growing ? '+' : ''}${bytes(size)}, ${growing ? signed(objects) : plural(objects, 'object')}`;
    return h('li', {}, h('a', { href: url(`/files?${new URLSearchParams({ bucket, path: prefix, at: answer.at })}`), title },
      nameElement(middle(visible(prefix), LONGEST), { title: prefix }), h('b', {}, growing ? `+${bytes(size)}` : bytes(size)),
      h('span', { class: 'bar-line', 'aria-hidden': 'true' }, bar), h('small', {}, growing ? signed(objects) : plural(objects, 'object'))));
  }

  for (const tab of tabs) {
    tab.addEventListener('click', () => {
      kind = tab.dataset.kind;
      for (const each of tabs) setAttribute(each, 'aria-pressed', String(each === tab));
      drawSince();
      if (answer) draw();
    });
  }
  since.addEventListener('change', ask);
  return { load };
}

function signed(objects) {
  return objects === 0 ? 'as many objects' : `${objects > 0 ? '+' : '−'}${plural(Math.abs(objects), 'object')}`;
}
