// The logs page: a search over the files, and the live lines that match it.

import { byId, h, setAttribute, setText } from './dom.js';
import { get } from './api.js';
import { count } from './format.js';
import { compile, LEVELS, levelAllows } from './log-filter.js';
import { LogView } from './log-view.js';
import { startShell } from './shell.js';

const PAGE = 500;
const MOST = 10_000;
const TYPING_MS = 250;

const search = byId('log-search');
const regex = byId('log-regex');
const level = byId('log-level');
const view = new LogView(byId('log'), { most: MOST, follow: byId('log-follow') , dated: true });
const older = h('button', { type: 'button', class: 'button small older', id: 'log-older', onclick: loadOlder }, 'Load older lines');
let cursor = null;
let matches = () => true;
let question = null;
let timer = null;

function query(before) {
  const params = new URLSearchParams({ limit: PAGE });
  if (search.value) params.set('q', search.value);
  if (search.value && regex.checked) params.set('regex', 'true');
  if (level.value) params.set('level', level.value);
  if (before) params.set('before', before);
  return params;
}

async function load() {
  const filter = compile(search.value, regex.checked);
  setAttribute(search, 'aria-invalid', filter.error ? 'true' : null);
  if (filter.error) return note(filter.error);
  view.highlight = filter.pattern;
  matches = (line) => levelAllows(level.value, line.level) && filter.matches(line.text);
  byId('log-download').href = `${byId('log-download').href.split('?')[0]}?${query()}`;
  remember();
  question?.abort();
  question = new AbortController();
  try {
    const answer = await get(`/api/logs?${query()}`, { signal: question.signal });
    view.show(inOrder(answer.lines), search.value || level.value ? 'No line matches.' : 'Nothing logged yet.');
    offerOlder(answer.next);
    note('');
  } catch (error) {
    if (error.name !== 'AbortError') note(error.message);
  }
}

async function loadOlder() {
  older.disabled = true;
  try {
    const answer = await get(`/api/logs?${query(cursor)}`);
    view.prepend(inOrder(answer.lines));
    offerOlder(answer.next);
    note('');
  } catch (error) {
    note(error.message);
  } finally {
    older.disabled = false;
  }
}

function offerOlder(next) {
  cursor = next ?? null;
  if (cursor) byId('log').prepend(older);
  else older.remove();
  showCount();
}

// The newest lines may come first, as the old tool gave them; here they are read downwards.
function inOrder(lines) {
  return lines.length > 1 && Date.parse(lines[0].time) > Date.parse(lines[lines.length - 1].time) ? lines.reverse() : lines;
}

function showCount() {
  setText(byId('log-count'), `${count(view.size)} lines${cursor ? ', older ones can be loaded' : ''}`);
}

function note(text) {
  setText(byId('log-note'), text);
}

// The address names the search, so that it can be kept or sent.
function remember() {
  const params = query();
  params.delete('limit');
  const text = params.toString();
  history.replaceState(null, '', text ? `?${text}` : location.pathname);
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(load, TYPING_MS);
}

const asked = new URLSearchParams(location.search);
search.value = asked.get('q') ?? '';
regex.checked = asked.get('regex') === 'true';
level.value = LEVELS.includes(asked.get('level')) ? asked.get('level') : '';
search.addEventListener('input', later);
regex.addEventListener('change', load);
level.addEventListener('change', load);
byId('log-filters').addEventListener('submit', (event) => {
  event.preventDefault();
  load();
});
startShell({
  onLog: (line) => matches(line) && view.add(line),
  // After a gap the missed lines are in the files.
  onEvent: (name) => name === 'state' && load(),
});
setInterval(showCount, 2000);
