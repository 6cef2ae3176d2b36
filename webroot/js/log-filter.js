// Which log lines are wanted. Pure, and the same rules as the server's, for the lines that arrive live.

export const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

/** Whether a line's level is at least the lowest one wanted; an empty wish wants all. */
export function levelAllows(lowest, level) {
  return !lowest || LEVELS.indexOf(level) >= LEVELS.indexOf(lowest);
}

/** What a search text means: {matches(text), pattern for highlighting, error in words}. */
export function compile(text, isRegex) {
  if (!text) return { matches: () => true, pattern: null, error: null };
  try {
    const pattern = new RegExp(isRegex ? text : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
    return { matches: (line) => line.search(pattern) >= 0, pattern, error: null };
  } catch (cause) {
    return { matches: () => false, pattern: null, error: `Not a regular expression: ${cause.message.replace(/^Invalid regular expression: /, '')}` };
  }
}
