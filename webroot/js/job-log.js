// The log of one job alone: its last lines, and where the rest is.

import { h, url } from './dom.js';
import { get } from './api.js';
import { clockTime, exact, instant, visible } from './format.js';

const LINES = 200;

/** Where the log page shows the lines of a job. */
function logAddress(id) {
  return url(`/logs?run=${encodeURIComponent(id)}`);
}

/** A folded card that asks for the lines once it is opened; `refresh()` asks again while it is. */
export function logCard(id) {
  const box = h('div', { class: 'job-log', tabindex: '0', role: 'log', 'aria-live': 'off', 'aria-label': 'Log of this job' });
  const details = h('details', { class: 'card log-card', id: 'job-log' },
    h('summary', {}, 'Log of this job'), box, h('p', { class: 'log-more' }, h('a', { href: logAddress(id) }, 'Open in the log')));
  const refresh = async () => {
    if (!details.open) return;
    try {
      const { lines } = await get(`/api/logs?${new URLSearchParams({ run: id, limit: LINES })}`);
      const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
      box.replaceChildren(...(lines.length === 0 ? [h('p', { class: 'empty' }, 'The log has no lines of it any more.')] : [...lines].reverse().map(line)));
      if (atEnd) box.scrollTop = box.scrollHeight;
    } catch (error) {
      box.replaceChildren(h('p', { class: 'empty' }, error.message));
    }
  };
  details.addEventListener('toggle', refresh);
  return { element: details, refresh };
}

function line({ time, level, text, logger }) {
  const at = instant(time);
  return h('div', { class: 'log-line', data: { level } }, h('time', { datetime: time, title: exact(at) }, clockTime(at)), h('span', { class: 'level' }, level),
    h('span', { class: 'text', title: logger }, text.split('\n').map(visible).join('\n')));
}
