// A regular expression on log lines. Pure, and without a bound on time: for a thread of its own only.

const MOST_MARKS = 50;
const MOST_CHARACTERS = 20_000;

/** For each line of `{whole, text}` the places of its text that match, or null where the whole line does not. */
export function places(source, lines) {
  const pattern = new RegExp(source, 'giu');
  return lines.map(({ whole, text }) => (whole.slice(0, MOST_CHARACTERS).search(pattern) < 0 ? null : within(pattern, text)));
}

function within(pattern, text) {
  const found = [];
  for (const match of text.slice(0, MOST_CHARACTERS).matchAll(pattern)) {
    if (match[0].length > 0) found.push([match.index, match.index + match[0].length]);
    if (found.length === MOST_MARKS) break;
  }
  return found;
}
