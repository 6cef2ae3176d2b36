// Who copies: there only where workers on other machines could join.

import { get, request } from './api.js';
import { now } from './clock.js';
import { h, setData, setHidden, setText } from './dom.js';
import { capital, inSentence, instant, moment, plural, rate, visible } from './format.js';
import { toast, toastError } from './toast.js';

const EVERY_MS = 5000;
const STATES = { lost: 'Lost', refused: 'Not let in' };
const rows = new Map();

/** Draws and refreshes the card for as long as there is a cluster. Resolves when it has been looked once. */
export async function watchWorkers(section) {
  try {
    const { clustered, workers } = await get('/api/workers');
    setHidden(section, !clustered);
    if (!clustered) return;
    draw(section, workers);
  } catch {
    // What is wrong with the server, the other parts of the page say.
  }
  setTimeout(() => (document.hidden ? document.addEventListener('visibilitychange', () => watchWorkers(section), { once: true }) : watchWorkers(section)), EVERY_MS);
}

function draw(section, workers) {
  const ready = workers.filter((each) => each.state === 'ready').length - 1;
  setText(section.querySelector('.muted'), ready === 0 ? (workers.length === 1 ? 'No worker has joined' : 'No worker is there') : `${plural(ready, 'worker')} and the service`);
  const list = section.querySelector('ul');
  // What needs a look comes first: the list may be longer than its card.
  const sorted = [...workers.filter(({ state }) => state !== 'ready'), ...workers.filter(({ state }) => state === 'ready')];
  const shown = sorted.map((each, index) => row(section, each, `${each.name} ${sorted.slice(0, index).filter(({ name }) => name === each.name).length}`));
  // Each keeps its place in the page: a button must not vanish under a finger.
  for (const child of [...list.children]) if (!shown.includes(child)) child.remove();
  shown.forEach((element, index) => list.children[index] !== element && list.insertBefore(element, list.children[index] ?? null));
}

// Two may have the same name.
function row(section, each, key) {
  if (!rows.has(key)) rows.set(key, build(section, each));
  const { element, said, forget, chip } = rows.get(key);
  setData(element, 'state', each.state);
  setText(said, words(each));
  setHidden(forget, each.state !== 'lost');
  setText(chip, STATES[each.state] ?? (each.shards > 0 ? 'Copying' : 'Ready'));
  setData(chip, 'tone', each.state === 'ready' ? null : 'warn');
  return element;
}

function build(section, { name, local }) {
  const said = h('p', { class: 'muted' });
  const chip = h('span', { class: 'chip' });
  const forget = h('button', { type: 'button', class: 'button small forget', 'aria-label': `Forget ${visible(name)}`, onclick: () => drop(forget, section, name) }, 'Forget');
  return { said, forget, chip, element: h('li', {}, h('div', {}, h('strong', {}, local ? 'This service' : visible(name)), said), h('div', { class: 'row-tools' }, chip, forget)) };
}

function words(each) {
  const since = (at) => `since ${inSentence(moment(instant(at), now()))}`;
  if (each.state === 'lost') return `Not heard of ${since(each.missing_since)}. What it had to do, others have taken over. Start it again, or forget it if it won't come back.`;
  if (each.state === 'refused') return `${capital(visible(each.problem))} Missing ${since(each.missing_since)}.`;
  return each.shards > 0 ? `${plural(each.shards, 'part')} of buckets, ${rate(each.bytes_per_second)}; ${since(each.since)}` : `Nothing to do; ${since(each.since)}`;
}

// Nothing is lost by that: started again, it is taken as any other.
async function drop(button, section, name) {
  button.disabled = true;
  try {
    draw(section, (await request('DELETE', `/api/workers/${encodeURIComponent(name)}`)).json.workers);
    toast('Forgotten', `Nobody waits for ${visible(name)} any more. If it's started again, it joins as before.`, 'good');
  } catch (error) {
    toastError(error);
  }
  button.disabled = false;
}
