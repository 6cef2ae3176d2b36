// The restores there were, the newest first.

import { h, icon } from './dom.js';
import { get } from './api.js';
import { bytes, exact, instant, moment, plural } from './format.js';
import { now } from './clock.js';
import { PagedList } from './paged-list.js';
import { phraseNodes } from './names.js';
import { restoreLook } from './restore-looks.js';
import { restorePage } from './snapshot-links.js';
import { gist } from './restore-words.js';

const PAGE = 20;

/** Fills the list. */
export function renderRestores(box) {
  new PagedList(box, row).show(async (before, signal) => {
    const params = new URLSearchParams({ limit: PAGE, ...(before ? { before } : {}) });
    const { restores } = await get(`/api/restores?${params}`, { signal });
    return { items: restores, next: restores.length === PAGE ? restores[PAGE - 1].id : null };
  }, () => h('p', { class: 'empty' }, h('strong', {}, 'No restore yet'), 'Each one stays listed here with what it did.'));
}

function row(restore) {
  const { label, tone, icon: name } = restoreLook(restore);
  const at = instant(restore.created_at ?? restore.record?.started_at);
  const tally = restore.record?.written ?? restore.plan?.write;
  return h('li', {}, h('a', { class: 'restore-row', href: restorePage(restore.id), data: { id: restore.id } },
    h('span', { class: 'chip', data: { tone } }, icon(name), label),
    h('span', { class: 'words' }, phraseNodes(gist(restore.request, now()))),
    tally ? h('span', { class: 'size' }, `${plural(tally.objects, 'file')}, ${bytes(tally.bytes)}`) : '',
    at == null ? '' : h('time', { class: 'when', title: exact(at), datetime: new Date(at).toISOString() }, moment(at, now()))));
}
