// The schema of config.json that the server validates with: what the form shows, and what its options are called.
// docs/architecture.md explains its x- keywords. Pure.

/** Every option of the schema, lists as a whole: `[{path, schema}]` in its order; where a list is of objects, with its `columns: [{name, schema}]`. */
export function options(root) {
  const collect = (schema, path) => Object.entries(schema.properties ?? {}).flatMap(([name, given]) => {
    const inner = resolved(root, given);
    return inner.properties ? collect(inner, join(path, name)) : [{ path: join(path, name), schema: inner, columns: columns(root, inner) }];
  });
  return collect(root, '');
}

/** The sections of the form with their options: `[{id, title, description, options}]`. */
export function sections(root) {
  const all = options(root);
  return Object.entries(root['x-sections']).map(([id, section]) => ({ id, ...section, options: all.filter(({ schema }) => schema['x-section'] === id) }));
}

/** A problem as a sentence. Rows of `config` are called by their name where they have one. */
export function sentence(root, { path, found, allowed }, config = null) {
  const row = rowName(root, path, config);
  const plain = allowed.replace(/^null, or /, '');
  // The schema's own words say what to write; the other ones are sentences of the server's.
  const advice = allowedBy(root, path, allowed) ? `use ${plain}` : plain;
  const said = found === 'null' || found === 'nothing' ? 'This is needed'
    : found === 'no rule' ? 'There is no rule' : `${found} isn't a valid ${noun(root, path)}`;
  return `${row}${said}: ${advice}.`;
}

function rowName(root, path, config) {
  const row = /^([^[]*)\[(\d+)\](.*)$/.exec(path);
  if (!row) {
    const named = member(root, path);
    return named ? `${named}: ` : '';
  }
  const list = row[1].split('.').reduce((at, name) => at?.[name], config);
  const name = list?.[Number(row[2])]?.name;
  return name && row[3] !== '' && row[3] !== '.name' ? `${name}: ` : `Row ${Number(row[2]) + 1}: `;
}

function allowedBy(root, path, allowed) {
  const at = schemaAt(root, path);
  const own = at['x-allowed'] ?? at.anyOf?.map((form) => resolved(root, form)['x-allowed']).find(Boolean);
  return own ? allowed.startsWith(own) && !/^(null, or )?(at least|each|either)/.test(own) : at.maximum !== undefined || at.enum !== undefined;
}

/** What an option that stands in the way of another says there, as a sentence; null while it has an effect. */
export function withoutEffect(root, schema, config) {
  for (const [path, values] of Object.entries(schema['x-unless'] ?? {})) {
    const other = schemaAt(root, path);
    const value = path.split('.').reduce((at, name) => at?.[name], config) ?? other.default ?? null;
    if (!values.includes(value)) continue;
    const word = value === null ? 'blank' : value === true ? 'on' : value === false ? 'off' : other['x-labels']?.[value] ?? value;
    return `No effect while “${other.title}” is ${value === null ? 'blank' : typeof value === 'string' ? `“${word}”` : word}.`;
  }
  return null;
}

// The own name of what a path leads into, where the schema has members that have one.
function member(root, path) {
  const [option, name, ...further] = path.split('.');
  return root.properties?.[option]?.additionalProperties && further.length > 0 ? name : null;
}

function columns(root, { items, additionalProperties }) {
  const members = Object.entries((items ?? additionalProperties)?.properties ?? {});
  return members.length === 0 ? undefined : members.map(([name, schema]) => ({ name, schema: whole(root, schema) }));
}

export function types(schema) {
  return [schema.type ?? []].flat();
}

function whole(root, given) {
  const schema = resolved(root, given);
  return schema.properties ? { ...schema, properties: Object.fromEntries(Object.entries(schema.properties).map(([name, inner]) => [name, whole(root, inner)])) } : schema;
}

function resolved(root, schema) {
  return schema.$ref ? { ...root.$defs[schema.$ref.split('/').at(-1)], ...schema } : schema;
}

function schemaAt(root, path) {
  return path.split(/[.[]/).reduce((schema, step) => schema && resolved(root, (step.endsWith(']') ? schema.items : schema.properties?.[step] ?? schema.additionalProperties) ?? {}), root);
}

function noun(root, path) {
  const at = schemaAt(root, path);
  return at['x-noun'] ?? at.anyOf?.map((form) => resolved(root, form)['x-noun']).find(Boolean) ?? (at.maximum === undefined ? 'value' : 'number');
}

function join(path, name) {
  return path ? `${path}.${name}` : name;
}
