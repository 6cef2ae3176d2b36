// Snapshots one by one: what each added, why it stays, pin and remove.

import { bytes, capital, dateAs, exact, instant, moment, plural } from './format.js';
import { get, post, request } from './api.js';
import { h, icon, setVar, url } from './dom.js';
import { now } from './clock.js';
import { snapshotTime } from './restore-words.js';
import { sure } from './sure.js';
import { toast, toastError } from './toast.js';
import { hoursWords } from './retention-card.js';

const TONES = { pinned: 'info', in_use: 'warn', last_success: 'good', newest: 'good', alarm: 'bad', clock: 'bad', future: 'warn' };
const PAGE = 50;
/** The server gives no more at once. */
const MOST = 1000;
const RESULTS = { partial: ['warn', 'Finished with errors'] };

/** A snapshot in a sentence; one of the old tool has only its name. */
export function called(name) {
  const at = snapshotTime(name);
  return at == null ? name : moment(at, now());
}

const filesOf = (name) => url(`/files?${new URLSearchParams({ at: name })}`);

/** `changed()` is called when something is another way by now; `undoHours()` says for how long. */
export class SnapshotRows {
  #changed;
  #undoHours;
  #verdicts = new Map();
  #listed = new Map();
  /** Cells of the day that is open, which wait for what each snapshot added. */
  #asked = new Map();

  constructor({ changed, undoHours }) {
    this.#changed = changed;
    this.#undoHours = undoHours;
  }

  set verdicts(verdicts) {
    this.#verdicts = new Map(verdicts.map((each) => [each.snapshot, each]));
  }

  /** A row of a day of the calendar. */
  ofDay(verdict) {
    const at = instant(verdict.started_at);
    const added = h('span', { class: 'muted added' });
    if (this.#asked.size === 0) queueMicrotask(() => this.#tellAdded());
    this.#asked.set(verdict.snapshot, added);
    return h('li', { data: { snapshot: verdict.snapshot } },
      h('a', { class: 'time', href: filesOf(verdict.snapshot), title: at ? exact(at) : verdict.snapshot }, at ? dateAs('time', at) : verdict.snapshot.replace(/^hublink_/, '')),
      added, this.#why(verdict), this.#tools(verdict.snapshot, verdict.reasons.some((reason) => reason.kind === 'pinned'), verdict.removable));
  }

  async #tellAdded() {
    const cells = this.#asked;
    this.#asked = new Map();
    try {
      // Behind the newest of them comes no other name.
      const before = `${[...cells.keys()].sort().at(-1)}~`;
      const { snapshots } = await get(`/api/snapshots?${new URLSearchParams({ limit: Math.min(cells.size, MOST), before })}`);
      for (const { name, allocated_bytes: added } of snapshots) if (added != null && cells.has(name)) cells.get(name).textContent = `+ ${bytes(added)}`;
    } catch {
      // The rest of the row is true without it.
    }
  }

  /** A page of the list, for a PagedList. */
  async page(before, signal) {
    const { snapshots } = await get(`/api/snapshots?${new URLSearchParams({ limit: PAGE, ...(before ? { before } : {}) })}`, { signal });
    for (const snapshot of snapshots) this.#listed.set(snapshot.name, snapshot);
    return { items: snapshots, next: snapshots.length < PAGE ? null : snapshots.at(-1).name };
  }

  /** Says of each row of the list what is said of it now. A row that somebody is at stays. */
  refresh(box) {
    for (const row of box.querySelectorAll('li[data-snapshot]')) {
      if (!row.contains(document.activeElement)) row.replaceWith(this.ofList(this.#listed.get(row.dataset.snapshot)));
    }
  }

  /** A row of the list. */
  ofList(snapshot) {
    const at = instant(snapshot.started_at);
    const verdict = this.#verdicts.get(snapshot.name);
    const [tone, words] = RESULTS[snapshot.result] ?? [];
    const bar = h('i', { class: 'share' });
    setVar(bar, '--share', snapshot.files?.bytes ? Math.min(1, (snapshot.allocated_bytes ?? 0) / snapshot.files.bytes) : 0);
    return h('li', { data: { snapshot: snapshot.name } },
      h('a', { class: 'time', href: filesOf(snapshot.name), title: at ? exact(at) : snapshot.name }, at ? moment(at, now()) : snapshot.name.replace(/^hublink_/, '')),
      h('span', { class: 'muted holds' }, snapshot.files ? `${bytes(snapshot.files.bytes)} in ${plural(snapshot.files.objects, 'file')}` : ''),
      h('span', { class: 'added', title: 'What no older snapshot had' }, snapshot.allocated_bytes == null ? '' : [bar, h('span', {}, `+ ${bytes(snapshot.allocated_bytes)}`)]),
      h('span', { class: 'why' }, words && h('span', { class: 'chip', data: { tone } }, words), verdict && [...this.#why(verdict).childNodes].slice(0, 2)),
      this.#tools(snapshot.name, snapshot.pinned, verdict?.removable));
  }

  #why(verdict) {
    return h('span', { class: 'why' }, verdict.stays
      ? verdict.reasons.map((reason) => h('span', { class: 'chip', data: { tone: TONES[reason.kind] ?? 'idle' } }, capital(reason.text)))
      : h('span', { class: 'chip', data: { tone: 'warn' } }, 'Goes'));
  }

  #tools(name, pinned, removable) {
    const at = called(name);
    return h('span', { class: 'row-tools' },
      h('button', { type: 'button', class: 'button small square quiet pin', 'aria-pressed': String(pinned), 'aria-label': `Pin ${at}`, title: pinned ? 'Pinned: stays whatever the policy says' : 'Pin: stays whatever the policy says',
        onclick: (event) => this.#pin(name, event.currentTarget) }, icon('pin')),
      removable && h('button', { type: 'button', class: 'button small quiet remove', 'aria-label': `Remove ${at}`, onclick: () => this.#remove(name) }, 'Remove…'));
  }

  async #pin(name, button) {
    const pinned = button.getAttribute('aria-pressed') !== 'true';
    try {
      const now = await post(`/api/snapshots/${encodeURIComponent(name)}/pin`, { pinned });
      button.setAttribute('aria-pressed', String(now.pinned));
      if (this.#listed.has(name)) this.#listed.set(name, now);
    } catch (error) {
      toastError(error);
    }
    this.#changed();
  }

  async #remove(name) {
    try {
      const { freed_bytes: freed } = await post('/api/retention/preview', { snapshot: name });
      const hours = this.#undoHours();
      const undo = hours === 0 ? 'This cannot be undone.' : `You can bring it back for ${hoursWords(hours)}.`;
      if (!await sure('Remove this snapshot?', `The snapshot of ${called(name)} (${name}) goes, whatever the policy says${freed == null ? '' : `, which frees ${bytes(freed)}`}. ${undo}`, 'Remove', { danger: true })) return;
      await request('DELETE', `/api/snapshots/${encodeURIComponent(name)}?${new URLSearchParams({ confirm: name })}`);
      toast('Removed', '', 'good');
    } catch (error) {
      toastError(error);
      this.#changed();
    }
  }
}
