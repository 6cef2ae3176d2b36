// The stored files as a map: so many cells of equal size, in front what this cycle has proven, then what is due in the order in which it is
// read, so that the front moves on cell by cell. Pure.

export const CELLS = 240;

/**
 * What a cell stands for: `{ kind, proven }`, kind being `proven` (in this cycle), `due` or `never`; `proven` is the day of the last proof of
 * what is due. `damaged` cells come last, one at least where anything is.
 *
 * @param cycle, due and damage, as `/api/verify` answers
 */
export function proofCells({ cycle, due, damage }) {
  const total = Math.max(1, cycle.files.bytes || cycle.files.objects);
  const size = (files) => (cycle.files.bytes ? files.bytes : files.objects);
  if (cycle.files.objects === 0) return [];
  const damaged = damage.files === 0 ? 0 : Math.max(1, Math.round((damage.files / cycle.files.objects) * CELLS));
  const left = CELLS - Math.min(CELLS, damaged);
  const parts = [
    { kind: 'proven', size: cycle.cycle_finished ? total : size(cycle.proven) },
    ...due.map((each) => ({ kind: each.proven ? 'due' : 'never', proven: each.proven, size: size(each.files) })),
    // A ledger that an older version began does not say when.
    { kind: 'due', size: due.length === 0 && !cycle.cycle_finished ? total - size(cycle.proven) : 0 },
  ].filter((part) => part.size > 0);
  const all = Math.max(1, parts.reduce((sum, part) => sum + part.size, 0));
  const cells = [];
  let sum = 0;
  for (const part of parts) {
    sum += part.size;
    const until = Math.round((sum / all) * left);
    while (cells.length < until) cells.push({ kind: part.kind, proven: part.proven ?? null });
  }
  // What is there is seen, however small its share is.
  if (parts.some((part) => part.kind !== 'proven') && cells.length > 0 && cells.every((cell) => cell.kind === 'proven')) {
    const last = parts.at(-1);
    cells[cells.length - 1] = { kind: last.kind, proven: last.proven ?? null };
  }
  return [...cells, ...Array.from({ length: Math.min(CELLS, damaged) }, () => ({ kind: 'damaged', proven: null }))];
}

/** The status after a cycle has gone on: what it has read meanwhile is due no more. */
export function advance(status, cycle) {
  let objects = cycle.proven.objects - status.cycle.proven.objects;
  let bytes = cycle.proven.bytes - status.cycle.proven.bytes;
  if (cycle.cycle_number !== status.cycle.cycle_number || objects < 0) return { ...status, cycle };
  const due = [];
  for (const each of status.due) {
    const files = { objects: Math.max(0, each.files.objects - objects), bytes: Math.max(0, each.files.bytes - bytes) };
    objects = Math.max(0, objects - each.files.objects);
    bytes = Math.max(0, bytes - each.files.bytes);
    if (files.objects > 0) due.push({ ...each, files });
  }
  return { ...status, cycle, due };
}

/** Cells beside each other that say the same: `{ kind, proven, count }`. */
export function runs(cells) {
  const found = [];
  for (const cell of cells) {
    const last = found.at(-1);
    if (last && last.kind === cell.kind && last.proven === cell.proven) last.count++;
    else found.push({ ...cell, count: 1 });
  }
  return found;
}
