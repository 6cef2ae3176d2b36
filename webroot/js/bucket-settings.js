// What decides when a bucket is backed up, from where, and which of its objects.

import { byId, h, setHidden } from './dom.js';
import { bytes, plural, visible } from './format.js';
import { accountOf, filtersOf } from './bucket-config.js';
import { describeSchedule, MAIN } from './schedule.js';

let drawn = '';

/**
 * Draws the card.
 *
 * @param current the answer of /api/config
 * @param entry of `bucketFacts`, or null
 * @param counts of its last run, or null
 */
export function drawSettings(name, current, entry, scheduler, counts) {
  const filters = filtersOf(current.config, name);
  const account = accountOf(current, name);
  const schedule = entry?.schedule;
  const key = JSON.stringify([schedule, account, filters, counts, scheduler?.paused, entry?.state]);
  if (key === drawn) return;
  drawn = key;
  const facts = [
    ['Schedule', [scheduleWords(entry), scheduler?.paused && schedule ? ' (paused)' : '']],
    ['Account', [account.name ?? 'the one in .env']],
    account.endpoint ? ['Endpoint', [h('code', {}, account.endpoint)]] : null,
    account.region ? ['Region', [account.region]] : null,
    filters.prefix ? ['Prefix', [patterns([filters.prefix])]] : null,
    ['Excluded', [patterns(filters.exclude) ?? 'nothing', ...(filters.exclude.length > 0 && filters.include.length > 0 ? [h('p', {}, 'but not'), patterns(filters.include)] : []), leftOutWords(counts)]],
  ];
  byId('facts').replaceChildren(...facts.filter(Boolean).flatMap(([label, content]) => [h('dt', {}, label), h('dd', {}, content)]));
  setHidden(byId('settings'), false);
}

function scheduleWords(entry) {
  if (entry?.schedule) return `${entry.schedule.name === MAIN ? '' : `${entry.schedule.name}: `}${describeSchedule(entry.schedule)}`;
  return entry && entry.state !== 'left_out' ? 'off; it is backed up by hand' : 'not backed up';
}

function patterns(list) {
  return list.length === 0 ? null : h('div', { class: 'patterns' }, list.map((pattern) => h('code', {}, visible(pattern))));
}

/** What the last run did not copy although S3 listed it. */
function leftOutWords(counts) {
  if (!counts) return null;
  const parts = [
    counts.filtered.objects > 0 ? `${plural(counts.filtered.objects, 'object')} (${bytes(counts.filtered.bytes)}) by these filters` : null,
    counts.archived.objects > 0 ? `${plural(counts.archived.objects, 'object')} (${bytes(counts.archived.bytes)}) in an archive class` : null,
  ].filter(Boolean);
  return parts.length === 0 ? null : h('p', {}, `Left out in the last run: ${parts.join(', ')}.`);
}
