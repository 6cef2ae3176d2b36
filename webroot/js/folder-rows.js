// The rows of one folder in one snapshot, however many: what is looked at is asked for, and what is around it stays known. Without
// the page, so that tests try it against answers of their own.

import { compareKeys } from './place.js';

/** About so many rows are asked for at once. */
const BLOCK = 200;
/** The server sorts so many. */
const MOST_SORTED = 10_000;
/** So many blocks are remembered. */
const MOST_BLOCKS = 30;

/**
 * In the order of keys, a map tells the key of every so-manieth row, so that any row can be asked for by its number. The first rows
 * come before it: they are asked for by a key, and where they are in the whole is guessed until the map has told.
 */
export class FolderRows {
  /** How many rows there are; a guess until `counted`. */
  total = 0;
  counted = false;
  /** What the folder holds and what changed in it; null until it is known. */
  summary = null;
  /** Whether only the first rows of a sorted folder can be had. */
  limited = false;
  #ask;
  #changed;
  #controller = new AbortController();
  #map = null;
  #blocks = new Map();
  #loading = new Map();
  /** Rows in a run whose place is known or guessed: `{base, rows, previous, next, exact}`. */
  #run = null;
  #extending = false;
  #counting = null;

  /**
   * @param sorted what rows are asked for by that come by number, in another order than that of the keys: `offset` or `skip`
   * @param some whether these are only some of the rows that the map counts, so that it does not tell where they are
   * @param ask gets `folder` or `map`, parameters and a signal; gives the answer
   * @param changed is told when rows have come, or their number: with by how much all that is shown moves down, and with the
   *     error when something could not be had
   */
  constructor({ sorted = null, some = false } = {}, ask, changed = () => {}) {
    this.sorted = sorted;
    this.some = some;
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Whom to tell from now on. */
  tell(changed) {
    this.#changed = changed;
  }

  /** What is being asked for is not wanted any more; what is there stays. */
  stop() {
    this.#controller.abort();
    this.#controller = new AbortController();
    this.#loading.clear();
    this.#counting = null;
    this.#extending = false;
  }

  /** Asks for the first rows to be seen: those from a key on, of which the first is about number `guess`, or those at the beginning. */
  async open({ around = '', guess = 0, total = 0 } = {}) {
    if (this.sorted) {
      await this.#loadBlock(Math.floor(guess / BLOCK));
    } else if (around === '' || guess === 0) {
      this.#begin(await this.#folder({ limit: BLOCK }), 0, true, total);
    } else {
      // What is above what is seen is there too, so that nothing is blank when it is scrolled to.
      const [below, above] = await Promise.all([this.#folder({ from: around, limit: BLOCK }), this.#folder({ before: around, limit: BLOCK >> 2 })]);
      const exact = above.previous == null;
      const rows = [...above.rows, ...below.rows];
      this.#begin({ rows, previous: above.previous, next: below.next }, exact ? 0 : Math.max(1, guess - above.rows.length), exact, total);
    }
  }

  /** Asks how many rows there are, and what changed in the folder. */
  count() {
    if (this.summary == null) this.#counting ??= this.#count().catch((error) => this.#failed(error)).finally(() => { this.#counting = null; });
  }

  #begin({ rows, previous = null, next }, base, exact, total) {
    this.#run = { base, rows, previous, next, exact };
    const end = base + rows.length;
    if (next == null && exact) {
      this.total = end;
      this.counted = true;
    } else if (!this.counted) {
      this.total = Math.max(total, end + (next == null ? 0 : BLOCK));
    }
  }

  // A filter lets through what it finds in a while, and may find nothing yet.
  async #folder(params, least = 1) {
    const page = await this.#ask('folder', params, this.#controller.signal);
    while (page.rows.length < least && page.next != null && !params.before) {
      const more = await this.#ask('folder', { limit: params.limit - page.rows.length, after: page.next }, this.#controller.signal);
      page.rows = [...page.rows, ...more.rows];
      page.next = more.next;
    }
    return page;
  }

  async #count() {
    const map = await this.#ask('map', {}, this.#controller.signal);
    let moved = 0;
    if (this.sorted && !this.some) {
      this.#sortedTotal(map.total);
    } else if (!this.some) {
      this.#map = map;
      this.total = map.total;
      this.counted = true;
      if (this.#run && !this.#run.exact) moved = await this.#placeRun();
    }
    this.summary = map;
    this.#changed({ moved });
  }

  /** Finds out where in the whole the run of rows is; by how much it was guessed wrong. */
  async #placeRun() {
    const run = this.#run;
    if (run.rows.length === 0) return 0;
    const first = run.rows[0].key;
    // Between two keys of the map, block by block.
    for (let block = Math.floor(Math.max(0, this.#before(first)) * this.#map.every / BLOCK); block * BLOCK < this.total; block++) {
      const rows = await this.#loadBlock(block);
      if (this.#run !== run) return 0;
      const within = rows.findIndex((row) => compareKeys(row.key, first) >= 0);
      if (within < 0) continue;
      const moved = block * BLOCK + within - run.base;
      run.base += moved;
      run.exact = true;
      return moved;
    }
    return 0;
  }

  /** The number of the last key of the map that is not behind this one. */
  #before(key) {
    let low = 0;
    let high = this.#map.keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.#map.keys[middle], key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** A row by its number; undefined while it is not there. */
  row(index) {
    const run = this.#run;
    if (run && index >= run.base && index < run.base + run.rows.length) return run.rows[index - run.base];
    return this.#blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
  }

  /** The number of the row with a key, or of the first one behind it; null where what is there does not tell. */
  indexOf(key) {
    if (this.sorted) return this.#look((row) => row.key === key);
    const run = this.#run;
    const within = (rows, begins, ends) => {
      if (rows.length === 0) return begins && ends ? 0 : null;
      if (compareKeys(key, rows[0].key) < 0 && !begins) return null;
      if (compareKeys(key, rows[rows.length - 1].key) > 0 && !ends) return null;
      const found = rows.findIndex((row) => compareKeys(row.key, key) >= 0);
      return found < 0 ? rows.length : found;
    };
    if (run) {
      const found = within(run.rows, run.previous == null, run.next == null);
      if (found != null) return run.base + found;
    }
    for (const [block, rows] of this.#blocks) {
      const found = within(rows, false, false);
      if (found != null) return block * BLOCK + found;
    }
    return null;
  }

  #look(matches) {
    for (const [block, rows] of this.#blocks) {
      const found = rows.findIndex(matches);
      if (found >= 0) return block * BLOCK + found;
    }
    return null;
  }

  /** Asks for the rows from one number to before another that are not there. */
  need(first, end) {
    const missing = [];
    for (let i = first; i < end; i++) if (this.row(i) === undefined && i < this.total) missing.push(i);
    if (missing.length === 0) return;
    if (this.sorted || this.#map) {
      if (this.#run && !this.#run.exact) return;
      for (const block of new Set(missing.map((index) => Math.floor(index / BLOCK)))) {
        if (!this.#loading.has(block)) this.#loadBlock(block).then(() => this.#changed({ moved: 0 }), (error) => this.#failed(error));
      }
    } else if (this.#run) {
      // Until the map is there one goes on where the rows end.
      this.#extend(missing[0] < this.#run.base);
    }
  }

  /** The rows from one number to before another, those that are not there too. */
  async range(first, end) {
    const found = [];
    for (let i = Math.max(0, first); i < Math.min(end, this.total); i++) {
      let row = this.row(i);
      if (row === undefined && (this.sorted || this.#map)) row = (await this.#loadBlock(Math.floor(i / BLOCK)))[i % BLOCK];
      if (row) found.push(row);
    }
    return found;
  }

  async #extend(up) {
    const run = this.#run;
    if (this.#extending || (up ? run.previous : run.next) == null) return;
    this.#extending = true;
    try {
      const edge = run.rows[up ? 0 : run.rows.length - 1].key;
      const page = await this.#folder({ [up ? 'before' : 'after']: edge, limit: BLOCK });
      if (this.#run !== run) return;
      run.rows = up ? [...page.rows, ...run.rows] : [...run.rows, ...page.rows];
      let moved = 0;
      if (up) {
        run.previous = page.previous;
        const base = page.previous == null ? 0 : Math.max(1, run.base - page.rows.length);
        moved = base + page.rows.length - run.base;
        run.base = base;
        run.exact ||= page.previous == null;
      } else {
        run.next = page.next;
      }
      const end = run.base + run.rows.length;
      if (run.next == null && run.exact) this.total = end;
      else if (!this.counted) this.total = Math.max(this.total, end + (run.next == null ? 0 : BLOCK));
      if (run.next == null && run.exact) this.counted = true;
      this.#changed({ moved });
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#extending = false;
    }
  }

  #loadBlock(block) {
    const known = this.#blocks.get(block);
    if (known) {
      // Looked at last, so it is forgotten last.
      this.#blocks.delete(block);
      this.#blocks.set(block, known);
      return Promise.resolve(known);
    }
    let asked = this.#loading.get(block);
    if (!asked) {
      asked = this.#askBlock(block).finally(() => {
        if (this.#loading.get(block) === asked) this.#loading.delete(block);
      });
      this.#loading.set(block, asked);
    }
    return asked;
  }

  async #askBlock(block) {
    const begin = block * BLOCK;
    const page = this.sorted ? await this.#folder({ [this.sorted]: begin, limit: BLOCK }, 0) : await this.#folder(this.#fromMap(begin), Math.min(BLOCK, this.total - begin));
    const { rows, limited, total } = page;
    if (this.sorted) {
      this.limited = limited === true;
      if (total != null) this.#sortedTotal(total);
      else if (!this.counted) this.total = Math.max(this.total, begin + rows.length + (page.next == null ? 0 : BLOCK));
    }
    this.#blocks.set(block, rows);
    for (const oldest of this.#blocks.keys()) if (this.#blocks.size > MOST_BLOCKS && oldest !== block) this.#blocks.delete(oldest);
    return rows;
  }

  // Between two keys of the map rows are passed over.
  #fromMap(begin) {
    const { keys, every } = this.#map;
    const at = Math.floor(begin / every);
    const skip = begin - at * every;
    return { from: keys[at], ...(skip > 0 ? { skip } : {}), limit: BLOCK };
  }

  #sortedTotal(total) {
    this.total = this.limited ? Math.min(total, MOST_SORTED) : total;
    this.counted = true;
  }

  #failed(error) {
    if (error.name !== 'AbortError') this.#changed({ moved: 0, error });
  }
}
