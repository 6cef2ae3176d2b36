// The schema of config.json that the server validates with: what the form shows, and what is wrong with a draft in the
// server's words. docs/architecture.md explains its x- keywords. Pure.

/** Every option of the schema, lists as a whole: `[{path, schema}]` in its order. */
export function options(root) {
  const collect = (schema, path) => Object.entries(schema.properties ?? {}).flatMap(([name, given]) => {
    const inner = resolved(root, given);
    return inner.properties ? collect(inner, join(path, name)) : [{ path: join(path, name), schema: inner }];
  });
  return collect(root, '');
}

/** The sections of the form with their options: `[{id, title, description, options}]`. */
export function sections(root) {
  const all = options(root);
  return Object.entries(root['x-sections']).map(([id, section]) => ({ id, ...section, options: all.filter(({ schema }) => schema['x-section'] === id) }));
}

/** A problem as a sentence. */
export function sentence(root, { path, found, allowed }) {
  const row = /\[(\d+)\]/.exec(path);
  const said = found === 'null' ? 'Nothing is here.' : `${found} isn't a valid ${noun(root, path)}.`;
  return `${row ? `Row ${Number(row[1]) + 1}: ` : ''}${said} Allowed: ${allowed}.`;
}

/**
 * What is wrong with a configuration: `[{path, found, allowed}]`, paths as the server writes them ("s3_buckets[0].name").
 * Members that the schema does not know are left alone, as the server leaves them; formats are for the server to judge.
 */
export function problemsOf(root, config) {
  const problems = [];
  check(root, root, config, '', problems);
  return problems;
}

function check(root, given, written, path, problems) {
  const schema = resolved(root, given);
  const value = simplified(schema, written);
  const wrong = (at, what, allowed) => problems.push({ path: at, found: show(what), allowed });
  if (!fits(root, schema, value)) return wrong(path, written, allowed(root, schema));
  if (Array.isArray(value)) {
    const seen = new Set();
    value.forEach((item, index) => {
      const place = `${path}[${index}]`;
      check(root, schema.items, item, place, problems);
      const name = schema['x-uniqueBy'] ? item?.[schema['x-uniqueBy']] ?? item : undefined;
      if (name !== undefined && seen.has(name)) wrong(place, name, 'each only once');
      seen.add(name);
    });
  } else if (value !== null && typeof value === 'object') {
    for (const name of schema.required ?? []) {
      if (value[name] === undefined) wrong(join(path, name), null, allowed(root, resolved(root, schema.properties[name])));
    }
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      if (value[name] !== undefined) check(root, inner, value[name], join(path, name), problems);
    }
  }
}

// As the server reads it: a blank text is none, and an old spelling ours.
function simplified(schema, value) {
  if (typeof value !== 'string' || !types(schema).includes('null') || schema['x-verbatim']) return value;
  const plain = value.trim();
  if (plain === '') return null;
  const upper = plain.toUpperCase();
  const ours = schema['x-aliases']?.[upper] ?? upper;
  return schema.enum?.includes(ours) ? ours : plain;
}

function fits(root, schema, value) {
  const kinds = types(schema);
  if (kinds.length > 0 && !kinds.some((type) => isOf(type, value))) return false;
  if (value === null) return true;
  if (schema.const !== undefined && value !== schema.const) return false;
  if (schema.enum && !schema.enum.includes(value)) return false;
  if (schema.anyOf && !schema.anyOf.some((form) => fits(root, resolved(root, form), value))) return false;
  if (typeof value === 'number') {
    return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity) && value > (schema.exclusiveMinimum ?? -Infinity);
  }
  if (typeof value === 'string') {
    return value.length >= (schema.minLength ?? 0) && new TextEncoder().encode(value).length <= (schema['x-maxBytes'] ?? Infinity)
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

export function types(schema) {
  return [schema.type ?? []].flat();
}

function resolved(root, schema) {
  return schema.$ref ? { ...root.$defs[schema.$ref.split('/').at(-1)], ...schema } : schema;
}

/** What is allowed, in the words of ConfigSchema.allowed. */
function allowed(root, schema) {
  const kinds = types(schema);
  const said = schema['x-allowed'] ?? schema.anyOf?.map((form) => resolved(root, form)['x-allowed']).find(Boolean);
  if (said) return schema['x-maxBytes'] ? `${said}, at most ${schema['x-maxBytes']} bytes` : said;
  if (kinds.includes('boolean')) return 'true or false';
  if (kinds.includes('integer')) return `a whole number ${range(schema)}`;
  if (kinds.includes('number')) return `${schema['x-unit'] ?? 'a number'} ${range(schema)}; fractions count`;
  if (schema.enum) return schema.enum.filter(Boolean).join(', ').replace(/, ([^,]*)$/, ' or $1');
  if (kinds.includes('string')) return schema.minLength ? 'a text that is not empty' : 'a text';
  return 'an object, { … }';
}

function range({ minimum, exclusiveMinimum, maximum }) {
  return exclusiveMinimum === undefined ? `from ${minimum} to ${maximum}` : `above ${exclusiveMinimum}, up to ${maximum}`;
}

function noun(root, path) {
  const at = path.split(/[.[]/).reduce((schema, step) => schema && resolved(root, (step.endsWith(']') ? schema.items : schema.properties?.[step]) ?? {}), root);
  return at['x-noun'] ?? at.anyOf?.map((form) => resolved(root, form)['x-noun']).find(Boolean) ?? 'value';
}

function show(value) {
  if (Array.isArray(value)) return 'a list';
  return value !== null && typeof value === 'object' ? 'an object' : JSON.stringify(value);
}

function join(path, name) {
  return path ? `${path}.${name}` : name;
}
