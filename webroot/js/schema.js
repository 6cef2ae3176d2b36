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

/** A problem as a sentence. */
export function sentence(root, { path, found, allowed }) {
  const row = /\[(\d+)\]/.exec(path);
  const named = row ? null : member(root, path);
  const said = found === 'null' ? 'Nothing is here.' : `${found} isn't a valid ${noun(root, path)}.`;
  return `${row ? `Row ${Number(row[1]) + 1}: ` : named ? `${named}: ` : ''}${said} Allowed: ${allowed}.`;
}

// The own name of what a path leads into, where the schema has members that have one.
function member(root, path) {
  const [option, name, ...further] = path.split('.');
  return root.properties?.[option]?.additionalProperties && further.length > 0 ? name : null;
}

function columns(root, { items, additionalProperties }) {
  const members = Object.entries((items ?? additionalProperties)?.properties ?? {});
  return members.length === 0 ? undefined : members.map(([name, schema]) => ({ name, schema: resolved(root, schema) }));
}

export function types(schema) {
  return [schema.type ?? []].flat();
}

function resolved(root, schema) {
  return schema.$ref ? { ...root.$defs[schema.$ref.split('/').at(-1)], ...schema } : schema;
}

function noun(root, path) {
  const at = path.split(/[.[]/).reduce((schema, step) => schema && resolved(root, (step.endsWith(']') ? schema.items : schema.properties?.[step] ?? schema.additionalProperties) ?? {}), root);
  return at['x-noun'] ?? at.anyOf?.map((form) => resolved(root, form)['x-noun']).find(Boolean) ?? 'value';
}

function join(path, name) {
  return path ? `${path}.${name}` : name;
}
