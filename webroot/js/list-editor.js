// Lists of texts and of objects: rows that can be added and taken away.

import { h, icon } from './dom.js';
import { cellText, cellValue } from './config-model.js';

/** An editor of a list of texts. `set(value)` redraws, `onChange(value)` tells. */
export function listEditor(field, id, onChange) {
  const rows = h('div', { class: 'items', id });
  let values = [];
  const tell = () => onChange([...values]);
  const draw = () => rows.replaceChildren(...values.map((value, index) => h('div', { class: 'item' },
    h('input', {
      class: 'input mono', value, placeholder: field.placeholder, spellcheck: 'false', 'aria-label': `${field.label} ${index + 1}`,
      oninput: (event) => { values[index] = event.target.value; tell(); },
    }),
    remove(`Remove ${value || 'this row'}`, () => { values.splice(index, 1); draw(); tell(); }))));
  const add = h('button', { type: 'button', class: 'button small', onclick: () => { values.push(''); draw(); tell(); rows.lastElementChild.querySelector('input').focus(); } }, icon('plus'), 'Add pattern');
  return {
    element: h('div', {}, rows, add),
    set(value) {
      values = Array.isArray(value) ? [...value] : [];
      draw();
    },
  };
}

/** An editor of a list of objects, with a column a member. What a new row begins with is the schema's example. */
export function tableEditor(field, id, onChange) {
  const noun = field.schema.items.title.toLowerCase();
  // More of them find no place side by side on a phone: there each cell has its own head.
  const many = field.columns.length > 3 ? ' many' : '';
  const heads = h('div', { class: `item-heads${many}` }, field.columns.map(({ schema }) => h('span', {}, schema.title)));
  const rows = h('div', { class: 'items', id });
  let values = [];
  const tell = () => onChange([...values]);
  const cell = (index, { name, schema }) => {
    const input = h('input', {
      class: 'input', value: cellText(values[index]?.[name]), placeholder: cellText(schema.examples[0]), spellcheck: 'false',
      inputmode: schema.maximum === undefined ? null : 'decimal', 'aria-label': `${schema.title} of ${noun} ${index + 1}`,
      oninput: ({ target }) => {
        values[index] = { ...values[index], [name]: cellValue(schema, target.value) };
        tell();
      },
    });
    return many ? h('div', { class: 'cell' }, h('span', { 'aria-hidden': 'true' }, schema.title), input) : input;
  };
  const draw = () => {
    heads.hidden = values.length === 0;
    rows.replaceChildren(...values.map((_, index) => h('div', { class: `item${many}` }, field.columns.map((column) => cell(index, column)),
      remove(`Remove ${noun} ${index + 1}`, () => { values.splice(index, 1); draw(); tell(); }))));
  };
  const begin = field.schema.items.examples?.[0] ?? Object.fromEntries(field.columns.map(({ name, schema }) => [name, schema.examples[0]]));
  const add = h('button', {
    type: 'button', class: 'button small', id: `${id}-add`,
    onclick: () => {
      values.push(structuredClone(begin));
      draw();
      tell();
      rows.lastElementChild.querySelector('input').focus();
    },
  }, icon('plus'), `Add ${noun}`);
  return {
    element: h('div', {}, heads, rows, add),
    set(value) {
      values = Array.isArray(value) ? [...value] : [];
      draw();
    },
  };
}

/** A button that takes a row away. */
export function remove(label, onclick, disabled = false) {
  return h('button', { type: 'button', class: 'button quiet square', 'aria-label': label, title: label, onclick, disabled }, icon('cross'));
}
