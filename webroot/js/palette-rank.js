// How well what was typed fits a thing's name. Pure.

const BETWEEN_WORDS = /[^\p{L}\p{N}]+/u;

/** Without case and accents. */
function fold(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

function wordsOf(folded) {
  return folded.split(BETWEEN_WORDS).filter(Boolean);
}

/** Where a text begins with the letters, has words that begin with them, or has them somewhere; 0 where it does not. */
function inWords(typed, text) {
  if (text === typed) return 100;
  if (text.startsWith(typed)) return 90;
  const [parts, words] = [wordsOf(typed), wordsOf(text)];
  if (parts.length > 0 && parts.every((part) => words.some((word) => word.startsWith(part)))) return 80;
  return text.includes(typed) ? 60 : 0;
}

/** Up to 40, the more the closer together the letters are that stand in the text in this order. */
function inOrder(typed, text) {
  const letters = Array.from(typed.replaceAll(' ', ''));
  if (letters.length < 2) return 0;
  let at = -1;
  let first = null;
  for (const letter of letters) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return 0;
    first ??= at;
  }
  return (40 * letters.length) / (at - first + letters.length);
}

/** From 0, not at all, to 100. Letters that only stand in this order count in the label alone: in `words` they always do. */
export function score(query, { label, words = '' }) {
  const typed = fold(query).trim();
  const text = fold(label);
  return Math.max(inWords(typed, text), 0.9 * inWords(typed, fold(words)), inOrder(typed, text));
}

/** The entries that fit, the best first; of equals, the one that was first. */
export function rank(query, entries, most) {
  return entries.map((entry) => [score(query, entry), entry]).filter(([points]) => points > 0)
    .sort(([a], [b]) => b - a).slice(0, most).map(([, entry]) => entry);
}
