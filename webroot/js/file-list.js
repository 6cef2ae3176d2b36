// The list of a folder at a time: what is asked for while time moves, what is remembered of it, and what stays where it is.

import { byId, h, setAttribute, setText } from './dom.js';
import { count, plural } from './format.js';
import { FolderRows } from './folder-rows.js';
import { get } from './api.js';
import { restoreUrl } from './snapshot-links.js';
import { sorting } from './place.js';

/** A question that is so young is let through although another one is wanted by now: so something is seen while one keeps on moving. */
const YOUNG_MS = 150;
const SETTLE_MS = 120;
const BUSY_MS = 250;
/** Folders in snapshots that are remembered as they were. */
const MOST_REMEMBERED = 8;

export class FileList {
  /** What is shown: `{rows, place, name}`. */
  #shown = null;
  /** What is asked for: the same, and since when. */
  #asking = null;
  #wanted = null;
  #remembered = new Map();
  #settle = null;
  #busy = null;

  /**
   * @param grid where the rows go
   * @param time what is known of the snapshots: `since(place)`, which one marks are made against, or null; `around(place)`, the ones
   *     before and behind; `called(name)`, what one is called
   * @param page what else the page does: `retry()` after a failure, and `trouble(error, retry)`
   */
  constructor(grid, time, page) {
    this.grid = grid;
    this.time = time;
    this.page = page;
  }

  /** The place of the list that is seen, or null. */
  get place() {
    return this.#shown?.place ?? null;
  }

  /** The row with a key of the list of this place; null where that is not seen, or has no such row. */
  row(place, key) {
    if (this.#shown?.name !== this.#nameOf(place)) return null;
    const { rows } = this.#shown;
    const row = rows.row(rows.indexOf(key) ?? -1);
    return row?.key === key ? row : null;
  }

  /** Shows words in place of a list. */
  say(...nodes) {
    this.#asking?.rows.stop();
    this.#asking = null;
    this.#wanted = null;
    this.#shown = null;
    setText(byId('summary'), '\u00a0');
    setAttribute(byId('rows'), 'aria-busy', null);
    this.grid.say(...nodes);
  }

  /** Shows the list of a place. While time moves, the row at the top stays there; else `anchor` is, or the beginning. */
  async show(place, anchor) {
    const name = this.#nameOf(place);
    this.#wanted = null;
    if (this.#shown?.name === name && this.#asking == null) {
      this.#shown.place = place;
      this.grid.at(place);
      return;
    }
    if (this.#asking?.name === name) return;
    if (this.#asking && performance.now() - this.#asking.at < YOUNG_MS) {
      this.#wanted = place;
      return;
    }
    this.#asking?.rows.stop();
    if (this.#shown && this.#shown.name !== name) this.#shown.rows.stop();
    clearTimeout(this.#settle);
    await this.#ask({ rows: this.#rowsOf(place), name, place, at: performance.now() }, anchor);
  }

  async #ask(asking, anchorOfPage) {
    const { rows, place } = asking;
    const moves = this.#shown != null && isSameList(this.#shown.place, place);
    const anchor = moves ? this.grid.anchor : anchorOfPage;
    this.#asking = asking;
    clearTimeout(this.#busy);
    this.#busy = setTimeout(() => this.#waiting(), BUSY_MS);
    try {
      if (!isThere(rows, anchor)) await rows.open({ around: anchor?.key, guess: anchor?.index, total: moves ? this.#shown.rows.total : 0 });
      if (this.#asking === asking) this.#paint(asking, anchor, moves);
    } catch (error) {
      if (this.#asking === asking && error.name !== 'AbortError') this.#failed(asking, error);
    } finally {
      if (this.#asking === asking) this.#answered();
    }
  }

  #waiting() {
    setAttribute(byId('rows'), 'aria-busy', this.#asking ? 'true' : null);
    if (this.#asking && this.#shown == null) this.grid.say(h('p', { class: 'empty' }, 'Looking into the snapshot…'));
  }

  #answered() {
    this.#asking = null;
    setAttribute(byId('rows'), 'aria-busy', null);
    const wanted = this.#wanted;
    this.#wanted = null;
    if (wanted) this.show(wanted, null);
  }

  #paint(asking, anchor, moves) {
    performance.mark('files-step-begin');
    this.#shown = asking;
    const { rows, place } = asking;
    rows.tell(({ moved, error = null }) => this.#shown === asking && this.#came(moved, error));
    if (moves && rows.sorted) this.grid.exchange(rows, place);
    else this.grid.show(rows, place, anchor);
    this.#cover();
    this.#summarize();
    measured();
    this.#settle = setTimeout(() => this.#settled(asking), moves ? SETTLE_MS : 0);
  }

  // One stays here for a moment: there is time for what is not seen yet.
  async #settled(asking) {
    if (this.#shown !== asking) return;
    asking.rows.count();
    const { anchor } = this.grid;
    for (const snapshot of this.time.around(asking.place)) {
      if (this.#shown !== asking || this.#asking) return;
      const rows = this.#rowsOf({ ...asking.place, snapshot });
      try {
        if (!isThere(rows, anchor)) await rows.open({ around: anchor?.key, guess: anchor?.index, total: asking.rows.total });
      } catch {
        // Whoever goes there is told.
      }
    }
  }

  #came(moved, error) {
    this.grid.moved(moved);
    this.#cover();
    this.#summarize();
    if (error) this.page.trouble(error, () => this.grid.paint());
  }

  #cover() {
    const { rows, place } = this.#shown;
    if (rows.total > 0 || !rows.counted) {
      this.grid.cover(null);
      return;
    }
    const [title, text] = place.filter ? ['Nothing here is called that', 'A part of the name is enough; *.pdf finds every PDF. The search above looks in all folders and snapshots.']
      : place.view === 'changes' ? ['Nothing changed here', 'Both snapshots hold the same in this folder.']
        : ['Nothing here', 'This snapshot holds no file in this folder.'];
    this.grid.cover([h('p', { class: 'empty' }, h('strong', {}, title), text)]);
  }

  #failed({ name }, error) {
    this.#remembered.delete(name);
    this.#shown = null;
    setText(byId('summary'), '\u00a0');
    const advice = error.status === 404 ? 'The snapshot may have been deleted meanwhile.' : '';
    this.grid.say(h('p', { class: 'empty failed' }, h('strong', {}, error.title ?? 'Something went wrong'), `${error.message} ${advice}`),
      h('p', { class: 'empty-actions' }, h('button', { type: 'button', class: 'button', onclick: () => this.page.retry() }, 'Try again')));
  }

  #summarize() {
    const { rows: { summary, limited }, place } = this.#shown;
    const line = byId('summary');
    if (summary == null) {
      line.dataset.waiting = '';
      if (line.children.length === 0) line.replaceChildren(h('span', { class: 'muted' }, 'Comparing…'));
      return;
    }
    delete line.dataset.waiting;
    line.replaceChildren(...(this.time.since(place) == null ? [h('span', { class: 'muted' }, plural(summary.objects, 'file'))] : changeWords(summary)),
      this.#bringBack(summary.removed.objects),
      summary.unreadable ? h('span', { class: 'tone-text', data: { tone: 'warn' } }, `Not compared: ${this.time.called(summary.unreadable)} cannot be read`) : '',
      limited ? h('span', { class: 'muted' }, `first ${count(10_000)} of ${count(summary.total)} shown`) : '');
  }

  // To where all that was removed here is brought back. A filter no restore knows.
  #bringBack(many) {
    const { bucket, prefix, snapshot, filter } = this.#shown.place;
    const from = this.time.since(this.#shown.place);
    if (many === 0 || from == null || filter !== '') return '';
    return h('a', { class: 'bring-back', title: `Restore the ${count(many)} removed`,
      href: restoreUrl({ snapshot: from, absent_in: snapshot, buckets: [bucket], prefixes: prefix ? [prefix] : [] }) }, 'Restore them');
  }

  /** The same name is the same list. */
  #nameOf(place) {
    return JSON.stringify([place.bucket, place.snapshot, this.time.since(place), place.prefix, place.filter, place.sort, place.view]);
  }

  #rowsOf(place) {
    const name = this.#nameOf(place);
    const rows = this.#remembered.get(name) ?? this.#rows(place);
    // Looked at last, so it is forgotten last.
    this.#remembered.delete(name);
    this.#remembered.set(name, rows);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size > MOST_REMEMBERED && oldest !== name && oldest !== this.#shown?.name) this.#remembered.delete(oldest);
    }
    return rows;
  }

  #rows(place) {
    const { column, descending } = sorting(place);
    const sorted = column !== 'name' ? 'offset' : descending ? 'skip' : null;
    const some = place.view === 'changes';
    const params = { bucket: place.bucket, at: place.snapshot, since: this.time.since(place) ?? 'none',
      ...(place.prefix ? { prefix: place.prefix } : {}), ...(place.filter ? { q: place.filter } : {}) };
    const order = { ...(some ? { changes: 'true' } : {}), ...(sorted ? { sort: column, order: descending ? 'desc' : 'asc' } : {}) };
    return new FolderRows({ sorted, some }, (what, more, signal) =>
      get(`/api/files/${what}?${new URLSearchParams({ ...params, ...(what === 'folder' ? order : {}), ...more })}`, { signal }));
  }
}

/** Whether only time is between two places, so that what is seen can stay. */
function isSameList(a, b) {
  return ['bucket', 'prefix', 'filter', 'sort', 'view'].every((part) => a[part] === b[part]);
}

function isThere(rows, anchor) {
  return anchor ? rows.indexOf(anchor.key) != null : rows.row(0) !== undefined || rows.counted;
}

function changeWords({ added, changed, removed }) {
  const counts = [['added', 'good', added], ['changed', 'info', changed], ['removed', 'bad', removed]];
  if (counts.every(([, , { objects }]) => objects === 0)) return [h('span', { class: 'muted' }, 'No changes')];
  return counts.flatMap(([kind, tone, { objects }]) => [h('span', { class: objects > 0 ? 'tone-text' : 'muted', data: { tone, kind } }, `${count(objects)} ${kind}`), ' ']);
}

/** Measures from the answer to the painted rows: behind what the next frame paints. */
function measured() {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      performance.measure('files-step', 'files-step-begin');
      channel.port1.close();
    };
    channel.port2.postMessage(null);
  });
}
