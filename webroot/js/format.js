// Numbers, times and names as people read them. Pure, so that tests hold every rule without a browser.

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The forms of a date. */
const DATES = {
  time: { hour: '2-digit', minute: '2-digit' },
  seconds: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  longDay: { day: 'numeric', month: 'long' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  longDate: { day: 'numeric', month: 'long', year: 'numeric' },
  fullDate: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  month: { month: 'short', year: 'numeric' },
  longMonth: { month: 'long', year: 'numeric' },
  year: { year: 'numeric' },
  exact: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
};
const formats = new Map();

/** 48000 → "48,000". */
export function count(value) {
  return COUNT.format(value ?? 0);
}

/** A count and its noun: (1, 'bucket') → "1 bucket", (3, 'bucket') → "3 buckets". */
export function plural(value, noun, many = `${noun}s`) {
  return `${count(value)} ${value === 1 ? noun : many}`;
}

/** The engine's sentences are phrases for a log line: this makes them begin as sentences do. */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Likewise, unless it begins with one of these names, which stay as they are. */
export function capitalBut(text, names) {
  return names.some((name) => text.startsWith(name) && !/[\w-]/.test(text.charAt(name.length))) ? text : capital(text);
}

/** Binary units, three digits at most: 1536 → "1.50 KiB". Always the same width class, so that columns stay calm. */
export function bytes(value) {
  let rest = Math.max(0, value ?? 0);
  let unit = 0;
  // 1023.5 would print as "1024", hence the early step.
  while (rest >= 1023.5 && unit < BINARY_UNITS.length - 1) {
    rest /= 1024;
    unit++;
  }
  if (unit === 0) return `${Math.round(rest)} B`;
  const digits = rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0;
  return `${rest.toFixed(digits)} ${BINARY_UNITS[unit]}`;
}

/** Bytes a second. */
export function rate(value) {
  return `${bytes(value)}/s`;
}

/** A share between 0 and 1; 100 % only when nothing is missing. */
export function percent(share) {
  if (!Number.isFinite(share) || share <= 0) return '0 %';
  return share >= 1 ? '100 %' : `${Math.min(99, Math.floor(share * 100))} %`;
}

/** Two units at most: 7384000 ms → "2 h 3 min". */
export function duration(milliseconds) {
  const ms = Math.max(0, milliseconds ?? 0);
  if (ms < SECOND) return 'under 1 s';
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return twoUnits(ms, MINUTE, 'min', SECOND, 's');
  if (ms < DAY) return twoUnits(ms, HOUR, 'h', MINUTE, 'min');
  return twoUnits(ms, DAY, 'd', HOUR, 'h');
}

function twoUnits(ms, big, bigName, small, smallName) {
  const whole = Math.floor(ms / big);
  const rest = Math.floor((ms % big) / small);
  return rest === 0 ? `${whole} ${bigName}` : `${whole} ${bigName} ${rest} ${smallName}`;
}

/** A coarse length for sentences, rounded to its nearest unit: "4 h", "12 min", "36 s". The server says it in the same words. */
export function roughly(milliseconds) {
  const ms = Math.abs(milliseconds);
  if (ms < 90 * SECOND) return `${Math.max(1, Math.floor(ms / SECOND))} s`;
  if (ms < 90 * MINUTE) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 36 * HOUR) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} days`;
}

/** When something was or will be, seen from `now` (both epoch milliseconds): "2 h ago", "in 4 h", "just now". */
export function relative(then, now) {
  const ahead = then - now;
  if (ahead > 0) return `in ${roughly(ahead)}`;
  return ahead > -5 * SECOND ? 'just now' : `${roughly(ahead)} ago`;
}

/** Epoch milliseconds of an ISO-8601 instant, or null. */
export function instant(iso) {
  const parsed = iso == null ? NaN : Date.parse(iso);
  return Number.isNaN(parsed) ? null : parsed;
}

/** A moment in one of the forms: ('day', …) → "5 Nov". Without a zone it is the viewer's; days that the server counts are in UTC. */
export function dateAs(form, milliseconds, timeZone) {
  const key = `${form} ${timeZone}`;
  // To make one takes far longer than to use it.
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat('en-GB', { ...DATES[form], timeZone }));
  return formats.get(key).format(milliseconds);
}

/** To the second, with the zone named: the exact value behind every relative time. */
export function exact(milliseconds, timeZone) {
  return dateAs('exact', milliseconds, timeZone);
}

/** Short, for tables: the day only when it is not today. */
export function moment(milliseconds, now, timeZone) {
  const time = dateAs('time', milliseconds, timeZone);
  const date = dateAs('day', milliseconds, timeZone);
  if (date === dateAs('day', now, timeZone) && Math.abs(milliseconds - now) < DAY) return `Today ${time}`;
  if (date === dateAs('day', now - DAY, timeZone) && now > milliseconds) return `Yesterday ${time}`;
  return Math.abs(now - milliseconds) > 300 * DAY ? `${date} ${dateAs('year', milliseconds, timeZone)}, ${time}` : `${date}, ${time}`;
}

/** The day of a moment as a heading: "Today", "Yesterday", "Wednesday, 25 November 2026". */
export function dayHeading(milliseconds, now, timeZone) {
  const text = dateAs('fullDate', milliseconds, timeZone);
  if (text === dateAs('fullDate', now, timeZone)) return 'Today';
  return text === dateAs('fullDate', now - DAY, timeZone) ? 'Yesterday' : text.replace(/^(\w+) /, '$1, ');
}

/** A moment in the middle of a sentence: "Today 02:19" → "today 02:19"; the names of months stay as they are. */
export function inSentence(text) {
  return text.replace(/^(Today|Yesterday)/, (word) => word.toLowerCase());
}

/** HH:MM:SS.mmm is too much, HH:MM too little for a log. */
export function clockTime(milliseconds, timeZone) {
  return dateAs('seconds', milliseconds, timeZone);
}

/** For a sentence: HH:MM, with the day where that is not today. */
export function timeOfDay(milliseconds, now, timeZone) {
  return inSentence(moment(milliseconds, now, timeZone)).replace(/^today /, '');
}

/**
 * A key or name with what cannot be seen made visible: control characters as their pictures, and characters that turn
 * the reading direction as escapes, so that a name cannot pretend to be another one.
 */
export function visible(name) {
  return String(name).replace(/[\u0000-\u001f\u007f]|[\u0080-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (char) => {
    const code = char.charCodeAt(0);
    if (code <= 0x1f) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Shortens in the middle, because both the folder and the file name say something. Never cuts a surrogate pair. */
export function middle(text, most) {
  const chars = Array.from(text);
  if (chars.length <= most) return text;
  const tail = Math.ceil((most - 1) * 0.6);
  const head = most - 1 - tail;
  return `${chars.slice(0, head).join('')}…${chars.slice(chars.length - tail).join('')}`;
}

/** "a", "a and b", "a, b and c", "a, b and 3 more". */
export function listing(names, most = 3) {
  if (names.length <= 1) return names.join('');
  if (names.length <= most) return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
  return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
}
