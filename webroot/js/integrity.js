// The integrity page: when the stored files were proven, which are damaged, and a button to go on or to pause.

import { byId, h, setAttribute, setHidden, setText } from './dom.js';
import { get, post } from './api.js';
import { now } from './clock.js';
import { bytes, count, exact, inSentence, instant, moment, plural, visible } from './format.js';
import { PagedList } from './paged-list.js';
import { placeUrl } from './snapshot-links.js';
import { startShell } from './shell.js';
import { timeOfName } from './timeline.js';
import { toastError } from './toast.js';

const PAGE = 100;
const KINDS = { missing: 'Missing', size: 'Other size', bytes: 'Other content', not_a_file: 'Not a file', manifest: 'Manifest damaged' };
const DOING = {
  preparing: 'Looking at what there is…',
  waiting: 'Waiting for the backup to end…',
  transferring: 'Reading files…',
  cancelling: 'Pausing…',
};

let asking = null;

function row(file) {
  const found = instant(file.found_at);
  const taken = timeOfName(file.snapshot);
  return h('li', {},
    h('span', { class: 'what' }, h('span', { class: 'chip', data: { tone: 'bad' } }, KINDS[file.kind] ?? file.kind),
      h('span', { class: 'name' }, [file.bucket, visible(file.key || file.path)].filter(Boolean).join('/'))),
    h('a', { href: placeUrl({ snapshot: file.snapshot, bucket: '', prefix: '', key: '', with: '', q: '' }), title: file.snapshot },
      taken == null ? file.snapshot : `Snapshot of ${inSentence(moment(taken, now()))}`),
    found == null ? '' : h('span', { class: 'muted' }, 'found ', h('time', { title: exact(found), datetime: new Date(found).toISOString() }, inSentence(moment(found, now())))));
}

const damaged = new PagedList(byId('damaged'), row);

function showDamaged() {
  damaged.show(async (after, signal) => {
    const page = await get(`/api/verify?${new URLSearchParams({ limit: PAGE, after: after ?? 0 })}`, { signal });
    return { items: page.damaged, next: page.next };
  }, () => h('p', { class: 'empty' }, h('strong', {}, 'No damage known'), 'What is found damaged is named here, with the snapshots that have it.'));
}

function showProgress(state) {
  const { files, proven, percent } = state;
  const known = files.objects > 0 && state.phase !== 'preparing';
  setHidden(byId('progress'), !state.phase && !known);
  setAttribute(byId('progress'), 'value', known ? percent : null);
  const sum = `${count(proven.objects)} of ${plural(files.objects, 'file')} proven`;
  const size = state.phase ? `, ${bytes(state.read.bytes)} read` : ` (${bytes(proven.bytes)} of ${bytes(files.bytes)})`;
  setText(byId('doing'), [state.phase && DOING[state.phase], known && `${sum}${size}.`].filter(Boolean).join(' '));
}

function showNext({ next_at: at, cycle }) {
  const next = instant(at);
  const goesOn = cycle.cycle_number > 0 && cycle.cycle_finished == null;
  setText(byId('next'), next == null ? '' : `${goesOn ? 'Goes on' : cycle.cycle_number === 0 ? 'Begins' : 'The next cycle begins'} by itself ${inSentence(moment(next, now()))}.`);
}

function showSum({ files }) {
  setText(byId('damaged-count'), files === 0 ? '' : count(files));
  setHidden(byId('damaged-count'), files === 0);
  setHidden(byId('repair'), files === 0);
}

/** Asks anew; one question at a time. */
async function refresh() {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const status = await get('/api/verify?limit=0', { signal });
    setText(byId('sentence'), status.sentence);
    setHidden(byId('start'), status.current != null);
    setHidden(byId('pause'), status.current == null);
    showProgress(status.current ?? status.cycle);
    showNext(status);
    showSum(status.damage);
  } catch (error) {
    if (error.name !== 'AbortError') setText(byId('sentence'), error.message);
  }
}

async function command(what) {
  try {
    await post(`/api/verify/${what}`);
    await refresh();
  } catch (error) {
    toastError(error);
  }
}

byId('start').addEventListener('click', () => command('start'));
byId('pause').addEventListener('click', () => command('pause'));

startShell({
  onEvent: (name, data) => {
    if (name === 'verify.progress') showProgress(data);
    if (name === 'state' || name === 'verify.started' || name === 'verify.finished') refresh();
    if (name === 'state' || name === 'verify.finished') showDamaged();
  },
});
refresh();
showDamaged();
