// The last jobs of every kind, those under way first. The rows stay and only their words change, so that nothing jumps.

import { byId, h, icon, setAttribute, setData, setHidden, setIcon, setText, setVar } from './dom.js';
import { exact, instant, relative } from './format.js';
import { jobAddress, jobChanges, jobLook, jobProgress, KINDS } from './job-words.js';
import { now } from './clock.js';

const SHOWN = 5;
const RUNNING = { tone: 'info', icon: 'sync' };
const list = byId('recent');
const rows = Array.from({ length: SHOWN }, row);
list.append(...rows.map(({ element }) => element));

/** Draws the rows. The backup under way is not among them: it has a card of its own. */
export function renderRecent(state) {
  if (state.runs == null) return;
  const ended = [...state.runs, ...state.ended].filter((job) => job.result !== 'running')
    .sort((one, other) => instant(other.started_at) - instant(one.started_at));
  const jobs = [...state.jobs.toSorted((one, other) => instant(one.started_at) - instant(other.started_at)), ...ended].slice(0, SHOWN);
  rows.forEach((each, index) => draw(each, jobs[index]));
  setHidden(byId('recent-empty'), jobs.length > 0);
  setHidden(list, jobs.length === 0);
}

function row() {
  const own = { name: h('span', { class: 'what' }), words: h('span', { class: 'how' }), when: h('time', {}), fill: h('i') };
  own.bar = h('span', { class: 'bar', 'aria-hidden': 'true' }, own.fill);
  own.mark = h('span', { class: 'mark' }, icon('clock'));
  own.link = h('a', {}, own.mark, own.name, own.words, own.when, own.bar);
  own.element = h('li', {}, own.link);
  return own;
}

function draw({ element, link, mark, name, words, when, bar, fill }, job) {
  setHidden(element, !job);
  if (!job) return;
  const running = job.result == null;
  const look = running ? RUNNING : jobLook(job);
  const start = instant(job.started_at);
  setData(element, 'kind', job.kind ?? 'backup');
  setData(element, 'result', running ? 'running' : job.result);
  setData(element, 'tone', look.tone);
  setAttribute(link, 'href', jobAddress(job));
  setIcon(mark, look.icon);
  setText(name, job.kind === 'backup' && job.dry_run ? 'Dry run' : KINDS[job.kind] ?? job.kind);
  const { words: text, share } = told(job, running, look);
  setText(words, text);
  setAttribute(words, 'title', text);
  setText(when, running ? 'now' : relative(Math.min(start, now()), now()));
  setAttribute(when, 'datetime', new Date(start).toISOString());
  setAttribute(when, 'title', exact(start));
  setHidden(bar, !running || share == null);
  if (share != null) setVar(fill, '--done', share.toFixed(3));
}

function told(job, running, { label }) {
  if (!running) return { words: job.result === 'success' ? jobChanges(job) || label : [label, job.kind === 'backup' && job.result === 'failed' ? '' : jobChanges(job)].filter(Boolean).join(' · '), share: null };
  return jobProgress(job);
}
