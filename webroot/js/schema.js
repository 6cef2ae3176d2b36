// Checks a configuration against the part of JSON Schema that ours uses, in the words that the server uses. Pure.

/**
 * What is wrong with a value: `[{path, found, allowed}]`, paths as the server writes them ("s3_buckets[0].name").
 * Members that the schema does not know are left alone, as the server leaves them.
 */
export function problemsOf(schema, value) {
  const problems = [];
  check(schema, schema, value, '', problems);
  return problems;
}

function check(root, given, value, path, problems) {
  const schema = resolved(root, given);
  if (schema.anyOf) return checkAny(root, schema, value, path, problems);
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => isOf(type, value))) return problems.push(problem(path, value, describe(root, schema)));
  if (value === null) return;
  if (!fits(schema, value)) return problems.push(problem(path, value, describe(root, schema)));
  if (Array.isArray(value)) checkItems(root, schema, value, path, problems);
  else if (typeof value === 'object') checkMembers(root, schema, value, path, problems);
}

function checkAny(root, schema, value, path, problems) {
  const attempts = schema.anyOf.map((branch) => {
    const found = [];
    check(root, branch, value, path, found);
    return found;
  });
  if (attempts.some((found) => found.length === 0)) return;
  // What went wrong inside says more than that none of the forms fits.
  const inner = attempts.find((found) => found.every((one) => one.path !== path));
  if (inner) problems.push(...inner);
  else problems.push(problem(path, value, schema.anyOf.map((branch) => describe(root, resolved(root, branch))).join(', or ')));
}

function checkItems(root, schema, value, path, problems) {
  if (schema.items) value.forEach((item, index) => check(root, schema.items, item, `${path}[${index}]`, problems));
  if (!schema.uniqueItems) return;
  const seen = new Set();
  value.forEach((item, index) => {
    const text = JSON.stringify(item);
    if (seen.has(text)) problems.push(problem(`${path}[${index}]`, item, 'each only once'));
    seen.add(text);
  });
}

function checkMembers(root, schema, value, path, problems) {
  for (const name of schema.required ?? []) {
    if (value[name] === undefined) problems.push({ path: join(path, name), found: 'nothing', allowed: describe(root, resolved(root, schema.properties[name])) });
  }
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    if (value[name] !== undefined) check(root, inner, value[name], join(path, name), problems);
  }
}

function fits(schema, value) {
  if (schema.const !== undefined && value !== schema.const) return false;
  if (schema.enum && !schema.enum.includes(value)) return false;
  if (typeof value === 'number') {
    return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity) && value > (schema.exclusiveMinimum ?? -Infinity);
  }
  if (typeof value === 'string') {
    const length = Array.from(value).length;
    return length >= (schema.minLength ?? 0) && length <= (schema.maxLength ?? Infinity)
      && (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value));
  }
  return true;
}

function isOf(type, value) {
  switch (type) {
    case 'null': return value === null;
    case 'array': return Array.isArray(value);
    case 'object': return value !== null && typeof value === 'object' && !Array.isArray(value);
    case 'integer': return Number.isInteger(value);
    default: return typeof value === type;
  }
}

function resolved(root, schema) {
  if (!schema.$ref) return schema;
  const target = schema.$ref.slice(2).split('/').reduce((at, key) => at[key], root);
  return { ...resolved(root, target), ...schema, $ref: undefined };
}

/** What is allowed, in words. */
function describe(root, schema) {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return `one of ${schema.enum.filter((value) => value !== null).join(', ')}`;
  const types = [schema.type ?? []].flat();
  if (types.includes('integer') || types.includes('number')) return range(schema, types.includes('integer') ? 'a whole number' : 'a number');
  if (types.includes('boolean')) return 'true or false';
  if (types.includes('string') && schema.pattern && schema.description) return schema.description.replace(/\.$/, '');
  if (types.includes('string')) return schema.minLength ? 'a text that is not empty' : 'a text';
  if (types.includes('array')) return 'a list';
  return 'an object';
}

function range(schema, noun) {
  const lower = schema.exclusiveMinimum !== undefined ? `greater than ${schema.exclusiveMinimum}` : schema.minimum !== undefined ? `from ${schema.minimum}` : '';
  const upper = schema.maximum !== undefined ? `${schema.minimum !== undefined ? 'to' : 'up to'} ${schema.maximum}` : '';
  return [noun, lower, upper].filter(Boolean).join(' ');
}

function problem(path, value, allowed) {
  return { path, found: JSON.stringify(value), allowed };
}

function join(path, name) {
  return path ? `${path}.${name}` : name;
}
