// The alerts page: what is wrong now and who was told, and what came of each attempt to tell them.

import { byId, h, setText } from './dom.js';
import { get } from './api.js';
import { now } from './clock.js';
import { exact, inSentence, instant, moment, plural, visible } from './format.js';
import { PagedList } from './paged-list.js';
import { startShell } from './shell.js';

const PAGE = 100;
// Of a burst of events one is enough.
const CALM_MS = 1000;
const OUTCOMES = {
  delivered: 'Delivered',
  failed: 'Not delivered',
  given_up: 'Given up',
  folded: 'Sent together with others',
};

let asking = null;
let due = null;
let changed = false;

function time(iso) {
  const at = instant(iso);
  return at == null ? '' : h('time', { title: exact(at), datetime: new Date(at).toISOString() }, moment(at, now()));
}

function raisedRow(alert) {
  const since = instant(alert.since);
  const told = alert.channels.length === 0 ? 'Nobody was told' : `Told: ${alert.channels.map(visible).join(', ')}`;
  return h('li', { data: { tone: alert.severity } },
    h('span', { class: 'what' }, visible(alert.title)),
    time(alert.told),
    h('span', { class: 'muted' }, `${told}${since == null ? '' : ` · since ${inSentence(moment(since, now()))}`}`));
}

function deliveryRow(delivery) {
  const { outcome, attempt, answer, retry_at: retryAt } = delivery;
  const again = instant(retryAt);
  const parts = [visible(delivery.channel), OUTCOMES[outcome] ?? outcome];
  if (attempt > 1) parts.push(`attempt ${attempt}`);
  if (answer) parts.push(visible(answer));
  if (again != null) parts.push(`again ${inSentence(moment(again, now()))}`);
  return h('li', { data: { tone: outcome } },
    h('span', { class: 'what' }, visible(delivery.message.title)),
    time(delivery.at),
    h('span', { class: 'muted' }, parts.join(' · ')));
}

// Not there for whoever may not see what was sent.
const deliveries = byId('deliveries') && new PagedList(byId('deliveries'), deliveryRow);

function showDeliveries() {
  deliveries?.show(async (before, signal) => {
    const page = await get(`/api/notify/deliveries?${new URLSearchParams({ limit: PAGE, ...(before == null ? {} : { before }) })}`, { signal });
    return { items: page.deliveries, next: page.next };
  }, () => h('p', { class: 'empty' }, h('strong', {}, 'Nothing was sent yet'), 'Each message appears here, with what its receiver answered.'));
}

/** Asks anew; one question at a time. */
async function refresh() {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  const box = byId('raised');
  try {
    const { raised, waiting } = await get('/api/notify/alerts', { signal });
    box.replaceChildren(...(raised.length === 0
      ? [h('li', { class: 'note' }, h('p', { class: 'empty' }, h('strong', {}, 'Nothing is wrong'), 'What somebody is told of is listed here as long as it lasts.'))]
      : raised.map(raisedRow)));
    if (deliveries) setText(byId('waiting'), waiting === 0 ? '' : `${plural(waiting, 'message')} to be sent`);
  } catch (error) {
    if (error.name !== 'AbortError') box.replaceChildren(h('li', { class: 'note failed' }, h('p', {}, error.message)));
  }
}

function soon(both) {
  changed ||= both;
  due ??= setTimeout(() => {
    const all = changed;
    due = null;
    changed = false;
    refresh();
    if (all) showDeliveries();
  }, CALM_MS);
}

startShell({
  onEvent: (name) => {
    if (name === 'status') soon(false);
    else if (name === 'state' || name === 'notify.delivered') soon(true);
  },
});
refresh();
showDeliveries();
