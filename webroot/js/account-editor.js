// The editor of the further accounts: a card for each, made from the schema. What only .env may say is shown and not changed.

import { h, icon, setText } from './dom.js';
import { namedMembers, namedRows } from './config-model.js';
import { remove } from './list-editor.js';
import { types } from './schema.js';

/** An editor of an object whose members have names of their own. `set(value)` redraws, `onChange(value)` tells. */
export function accountEditor(field, id, onChange) {
  const noun = field.schema.additionalProperties.title.toLowerCase();
  const cards = h('div', { class: 'entries', id });
  let rows = [];
  const tell = () => onChange(namedMembers(rows));

  function write(row, member, value) {
    const { [member]: _, ...rest } = row.value ?? {};
    // Left blank means that the file does not say it.
    row.value = value === null ? rest : { ...rest, [member]: value };
    tell();
  }

  function labelled(label, key, control, ...notes) {
    control.id = `${id}-${key}`;
    return h('div', { class: 'field' }, h('label', { for: control.id }, label), control, ...notes);
  }

  function text(row, { name, schema }, key) {
    const variable = schema['x-variable'];
    const control = h('input', {
      class: 'input', value: row.value?.[name] ?? '', placeholder: schema.examples?.[0], spellcheck: 'false', autocapitalize: 'off', disabled: variable !== undefined,
      oninput: () => { write(row, name, control.value === '' ? null : control.value); say(row); },
    });
    const said = h('span', {});
    if (variable) row.notes.push(() => setText(said, `Changed by ${prefix(row)}${variable} in .env, not here`));
    if (name === 'env_prefix') row.notes.push(() => { control.placeholder = usualPrefix(row); });
    return labelled(schema.title, key, control,
      variable ? h('p', { class: 'locked' }, icon('lock'), said) : schema.description ? h('p', { class: 'help' }, schema.description) : null);
  }

  function choice(row, { name, schema }, key) {
    const own = row.value?.[name];
    const control = h('select', { class: 'input', onchange: () => write(row, name, control.value === '' ? null : control.value === 'true') },
      [['', 'As usual'], ['true', 'Yes'], ['false', 'No']].map(([value, word]) => h('option', { value, selected: String(own ?? '') === value }, word)));
    return labelled(schema.title, key, control);
  }

  const usualPrefix = (row) => `${(row.name || 'archive').toUpperCase().replaceAll('-', '_')}_`;
  const prefix = (row) => row.value?.env_prefix || usualPrefix(row);
  const say = (row) => {
    row.card.setAttribute('aria-label', `${field.schema.additionalProperties.title} ${row.name}`);
    row.notes.forEach((note) => note());
  };

  function card(row, index) {
    row.notes = [];
    const name = h('input', {
      class: 'input', value: row.name, placeholder: 'archive', spellcheck: 'false', autocapitalize: 'off',
      oninput: () => { row.name = name.value; say(row); tell(); },
    });
    row.card = h('div', { class: 'entry', role: 'group' },
      h('div', { class: 'entry-head' }, labelled('Name', `${index}-name`, name),
        remove(`Remove ${noun} ${index + 1}`, () => { rows = rows.filter((other) => other !== row); draw(); tell(); })),
      h('div', { class: 'fields' }, field.columns.map((column) => (types(column.schema).includes('boolean') ? choice : text)(row, column, `${index}-${column.name}`))));
    say(row);
    return row.card;
  }

  const draw = () => cards.replaceChildren(...rows.map(card));
  const add = h('button', {
    type: 'button', class: 'button small', id: `${id}-add`,
    onclick: () => {
      rows.push({ name: '', value: {} });
      draw();
      tell();
      cards.lastElementChild.querySelector('input').focus();
    },
  }, icon('plus'), `Add ${noun}`);
  return {
    element: h('div', {}, cards, add),
    set(value) {
      rows = namedRows(value);
      draw();
    },
  };
}
