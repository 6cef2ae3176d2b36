// Tries a regular expression on log lines, in a thread of its own: one that takes forever hangs nothing but this.

import { places } from './log-regex.js';

addEventListener('message', ({ data: { id, source, lines } }) => postMessage({ id, marks: places(source, lines) }));
postMessage({ ready: true });
