// Cards for what is wrong, with what can be done about it. One that is over stays in its place, so that nothing jumps, until it is put away.

import { byId, h, icon, setAttribute, setData, setHidden, setText, url } from './dom.js';
import { exact, inSentence, moment, plural, roughly, timeOfDay, visible } from './format.js';
import { issues } from './issues.js';
import { now, timeElement } from './clock.js';
import { post } from './api.js';
import { toast, toastError } from './toast.js';

const MOST = 3;
/** What was there for a shorter while than this, and nobody did anything about, leaves no trace. */
const SEEN_MS = 30_000;
const ICONS = { stops: 'cross', failing: 'cross', late: 'clock', other: 'alert' };
const box = byId('issues');
const list = byId('issue-list');
const more = byId('issues-more');
const cards = new Map();
let unfolded = false;

/** Draws them; hidden while nothing is or was wrong. */
export function renderIssues(state) {
  if (!state.loaded) return;
  const found = new Map(issues(state).map((each) => [each.id, each]));
  for (const [id, card] of cards) {
    if (found.has(id) || card.over) continue;
    if (card.acted || Date.now() - card.shown > SEEN_MS) resolve(card);
    else remove(card);
  }
  for (const [id, each] of found) {
    if (!cards.has(id)) cards.set(id, build(id));
    draw(cards.get(id), each, state.backup.running);
  }
  place([...found.keys()]);
}

// Those that are over keep their places; what is new comes in by its rank.
function place(order) {
  const shown = [...cards.values()];
  const over = shown.filter((card) => card.over);
  const wanted = order.map((id) => cards.get(id));
  for (const card of over) wanted.splice(Math.min([...list.children].indexOf(card.element), wanted.length), 0, card);
  wanted.forEach(({ element }, index) => {
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
    setHidden(element, !unfolded && index >= MOST);
  });
  const folded = wanted.length - MOST;
  setHidden(box, wanted.length === 0);
  setHidden(more, folded <= 0);
  setText(more, unfolded ? 'Show fewer' : `and ${folded} more`);
  setAttribute(more, 'aria-expanded', String(unfolded));
}

function build(id) {
  const card = { id, over: false, acted: false, shown: Date.now(), key: '',
    title: h('h2', {}), text: h('p', { class: 'text' }), remedy: h('p', { class: 'remedy' }), since: h('p', { class: 'since' }), tools: h('div', { class: 'tools' }) };
  card.mark = h('span', { class: 'mark' });
  card.element = h('li', { class: 'issue', data: { issue: id } }, card.mark, h('div', { class: 'words' }, card.title, card.text, card.since, card.remedy), card.tools);
  return card;
}

function draw(card, each, running) {
  card.over = false;
  // Drawn anew only when something else is to be said: a button must not vanish under a finger.
  const key = JSON.stringify(each);
  if (card.key !== key) {
    card.key = key;
    setData(card.element, 'tone', each.tone);
    setData(card.element, 'over', null);
    setData(card.element, 'rank', each.rank);
    card.mark.replaceChildren(icon(ICONS[each.rank] ?? 'alert'));
    setText(card.title, each.title);
    setText(card.text, each.text);
    setHidden(card.text, each.text === '');
    setText(card.remedy, each.remedy);
    setAttribute(card.remedy, 'title', each.remedy);
    card.since.replaceChildren(...since(each));
    // Those of runs come with the history, a moment later.
    setHidden(card.since, each.since == null && each.rank === 'other');
    card.tools.replaceChildren(...each.actions.map((action) => control(action, each)));
  }
  for (const button of card.tools.querySelectorAll('[data-does="run"]')) button.disabled = running;
}

function since({ since: at, often, rank }) {
  if (at == null) return [];
  const words = Math.abs(now() - at) < 86_400_000 ? `Since ${timeOfDay(at, now())}` : `Since ${inSentence(moment(at, now()))}`;
  const times = often > 1 ? ` · ${rank === 'alarm' ? `${often} times` : plural(often, 'run')}` : '';
  return [h('time', { datetime: new Date(at).toISOString(), title: exact(at) }, words), `, for ${roughly(now() - at)}${times}`];
}

function control(action, each) {
  if (action.path) return h('a', { class: 'button small', href: url(action.path) }, action.label);
  const button = h('button', { type: 'button', class: 'button small', data: { does: action.does }, 'aria-label': `${action.label}: ${visible(each.title)}`,
    onclick: () => { cards.get(each.id).acted = true; act(action, button); } }, icon(action.does === 'run' ? 'sync' : 'check'), action.label);
  return button;
}

async function act({ does, buckets, alarm }, button) {
  button.disabled = true;
  try {
    if (does === 'run') await post('/api/backup/run', { dry_run: false, buckets });
    else {
      await post(`/api/alarms/${encodeURIComponent(alarm)}/acknowledge`, {});
      toast('Acknowledged', 'It is written down that somebody has looked.', 'good');
    }
  } catch (error) {
    toastError(error);
    button.disabled = false;
  }
}

function resolve(card) {
  card.over = true;
  card.key = '';
  setData(card.element, 'tone', 'good');
  setData(card.element, 'over', 'true');
  card.mark.replaceChildren(icon('check'));
  card.since.replaceChildren('Over ', timeElement(new Date(now()).toISOString()));
  card.tools.replaceChildren(h('button', { type: 'button', class: 'button small', onclick: () => putAway(card) }, 'Put away'));
}

function remove(card) {
  cards.delete(card.id);
  card.element.remove();
}

function putAway(card) {
  remove(card);
  place([...cards.values()].filter(({ over }) => !over).map(({ id }) => id));
}
