// Numbers with their units: the file says hours, people say "every 30 minutes" or "7 days". Pure.

// What a unit of the schema is also counted in: a name, and the fraction of the schema's unit that one of it is.
const OTHERS = {
  seconds: [['seconds', 1, 1], ['minutes', 60, 1], ['hours', 3600, 1]],
  minutes: [['seconds', 1, 60], ['minutes', 1, 1], ['hours', 60, 1]],
  hours: [['minutes', 1, 60], ['hours', 1, 1], ['days', 24, 1]],
  days: [['hours', 1, 24], ['days', 1, 1], ['weeks', 7, 1]],
  MiB: [['MiB', 1, 1], ['GiB', 1024, 1]],
  'MB/s': [['kB/s', 1, 1000], ['MB/s', 1, 1], ['GB/s', 1000, 1]],
};
const LETTERS = { hours: 'h', days: 'd', weeks: 'w', months: 'm', years: 'y' };
const SHORT = { percent: '%' };
const DIGITS = 1e6;

/** A length of time that the file says in letters, as 30d. */
export const LENGTH = 'length of time';

/** What may be chosen for numbers of this unit; empty where there is nothing to choose. */
export function choices(unit) {
  return unit === LENGTH ? Object.keys(LETTERS) : (OTHERS[unit] ?? []).map(([name]) => name);
}

/** The value of the file as a number and its unit: the largest one that makes it whole. What is no number stays as it is. */
export function shown(value, unit) {
  if (unit === LENGTH) return shownLength(value);
  const others = OTHERS[unit];
  if (!others || typeof value !== 'number') return { number: value ?? '', unit: unit ?? null };
  const counted = others.map(([name, many, of]) => ({ name, number: (value * of) / many }));
  const whole = counted.filter(({ number }) => isWhole(number) && Math.round(number) >= 1).at(-1);
  const own = counted.find(({ name }) => name === unit);
  // Below one of its own unit the smallest says most.
  const best = whole ?? (value === 0 || value >= 1 ? own : counted[0]);
  return { number: Math.round(best.number * DIGITS) / DIGITS, unit: best.name };
}

function shownLength(value) {
  const simple = /^(\d+)([hdwmy])$/.exec(value ?? '');
  // One of several parts, 1y6m, is left as it was written.
  if (!simple) return { number: value ?? '', unit: 'days' };
  return { number: Number(simple[1]), unit: Object.keys(LETTERS).find((name) => LETTERS[name] === simple[2]) };
}

/** What the file says for what was typed: null for nothing, and the text itself where it is no number, so that the server can say so. */
export function written(text, name, unit) {
  const plain = String(text).trim().replace(',', '.');
  if (plain === '') return null;
  const number = Number(plain);
  if (unit === LENGTH) return /^\d+$/.test(plain) ? `${plain}${LETTERS[name]}` : String(text).trim();
  if (!Number.isFinite(number)) return text;
  const [, many, of] = (OTHERS[unit] ?? []).find(([other]) => other === name) ?? [name, 1, 1];
  return (number * many) / of;
}

/** How a unit is written behind a number. */
export function unitWord(name, number) {
  if (SHORT[name]) return SHORT[name];
  return number === 1 && /^[a-z]{3,}s$/.test(name) ? name.slice(0, -1) : name;
}

function isWhole(number) {
  return Math.abs(number - Math.round(number)) < 1e-9 * Math.max(1, Math.abs(number));
}
