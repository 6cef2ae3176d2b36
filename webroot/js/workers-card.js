// Who copies: there only where workers on other machines could join.

import { get } from './api.js';
import { now } from './clock.js';
import { h, setHidden, setText } from './dom.js';
import { inSentence, instant, moment, plural, rate } from './format.js';

const EVERY_MS = 5000;

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
  const ready = workers.filter((each) => each.state === 'ready');
  setText(section.querySelector('.muted'), ready.length === 1 ? 'No worker has joined' : `${plural(ready.length - 1, 'worker')} and the service`);
  section.querySelector('ul').replaceChildren(...workers.map((each) => h('li', { data: { state: each.state } },
    h('div', {}, h('strong', {}, each.local ? 'This service' : each.name), h('p', { class: 'muted' }, words(each))),
    h('span', { class: 'chip', data: each.state === 'lost' ? { tone: 'warn' } : {} }, each.state === 'lost' ? 'Lost' : each.shards > 0 ? 'Copying' : 'Ready'))));
}

function words(each) {
  if (each.state === 'lost') return `Not heard of since ${inSentence(moment(instant(each.heard_at), now()))}. What it had to do, others have taken over.`;
  const since = `since ${inSentence(moment(instant(each.since), now()))}`;
  return each.shards > 0 ? `${plural(each.shards, 'part')} of buckets, ${rate(each.bytes_per_second)}; ${since}` : `Nothing to do; ${since}`;
}
