// Reading and changing a configuration by paths such as "automation.interval_hours". Pure.

/** The value at a path, or undefined. */
export function read(config, path) {
  return path.split('.').reduce((at, key) => (at == null ? undefined : at[key]), config);
}

/** A copy with the value at the path; all else, known or not, stays as it was. */
export function write(config, path, value) {
  const [key, ...rest] = path.split('.');
  const copy = { ...(config ?? {}) };
  copy[key] = rest.length === 0 ? value : write(isObject(copy[key]) ? copy[key] : {}, rest.join('.'), value);
  return copy;
}

/** Whether two configurations say the same, whatever the order of their keys. */
export function same(a, b) {
  return canonical(a) === canonical(b);
}

function canonical(value) {
  return JSON.stringify(value, (key, inner) => (isObject(inner)
    ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1))) : inner));
}

function isObject(value) {
  return value != null && typeof value === 'object' && !Array.isArray(value);
}

/**
 * Sorts the server's problems by the field that shows them: the one whose path is the longest beginning of the
 * problem's path, or else the first one within what the problem is about. Returns {byField: Map(path → problems), rest: problems that no field shows}.
 */
export function assign(problems, fields) {
  const byField = new Map();
  const rest = [];
  for (const problem of problems) {
    const field = fields
      .filter((path) => problem.path === path || problem.path.startsWith(`${path}.`) || problem.path.startsWith(`${path}[`))
      .sort((a, b) => b.length - a.length)[0] ?? fields.find((path) => path.startsWith(`${problem.path}.`));
    if (field === undefined) rest.push(problem);
    else byField.set(field, [...(byField.get(field) ?? []), problem]);
  }
  return { byField, rest };
}

/** A number when the text is one, else the text itself, so that the server can say what it found. */
export function number(text) {
  const trimmed = text.trim().replace(',', '.');
  return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
}

/** A value as a text in one line; the members of a list with commas between them. */
export function cellText(value) {
  return Array.isArray(value) ? value.join(', ') : String(value ?? '');
}

/** What such a text means for a member of this schema: null, where that is allowed, when there is none. */
export function cellValue(schema, text) {
  const types = [schema.type ?? []].flat();
  if (types.includes('array')) return text.split(/[\s,]+/).filter(Boolean);
  if (types.includes('null') && text.trim() === '') return null;
  return schema.maximum === undefined ? text : number(text);
}

/** Buckets as rows of name and prefix, whatever form they have in the file. */
export function bucketRows(list) {
  return (Array.isArray(list) ? list : []).map((item) => (typeof item === 'string' ? { name: item, prefix: '' } : { ...item, prefix: item?.prefix ?? '' }));
}

/** Rows back to the file's form: a plain name where there is no prefix and nothing else to keep. */
export function bucketList(rows) {
  return rows.map(({ prefix, ...rest }) => {
    const others = Object.keys(rest).length > 1;
    if (!prefix && !others) return rest.name;
    return prefix ? { ...rest, prefix } : rest;
  });
}

/** What a bucket of the configuration is called everywhere else: `photos`, and `photos@archive` where its account has a name. */
export function bucketName({ name, account }) {
  return account ? `${name}@${account}` : name;
}

/** The members of the bucket that is called so; the names that S3 allows have no `@`. */
export function bucketCalled(name) {
  const at = name.lastIndexOf('@');
  return at > 0 ? { name: name.slice(0, at), account: name.slice(at + 1) } : { name };
}

/** The members of an object that have names of their own, as rows in their order. */
export function namedRows(members) {
  return isObject(members) ? Object.entries(members).map(([name, value]) => ({ name, value })) : [];
}

/** Rows back to an object. What repeats a name keeps its row under one that the server refuses: none may get lost in silence. */
export function namedMembers(rows) {
  const members = {};
  for (const { name, value } of rows) members[name in members ? `${name} (again)` : name] = value;
  return members;
}

/**
 * What two people made of the same configuration: `theirs` with all that `mine` changed since `base`. Of lists both additions
 * stay; where both changed the same option, mine counts and its path is in `both`.
 */
export function merge(base, mine, theirs) {
  const both = [];
  const merged = mergeAt(base, mine, theirs, '', both);
  return { merged, both };
}

function mergeAt(base, mine, theirs, path, both) {
  if (same(base, mine) || same(mine, theirs)) return theirs;
  if (same(base, theirs)) return mine;
  if (isObject(mine) && isObject(theirs)) {
    const before = isObject(base) ? base : {};
    const names = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])];
    return Object.fromEntries(names.map((name) => [name, mergeAt(before[name], mine[name], theirs[name], path ? `${path}.${name}` : name, both)])
      .filter(([, value]) => value !== undefined));
  }
  if ([base, mine, theirs].every(Array.isArray)) {
    const lacks = (list, item) => !list.some((other) => same(other, item));
    // A row that both changed is one for each of them.
    const apart = base.every((item) => !lacks(mine, item) || !lacks(theirs, item));
    if (apart) return [...theirs.filter((item) => lacks(base, item) || !lacks(mine, item)), ...mine.filter((item) => lacks(base, item) && lacks(theirs, item))];
  }
  both.push(path);
  return mine;
}

/** The lines of a JSON text, and for each whether the baseline has no such line at that place. */
export function changedLines(value, baseline) {
  return diffLines(baseline, value).filter((line) => line.kind !== 'removed').map(({ kind, text }) => ({ text, changed: kind === 'added' }));
}

/** What makes one JSON text out of the other: lines that are `same`, `removed` or `added`, in order. */
export function diffLines(before, after) {
  const a = JSON.stringify(before, null, 2).split('\n');
  const b = JSON.stringify(after, null, 2).split('\n');
  const common = commonLengths(a, b);
  const lines = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && plain(a[i]) === plain(b[j])) {
      lines.push({ kind: 'same', text: b[j] });
      i++;
      j++;
    } else if (j === b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) lines.push({ kind: 'removed', text: a[i++] });
    else lines.push({ kind: 'added', text: b[j++] });
  }
  return lines;
}

// Longest common subsequence of what is left from each place on; a configuration has some dozens of lines.
function commonLengths(a, b) {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i][j] = plain(a[i]) === plain(b[j]) ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
}

// A comma that comes or goes because of the next line is no change of this one.
function plain(line) {
  return line.endsWith(',') ? line.slice(0, -1) : line;
}
