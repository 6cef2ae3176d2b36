// Tries a regular expression on log lines, in a thread of its own: one that takes forever hangs nothing but this.

const MOST_MARKS = 50;
const MOST_CHARACTERS = 20_000;

addEventListener('message', ({ data: { id, source, lines } }) => {
  const pattern = new RegExp(source, 'giu');
  postMessage({ id, marks: lines.map(({ whole, text }) => (matches(pattern, whole) ? places(pattern, text) : null)) });
});

function matches(pattern, whole) {
  pattern.lastIndex = 0;
  return pattern.test(whole.slice(0, MOST_CHARACTERS));
}

function places(pattern, text) {
  const found = [];
  for (const match of text.slice(0, MOST_CHARACTERS).matchAll(pattern)) {
    if (match[0].length > 0) found.push([match.index, match.index + match[0].length]);
    if (found.length === MOST_MARKS) break;
  }
  return found;
}
