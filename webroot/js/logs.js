// The logs page: a search over the files, and the live lines that match it.

import { byId, h, setAttribute, setHidden, setText, url } from './dom.js';
import { get } from './api.js';
import { now } from './clock.js';
import { bytes, capital, count, instant, moment, plural } from './format.js';
import { LEVELS, levelAllows, mistakeIn, RegexMatcher, TextMatcher } from './log-filter.js';
import { LogView } from './log-view.js';
import { look, runAddress } from './results.js';
import { startShell, store } from './shell.js';

const PAGE = 1000;
const MOST = 10_000;
const TYPING_MS = 250;
const GATHER_MS = 150;

const search = byId('log-search');
const regex = byId('log-regex');
const level = byId('log-level');
const runChoice = byId('log-run');
const follow = byId('log-follow');
const resume = byId('log-resume');
const view = new LogView(byId('log'), { most: MOST, follow, dated: true, onHeld: showHeld });
const older = h('button', { type: 'button', class: 'button small older', id: 'log-older', onclick: loadOlder }, 'Load older lines');
const asked = new URLSearchParams(location.search);
const NOTHING = { find: async (lines) => lines.map(() => null), close() {} };
let cursor = null;
let matcher = new TextMatcher('');
let question = null;
let timer = null;
let arrived = [];
let drawnRuns = null;

function query(before) {
  const params = new URLSearchParams({ limit: PAGE });
  if (search.value) params.set('q', search.value);
  if (search.value && regex.checked) params.set('regex', 'true');
  if (level.value) params.set('level', level.value);
  if (runChoice.value) params.set('run', runChoice.value);
  if (before) params.set('before', before);
  return params;
}

async function load() {
  const mistake = search.value && regex.checked ? mistakeIn(search.value) : null;
  setAttribute(search, 'aria-invalid', mistake ? 'true' : null);
  matcher.close();
  if (mistake) return cannotSearch(mistake);
  matcher = regex.checked && search.value ? new RegexMatcher(search.value) : new TextMatcher(search.value);
  byId('log-download').href = url(`/api/logs/download?${query()}`);
  remember();
  question?.abort();
  question = new AbortController();
  const { signal } = question;
  note('');
  try {
    const answer = await get(`/api/logs?${query()}`, { signal });
    const lines = await marked(inOrder(answer.lines));
    if (signal.aborted) return;
    view.show(lines, search.value || level.value || runChoice.value ? 'No line matches.' : 'Nothing logged yet.');
    offerOlder(answer.next);
  } catch (error) {
    if (error.name === 'AbortError') return;
    // What the last search found is no answer to this one; without the server it is still the best there is.
    if (error.status === 400) cannotSearch(error.message);
    else note(error.message);
  }
}

/** Nothing is found by what cannot be looked for, neither before nor from now on. */
function cannotSearch(why) {
  question?.abort();
  matcher = NOTHING;
  setAttribute(search, 'aria-invalid', 'true');
  view.show([], capital(why));
  offerOlder(null);
  note('');
}

async function loadOlder() {
  older.disabled = true;
  try {
    const answer = await get(`/api/logs?${query(cursor)}`);
    view.prepend(await marked(inOrder(answer.lines)));
    offerOlder(answer.next);
    note('');
  } catch (error) {
    note(error.message);
  } finally {
    older.disabled = false;
  }
}

// The server has found the lines; here only what is to be highlighted is looked for.
async function marked(lines) {
  try {
    const marks = await matcher.find(lines);
    return lines.map((line, index) => ({ ...line, marks: marks[index] ?? [] }));
  } catch (error) {
    note(error.message);
    return lines;
  }
}

// Live lines are looked at together, a few times a second.
function gather(line) {
  if (!levelAllows(level.value, line.level) || (runChoice.value && line.run !== runChoice.value && !line.text.includes(runChoice.value))) return;
  if (arrived.push(line) === 1) setTimeout(addArrived, GATHER_MS);
}

async function addArrived() {
  const lines = arrived;
  const own = matcher;
  arrived = [];
  try {
    const marks = await own.find(lines);
    if (own !== matcher) return;
    lines.forEach((line, index) => marks[index] && view.add({ ...line, marks: marks[index] }));
  } catch (error) {
    note(error.message);
  }
}

function offerOlder(next) {
  cursor = next ?? null;
  if (cursor) byId('log').prepend(older);
  else older.remove();
  showCount();
}

// The server gives the newest first; here lines are read downwards.
function inOrder(lines) {
  return [...lines].reverse();
}

function showCount() {
  setText(byId('log-count'), `${plural(view.size, 'line')}${cursor ? ', older ones can be loaded' : ''}`);
}

function showHeld(many) {
  setHidden(resume, many === 0);
  if (many > 0) setText(resume.lastElementChild, `${plural(many, 'new line')} below`);
}

function note(text) {
  setText(byId('log-note'), capital(text));
}

// The address names the search, so that it can be kept or sent.
function remember() {
  const params = query();
  params.delete('limit');
  const text = params.toString();
  history.replaceState(null, '', text ? `?${text}` : location.pathname);
  setHidden(byId('log-open-run'), !runChoice.value);
  if (runChoice.value) byId('log-open-run').href = runAddress(runChoice.value);
}

function drawRuns({ runs }) {
  if (runs == null || runs === drawnRuns) return;
  drawnRuns = runs;
  const chosen = runChoice.value;
  const known = runs.map((run) => h('option', { value: run.run_id }, `${moment(instant(run.started_at), now())}, ${look(run).label.toLowerCase()}`));
  const extra = chosen && !runs.some((run) => run.run_id === chosen) ? [h('option', { value: chosen }, chosen)] : [];
  runChoice.replaceChildren(h('option', { value: '' }, 'All runs'), ...extra, ...known);
  runChoice.value = chosen;
}

async function drawFiles() {
  const list = byId('log-files');
  try {
    const { files } = await get('/api/logs/files');
    list.replaceChildren(...files.map((file) => h('li', {},
      h('a', { href: url(`/api/logs/download?file=${encodeURIComponent(file.name)}`), download: file.name }, file.name),
      h('span', { class: 'muted' }, `${bytes(file.size)}, ${moment(instant(file.modified), now())}`))));
    setText(byId('log-files-count'), count(files.length));
  } catch {
    // The page works without the list; it is asked for again when it is opened.
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(load, TYPING_MS);
}

search.value = asked.get('q') ?? '';
regex.checked = asked.get('regex') === 'true';
level.value = LEVELS.includes(asked.get('level')) ? asked.get('level') : '';
if (asked.get('run')) {
  runChoice.append(h('option', { value: asked.get('run') }, asked.get('run')));
  runChoice.value = asked.get('run');
}
search.addEventListener('input', later);
for (const control of [regex, level, runChoice]) control.addEventListener('change', load);
byId('log-filters').addEventListener('submit', (event) => {
  event.preventDefault();
  load();
});
resume.addEventListener('click', () => {
  follow.checked = true;
  follow.dispatchEvent(new Event('change'));
});
byId('log-files-box').addEventListener('toggle', (event) => event.target.open && drawFiles());
store.subscribe(drawRuns);
startShell({
  history: 50,
  onLog: gather,
  // After a gap the missed lines are in the files.
  onEvent: (name) => name === 'state' && load(),
});
setInterval(showCount, 2000);
