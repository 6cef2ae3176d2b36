// What the cards of a list of objects have in common: a control for each member, by its schema.

import { h, setText } from './dom.js';
import { cellText, cellValue } from './config-model.js';
import { quantityInput } from './quantity-input.js';
import { types } from './schema.js';

/** Controls below an id. `always` are the members that the file says even where they are blank, `tell()` hears of each change of a row. */
export function cardControls(id, always, tell) {
  function write(row, name, value) {
    const { [name]: _, ...rest } = row.value;
    // Left blank means that the file does not say it.
    row.value = always.includes(name) ? { ...row.value, [name]: value } : value === null || value === '' ? rest : { ...rest, [name]: value };
    tell();
  }

  function labelled(schema, key, control, ...notes) {
    control.id ||= `${id}-${key}`;
    return h('div', { class: 'field' }, h('label', { for: control.id }, schema.title), control.closest('.quantity') ?? control, ...notes, schema.description ? h('p', { class: 'help' }, schema.description) : null);
  }

  function select(choices, value, names, onchange) {
    const control = h('select', { class: 'input', onchange: () => onchange(control.value) },
      choices.filter((choice) => choice !== null).map((choice) => h('option', { value: choice, selected: choice === value }, names?.[choice] ?? choice)));
    return control;
  }

  function toggle(row, name, schema, key) {
    const control = h('input', { type: 'checkbox', class: 'switch', role: 'switch', id: `${id}-${key}`, onchange: () => write(row, name, control.checked) });
    control.checked = row.value[name] ?? schema.default;
    return h('div', { class: 'field toggle-field' }, control, h('label', { for: control.id }, schema.title));
  }

  function text(row, name, schema, key) {
    const long = name === 'body' || name === 'headers';
    const byLine = name === 'headers';
    const own = row.value[name];
    const control = h(long ? 'textarea' : 'input', {
      class: long ? 'input mono' : 'input', rows: long ? 3 : null, value: byLine ? (own ?? []).join('\n') : cellText(own), placeholder: cellText(schema.examples?.[0]), spellcheck: 'false', autocapitalize: 'off',
      oninput: () => write(row, name, control.value === '' ? null : byLine ? control.value.split('\n').filter((line) => line.trim() !== '') : cellValue(schema, control.value)),
    });
    return labelled(schema, key, control);
  }

  // Which of many: nothing chosen means the usual ones.
  function several(row, name, schema) {
    const chosen = new Set(row.value[name] ?? []);
    const words = h('span', { class: 'muted' });
    const say = () => setText(words, chosen.size === 0 ? schema['x-blank'] ?? 'as usual' : `${chosen.size} chosen`);
    say();
    return h('details', { class: 'field full several' }, h('summary', {}, `${schema.title}: `, words), schema.description ? h('p', { class: 'help' }, schema.description) : null,
      h('div', { class: 'choices' }, schema.items.enum.filter((choice) => choice !== 'test').map((choice) => {
        const box = h('input', {
          type: 'checkbox',
          onchange: () => {
            if (box.checked) chosen.add(choice);
            else chosen.delete(choice);
            write(row, name, chosen.size === 0 ? null : schema.items.enum.filter((one) => chosen.has(one)));
            say();
          },
        });
        box.checked = chosen.has(choice);
        return h('label', {}, box, choice.replaceAll('_', ' '));
      })));
  }

  function amount(row, name, schema, key) {
    const input = quantityInput({ id: `${id}-${key}`, label: schema.title, schema }, (value) => write(row, name, value));
    input.set(row.value[name]);
    if (input.control.placeholder === '') input.control.placeholder = cellText(schema.examples?.[0]);
    return labelled(schema, key, input.control);
  }

  function control(row, name, schema, key) {
    if (types(schema).includes('boolean')) return toggle(row, name, schema, key);
    if (schema.items?.enum) return several(row, name, schema);
    if (schema.enum) return labelled(schema, key, select(schema.enum, row.value[name] ?? schema.default, schema['x-labels'], (value) => write(row, name, value)));
    return schema.maximum !== undefined || schema['x-unit'] ? amount(row, name, schema, key) : text(row, name, schema, key);
  }

  return { write, labelled, select, toggle, control };
}
