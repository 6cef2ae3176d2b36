// Every job there was, the newest first, as far back as the history goes; what runs now stands above them.

import { byId, h, icon, setData, setHidden, setText, setVar } from './dom.js';
import { get, post } from './api.js';
import { now } from './clock.js';
import { clockTime, dayHeading, exact, inSentence, instant, moment, plural } from './format.js';
import { fits, jobAddress, jobChanges, jobLook, jobProgress, jobsQuestion, jobTitle, jobTook, KINDS, OUTCOMES, readFilters, TRIGGERS, writeFilters } from './job-words.js';
import { startShell, store } from './shell.js';
import { toastError } from './toast.js';

const PAGE = 50;
const AHEAD = '1200px';
const PROGRESS = /^(\w+)\.(started|progress)$/;
const FINISHED = /^(\w+)\.finished$/;

const box = byId('jobs');
const end = byId('jobs-end');
const fresh = byId('fresh');
const running = new Map();
const chunks = new Map();
let filters = readFilters(location.search);
let question = null;
let next = null;
let waiting = [];
let lastDay = null;
let knownBuckets = null;
let stopping = null;

// A chunk far out of sight keeps its height and nothing else: the page stays small however far one scrolls.
const sight = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting, boundingClientRect }) => {
  const chunk = chunks.get(target);
  if (!chunk || chunk.drawn === isIntersecting) return;
  chunk.drawn = isIntersecting;
  if (isIntersecting) {
    target.classList.remove('away');
    target.replaceChildren(...chunk.rows());
  } else {
    setVar(target, '--height', `${boundingClientRect.height}px`);
    target.classList.add('away');
    target.replaceChildren();
  }
}), { rootMargin: AHEAD });
const reached = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && more(), { rootMargin: AHEAD });
reached.observe(end);

/** Shows the list from its beginning. */
async function load() {
  question?.abort();
  question = null;
  next = null;
  waiting = [];
  setHidden(fresh, true);
  await ask(true);
}

async function more() {
  if (question == null && next != null) await ask(false);
}

async function ask(first) {
  const own = new AbortController();
  question = own;
  box.setAttribute('aria-busy', 'true');
  try {
    const page = await get(jobsQuestion(filters, PAGE, first ? null : next), { signal: own.signal });
    if (first) {
      chunks.clear();
      box.replaceChildren();
      lastDay = null;
    }
    add(page.jobs.filter((job) => job.result !== 'running'));
    next = page.next;
    question = null;
    box.removeAttribute('aria-busy');
    ended(page);
    // A page that found little may leave the end in view, where no scrolling asks for the next one.
    if (next && page.searched_to == null && end.getBoundingClientRect().top < innerHeight + 400) await more();
  } catch (error) {
    if (error.name === 'AbortError') return;
    question = null;
    box.removeAttribute('aria-busy');
    end.replaceChildren(h('p', { class: 'note failed' }, error.message, ' ', h('button', { type: 'button', class: 'button small', onclick: () => ask(first) }, 'Try again')));
  }
}

/** What stands below the list: the end of it, how far back was looked, or that there is nothing. */
function ended({ searched_to: searchedTo }) {
  const empty = chunks.size === 0;
  setHidden(box, empty);
  if (next && searchedTo) {
    end.replaceChildren(h('p', {}, `Searched back to ${inSentence(moment(instant(searchedTo), now()))}${empty ? ': nothing found so far' : ''}. `),
      h('button', { type: 'button', class: 'button small', onclick: () => more() }, 'Search further back'));
  } else if (next) end.replaceChildren(h('p', {}, 'Loading…'));
  else if (empty) end.replaceChildren(nothing());
  else end.replaceChildren(h('p', {}, 'That is all the history has.'));
}

function nothing() {
  return writeFilters(filters)
    ? h('div', { class: 'card empty' }, h('strong', {}, 'No job fits these filters'), h('button', { type: 'button', class: 'button small', onclick: clear }, 'Clear filters'))
    : h('div', { class: 'card empty' }, h('strong', {}, 'Nothing has run yet'), 'Every backup, restore and check appears here.');
}

function add(jobs) {
  if (jobs.length === 0) return;
  const day = lastDay;
  const chunk = { drawn: true, rows: () => rows(jobs, day) };
  const element = h('div', { class: 'jobs-chunk' }, chunk.rows());
  chunks.set(element, chunk);
  lastDay = dayHeading(instant(jobs.at(-1).started_at), now());
  box.append(element);
  sight.observe(element);
}

/** The rows of some jobs, with a heading where a day begins. */
function rows(jobs, before) {
  let day = before;
  return jobs.flatMap((job) => {
    const heading = dayHeading(instant(job.started_at), now());
    const begins = heading !== day;
    day = heading;
    return [begins ? h('h2', { class: 'day' }, heading) : null, row(job)].filter(Boolean);
  });
}

function row(job) {
  const { label, tone, icon: name } = jobLook(job);
  const at = instant(job.started_at);
  const took = jobTook(job);
  return h('a', { class: 'job', href: jobAddress(job), data: { tone, kind: job.kind, id: job.run_id, result: job.result } },
    h('span', { class: 'mark', title: label }, icon(name)),
    h('span', { class: 'what' }, jobTitle(job)),
    h('span', { class: 'changes' }, jobChanges(job)),
    h('span', { class: 'result tone-text' }, label),
    h('span', { class: 'by' }, TRIGGERS[job.trigger] ?? job.trigger),
    h('span', { class: 'took' }, took),
    h('time', { class: 'when', datetime: job.started_at, title: exact(at) }, clockTime(at).slice(0, 5)));
}

/** What ended while somebody looks at the list: on top of it, or offered, where that would move what is read. */
function finished(job) {
  removeRunning(job.run_id);
  if (!fits(filters, job) || waiting.some((each) => each.run_id === job.run_id) || box.querySelector(`[data-id="${CSS.escape(job.run_id)}"]`)) return;
  if (scrollY < 40) load();
  else {
    waiting.push(job);
    setText(fresh, `${plural(waiting.length, 'new job')} · show`);
    setHidden(fresh, false);
  }
}

// What runs now. Filters of how it ended say nothing of it.

function progressed(state) {
  if (!fits({ ...filters, outcomes: [], bucket: '' }, state)) return;
  const known = running.get(state.run_id) ?? runningRow(state);
  if (!running.has(state.run_id)) {
    running.set(state.run_id, known);
    byId('running-jobs').append(known.element);
  }
  if (known.at && Date.parse(state.at) < known.at) return;
  known.at = Date.parse(state.at);
  const { share, words } = jobProgress(state);
  setText(known.words, words);
  setText(known.title, jobTitle(state));
  setData(known.element, 'tone', state.waiting ? 'warn' : 'info');
  setData(known.bar, 'known', String(share != null));
  setVar(known.bar, '--share', share == null ? '0%' : `${(share * 100).toFixed(1)}%`);
  known.bar.setAttribute('aria-label', words);
  if (share == null) known.bar.removeAttribute('aria-valuenow');
  else known.bar.setAttribute('aria-valuenow', Math.round(share * 100));
  known.stop.disabled = state.phase === 'cancelling' || state.phase === 'committing';
  setHidden(byId('idle'), true);
}

function runningRow(state) {
  const title = h('a', { class: 'what', href: jobAddress(state) });
  const words = h('span', { class: 'muted words' });
  const bar = h('div', { class: 'bar', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100' }, h('i', {}));
  const stop = h('button', { type: 'button', class: 'button small cancel-job', onclick: () => askToStop(state) }, 'Stop');
  const began = instant(state.started_at);
  const since = h('time', { class: 'muted', datetime: state.started_at, title: exact(began) }, `since ${clockTime(began).slice(0, 5)}`);
  return { title, words, bar, stop, element: h('li', { data: { id: state.run_id, kind: state.kind } }, h('div', { class: 'running-said' }, title, since, words), bar, stop) };
}

function removeRunning(id) {
  running.get(id)?.element.remove();
  running.delete(id);
  setHidden(byId('idle'), running.size > 0);
}

function askToStop(state) {
  stopping = state.run_id;
  setText(byId('cancel-title'), `Stop this ${KINDS[state.kind]?.toLowerCase() ?? 'job'}?`);
  byId('cancel-dialog').returnValue = 'no';
  byId('cancel-dialog').showModal();
}

byId('cancel-dialog').addEventListener('close', async () => {
  if (byId('cancel-dialog').returnValue !== 'yes' || !stopping) return;
  try {
    await post(`/api/jobs/${encodeURIComponent(stopping)}/cancel`);
  } catch (error) {
    toastError(error);
  }
});

/** Those under way are asked for by their ids: the stream tells of them only when they move. */
async function loadRunning() {
  try {
    const { jobs } = await get('/api/jobs?result=running&limit=20');
    const states = await Promise.all(jobs.map(({ run_id: id }) => get(`/api/jobs/${encodeURIComponent(id)}`).then(({ progress }) => progress, () => null)));
    const alive = states.filter(Boolean);
    for (const id of [...running.keys()]) if (!alive.some((state) => state.run_id === id)) removeRunning(id);
    alive.forEach(progressed);
  } catch {
    // The stream brings them with their next step.
  }
}

// Filters. The address has them, so that a list can be kept or sent, and the browser's way back leads through them.

function drawFilters() {
  chipsOf(byId('filter-kind'), { ...KINDS, verify: 'Verify' }, 'kinds');
  chipsOf(byId('filter-result'), Object.fromEntries(Object.entries(OUTCOMES).map(([name, { label }]) => [name, label])), 'outcomes');
  byId('filter-trigger').value = filters.triggers[0] ?? '';
  drawBuckets(store.state);
  setHidden(byId('filter-clear'), writeFilters(filters) === '');
}

function chipsOf(group, names, member) {
  if (group.childElementCount === 0) {
    group.append(...Object.entries(names).map(([name, label]) => h('button', { type: 'button', class: 'filter-chip', value: name, data: { value: name }, onclick: () => toggle(member, name) }, label)));
  }
  for (const chip of group.children) chip.setAttribute('aria-pressed', String(filters[member].includes(chip.dataset.value)));
}

function toggle(member, name) {
  const chosen = filters[member];
  choose({ ...filters, [member]: chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name] });
}

function choose(chosen) {
  filters = chosen;
  history.pushState(null, '', writeFilters(filters) || location.pathname);
  show();
}

function clear() {
  choose({ kinds: [], outcomes: [], triggers: [], bucket: '' });
}

function show() {
  drawFilters();
  for (const id of [...running.keys()]) removeRunning(id);
  load();
  loadRunning();
}

function drawBuckets({ status }) {
  const names = (status?.buckets ?? []).map((bucket) => bucket.bucket);
  if (filters.bucket && !names.includes(filters.bucket)) names.push(filters.bucket);
  const key = names.join('\n');
  const select = byId('filter-bucket');
  if (key !== knownBuckets) {
    knownBuckets = key;
    select.replaceChildren(h('option', { value: '' }, 'All buckets'), ...names.sort().map((name) => h('option', { value: name }, name)));
  }
  select.value = filters.bucket;
}

byId('filter-trigger').append(...Object.entries(TRIGGERS).map(([name, label]) => h('option', { value: name }, label)));
byId('filter-bucket').addEventListener('change', ({ target }) => choose({ ...filters, bucket: target.value }));
byId('filter-trigger').addEventListener('change', ({ target }) => choose({ ...filters, triggers: target.value ? [target.value] : [] }));
byId('filter-clear').addEventListener('click', clear);
byId('filters').addEventListener('submit', (event) => event.preventDefault());
fresh.addEventListener('click', () => {
  scrollTo({ top: 0 });
  load();
});
addEventListener('popstate', () => {
  filters = readFilters(location.search);
  show();
});
store.subscribe(drawBuckets);
drawFilters();
let met = false;
startShell({
  history: 1,
  onEvent(name, data) {
    if (PROGRESS.test(name)) progressed(data.kind ? data : { ...data, kind: PROGRESS.exec(name)[1] });
    else if (FINISHED.test(name)) finished(data.kind ? data : { ...data, kind: FINISHED.exec(name)[1] });
    // After a gap others may have ended.
    else if (name === 'state' && met) show();
    met ||= name === 'state';
  },
});
load();
loadRunning();
