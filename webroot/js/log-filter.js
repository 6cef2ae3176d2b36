// Which log lines are wanted, by the same rules as the server's, for the lines that arrive live; and where they match.

export const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];
const PATIENCE_MS = 1500;

/** Whether a line's level is at least the lowest one wanted; an empty wish wants all. */
export function levelAllows(lowest, level) {
  return !lowest || LEVELS.indexOf(level) >= LEVELS.indexOf(lowest);
}

/** What is wrong with a regular expression, in words; null when it is one. */
export function mistakeIn(source) {
  try {
    return new RegExp(source, 'giu') && null;
  } catch (cause) {
    return `Not a regular expression: ${cause.message.replace(/^Invalid regular expression: (\/.*\/[a-z]*: )?/s, '')}`;
  }
}

/**
 * Finds plain text: `find(lines)` resolves to, for each line, the places of its text that match, or null where the line
 * does not match. Upper and lower case are alike; time is linear.
 */
export class TextMatcher {
  constructor(text) {
    this.pattern = text ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu') : null;
  }

  async find(lines) {
    if (!this.pattern) return lines.map(() => []);
    return lines.map((line) => {
      if (whole(line).search(this.pattern) < 0) return null;
      return [...line.text.matchAll(this.pattern)].map((match) => [match.index, match.index + match[0].length]);
    });
  }

  close() {}
}

/** Finds a regular expression, in a thread of its own; `find` fails when that takes too long. */
export class RegexMatcher {
  #worker = null;
  #ready = null;
  #waiting = new Map();
  #last = 0;

  constructor(source) {
    this.source = source;
  }

  async find(lines) {
    if (lines.length === 0) return [];
    if (!this.#worker) this.#start();
    const worker = this.#worker;
    // How long it takes until the thread is there says nothing about the expression.
    await this.#ready;
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.close();
        reject(new Error('This regular expression takes too long; make it simpler.'));
      }, PATIENCE_MS);
      this.#waiting.set(id, (marks) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(marks);
      });
      worker.postMessage({ id, source: this.source, lines: lines.map((line) => ({ whole: whole(line), text: line.text })) });
    });
  }

  #start() {
    const worker = new Worker(new URL('./log-regex-worker.js', import.meta.url), { type: 'module' });
    this.#worker = worker;
    this.#ready = new Promise((resolve, reject) => {
      worker.addEventListener('message', ({ data }) => (data.ready ? resolve() : this.#waiting.get(data.id)?.(data.marks)));
      worker.addEventListener('error', () => reject(new Error('The search for what to highlight could not be started.')));
    });
  }

  close() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#waiting.clear();
  }
}

function whole(line) {
  return `${line.level} ${line.run ? `[${line.run}] ` : ''}${line.logger} ${line.text}`;
}
