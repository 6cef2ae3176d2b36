// Where on a line snapshots lie. Each has its place, however close in time they are; longer pauses are wider, up to a point. Pure.

/** A pause counts for so many usual ones at most, so that a year without a backup leaves room for the others. */
const WIDEST = 4;
const DAY = 86_400_000;

/**
 * The place of each time, from 0 to 1; a time that nobody knows is as far from its neighbours as is usual.
 *
 * @param times in epoch milliseconds or null, the oldest first
 */
export function positions(times) {
  const count = times.length;
  const found = new Float64Array(count);
  if (count === 1) found[0] = 1;
  if (count < 2) return found;
  const pauses = Array.from({ length: count - 1 }, (_, i) => (times[i] == null || times[i + 1] == null ? 0 : Math.max(0, times[i + 1] - times[i])));
  const usual = median(pauses.filter((pause) => pause > 0)) || 1;
  for (let i = 1; i < count; i++) found[i] = found[i - 1] + Math.min(WIDEST, 1 + Math.log2(Math.max(1, pauses[i - 1] / usual / 1.5)) / 2);
  const whole = found[count - 1];
  for (let i = 0; i < count; i++) found[i] /= whole;
  return found;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** The index of the value that is nearest to `x`; `xs` ascend. */
export function nearest(xs, x) {
  const above = lowerBound(xs, x);
  if (above === 0) return 0;
  if (above === xs.length) return xs.length - 1;
  return x - xs[above - 1] <= xs[above] - x ? above - 1 : above;
}

/** The index of the first value that is not less than `x`. */
export function lowerBound(xs, x) {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How large a dot is, from 0 for no change to 1 for the largest of them. */
function weights(snapshots) {
  const changes = snapshots.map(({ added, removed }) => Math.log1p((added?.bytes ?? 0) / 4096) + Math.log1p((added?.objects ?? 0) + (removed?.objects ?? 0)));
  // The first one copied everything, beside which all others would look the same.
  const most = changes.slice(changes.length > 1 ? 1 : 0).reduce((a, b) => Math.max(a, b), 0);
  return changes.map((change) => (most > 0 ? Math.min(1, change / most) : 0));
}

/**
 * The dots to draw: where several snapshots would lie within `gap`, one stands for them, as large as the largest, and as bad as
 * the worst.
 *
 * @param xs the place of each snapshot, ascending, in the unit of `gap`
 */
export function dots(snapshots, xs, gap) {
  const sizes = weights(snapshots);
  const found = [];
  let dot = null;
  snapshots.forEach((snapshot, i) => {
    if (dot == null || xs[i] - dot.begin >= gap) {
      dot = { begin: xs[i], x: xs[i], first: i, last: i, size: 0, partial: false, pinned: false, legacy: true };
      found.push(dot);
    }
    dot.last = i;
    dot.x = (dot.begin + xs[i]) / 2;
    dot.size = Math.max(dot.size, sizes[i]);
    dot.partial ||= snapshot.result === 'partial';
    dot.legacy &&= snapshot.result == null;
    dot.pinned ||= snapshot.pinned === true;
  });
  return found;
}

/**
 * Labels below the dots: where a month begins or, if there are too many, a year; and between months, days where there is room.
 *
 * @param room how much a label needs, in the unit of `xs`
 * @param dateAs writes a time in the form that a label has (`day`, `month`, `year`)
 */
export function labels(times, xs, room, dateAs) {
  const beginnings = (form) => changesOf(times, xs, (time) => dateAs(form, time));
  const months = beginnings('month');
  const width = xs.length < 2 ? 0 : xs[xs.length - 1] - xs[0];
  if (months.length > 1 && width / (months.length - 1) < room) return apart(beginnings('year'), room);
  // Where the first month begins nobody sees; the day does it.
  const days = beginnings('day');
  const found = apart([...days.slice(0, 1), ...months.slice(1)], room);
  for (const day of days) if (found.every((label) => Math.abs(label.x - day.x) >= room)) found.push(day);
  return found.sort((a, b) => a.x - b.x);
}

function changesOf(times, xs, words) {
  const found = [];
  let before = null;
  times.forEach((time, i) => {
    if (time == null) return;
    const text = words(time);
    if (text !== before) found.push({ x: xs[i], text });
    before = text;
  });
  return found;
}

// Where two are too close the later one stays: it says what begins there.
function apart(found, room) {
  const kept = [];
  for (const label of [...found].reverse()) if (kept.length === 0 || kept[kept.length - 1].x - label.x >= room) kept.push(label);
  return kept.reverse();
}

/** The snapshot that stands for a day: its last one, else the one before it, else the first of all. `from` is when the day begins. */
export function indexOfDay(times, from) {
  let found = -1;
  times.forEach((time, i) => {
    if (time != null && time < from + DAY) found = i;
  });
  return Math.max(0, found);
}

/** Where a key leads: one on, ten on, or to an end; null for any other key. */
export function keyStep(key, index, count) {
  const to = { ArrowLeft: index - 1, ArrowDown: index - 1, ArrowRight: index + 1, ArrowUp: index + 1, PageDown: index - 10, PageUp: index + 10, Home: 0, End: count - 1 }[key];
  return to == null ? null : Math.min(count - 1, Math.max(0, to));
}
