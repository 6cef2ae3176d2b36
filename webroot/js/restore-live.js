// A restore under way: how far it is, how fast, how long still, and what it waits for.

import { h, icon, setHidden, setText, setVar } from './dom.js';
import { bytes, count, duration, instant, percent, plural, rate, relative, roughly } from './format.js';
import { figure } from './run-account.js';
import { OBJECT_COST } from './progress.js';
import { now } from './clock.js';
import { sum } from './restore-looks.js';
import { transferList } from './transfers.js';

const PHASES = { waiting: 'Preparing', preparing: 'Preparing', listing: 'Preparing', committing: 'Finishing', cancelling: 'Stopping', retrying: 'Waiting' };

/** The view's nodes, and `draw(progress)`; `log` is a link that stands beside the button. */
export function liveView(onStop, log) {
  const written = figure('Written', 'live-written');
  const speed = figure('Speed', 'live-rate');
  const left = figure('Time left', 'live-left');
  const fill = h('i');
  const share = h('span', { class: 'percent' });
  const objects = h('p', { class: 'live-objects', id: 'live-objects' });
  const waitTitle = h('strong', {});
  const wait = h('div', { class: 'wait', id: 'live-waiting', data: { tone: 'warn' }, hidden: true }, icon('clock'), h('div', {}, waitTitle, h('p', {}, 'Everything else is done; what stays away is named at the end.')));
  const files = transferList({ words: 'Writing now' });
  const stop = h('button', { type: 'button', class: 'button danger', id: 'stop', onclick: onStop }, icon('stop'), 'Stop');
  const since = h('p', { class: 'muted' });
  return {
    nodes: [
      h('dl', { class: 'figures-row' }, written.element, speed.element, left.element),
      h('div', { class: 'live-meter' }, h('span', { class: 'bar', 'aria-hidden': 'true' }, fill), share),
      objects, wait, files.element,
      h('footer', { class: 'state-foot' }, since, log, stop),
    ],
    draw(progress) {
      const { to_write: all, failed, retry_at: retryAt } = progress;
      const done = all.objects - progress.left.objects;
      const retrying = progress.phase === 'retrying';
      setText(written.value, bytes(progress.bytes_written));
      setText(speed.value, retrying ? '–' : rate(progress.bytes_per_second));
      setText(left.value, timeLeft(progress));
      const part = shareDone(done, progress);
      setVar(fill, '--done', part.toFixed(4));
      setText(share, percent(part));
      const broken = sum(failed).objects;
      setText(objects, `${count(done)} of ${plural(all.objects, 'file')}, ${bytes(all.bytes)}${broken > 0 ? `; ${count(broken)} failed so far` : ''}`);
      setHidden(wait, !retrying);
      setHidden(files.element, retrying);
      setText(waitTitle, retryAt ? `What failed is tried again ${relative(instant(retryAt), now())}` : 'What failed is tried again');
      files.draw(progress);
      stop.disabled = progress.phase === 'cancelling';
      setText(since, `${PHASES[progress.phase] ?? 'Writing'}, running for ${duration(Math.max(0, now() - instant(progress.started_at)))}`);
    },
  };
}

function timeLeft({ phase, eta_seconds: seconds }) {
  if (phase === 'retrying') return '–';
  return seconds == null ? 'calculating…' : seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : roughly(seconds * 1000);
}

/** The share done, of bytes and files alike: a million small ones take time though they weigh nothing. */
function shareDone(done, { to_write: all, bytes_written: sent }) {
  const whole = all.objects * OBJECT_COST + all.bytes;
  return whole === 0 ? 0 : Math.min(1, (done * OBJECT_COST + Math.min(all.bytes, sent)) / whole);
}
