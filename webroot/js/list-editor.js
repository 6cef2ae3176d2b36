// Lists of texts, of objects and of buckets: rows that can be added and taken away.

import { h, icon } from './dom.js';
import { addBuckets, bucketList, bucketRows, number } from './config-model.js';
import { pickBuckets } from './bucket-picker.js';

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
  const heads = h('div', { class: 'item-heads even' }, field.columns.map(({ schema }) => h('span', {}, schema.title)));
  const rows = h('div', { class: 'items', id });
  let values = [];
  const tell = () => onChange([...values]);
  const cell = (index, { name, schema }) => h('input', {
    class: 'input', value: values[index]?.[name] ?? '', placeholder: schema.examples[0], spellcheck: 'false',
    inputmode: schema.maximum === undefined ? null : 'decimal', 'aria-label': `${schema.title} of ${noun} ${index + 1}`,
    oninput: ({ target }) => {
      values[index] = { ...values[index], [name]: schema.maximum === undefined ? target.value : number(target.value) };
      tell();
    },
  });
  const draw = () => {
    heads.hidden = values.length === 0;
    rows.replaceChildren(...values.map((_, index) => h('div', { class: 'item' }, field.columns.map((column) => cell(index, column)),
      remove(`Remove ${noun} ${index + 1}`, () => { values.splice(index, 1); draw(); tell(); }))));
  };
  const add = h('button', {
    type: 'button', class: 'button small', id: `${id}-add`,
    onclick: () => {
      values.push(Object.fromEntries(field.columns.map(({ name, schema }) => [name, schema.examples[0]])));
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

/** An editor of the buckets, with a picker for those of the account. */
export function bucketEditor(field, id, onChange) {
  const heads = h('div', { class: 'item-heads' }, h('span', {}, 'Bucket'), h('span', {}, 'Prefix (optional)'));
  const rows = h('div', { class: 'items', id });
  let values = [];
  let disabled = false;
  const tell = () => onChange(bucketList(values));
  const cell = (index, key, props) => h('input', {
    ...props, value: values[index][key], spellcheck: 'false', autocapitalize: 'off', disabled,
    oninput: (event) => { values[index] = { ...values[index], [key]: event.target.value }; tell(); },
  });
  const draw = () => {
    heads.hidden = values.length === 0;
    add.disabled = pick.disabled = disabled;
    rows.replaceChildren(...values.map((row, index) => h('div', { class: 'item' },
      cell(index, 'name', { class: 'input', placeholder: 'bucket-name', 'aria-label': `Name of bucket ${index + 1}` }),
      cell(index, 'prefix', { class: 'input narrow', placeholder: 'all keys', 'aria-label': `Prefix of bucket ${index + 1}` }),
      remove(`Remove ${row.name || 'this bucket'}`, () => { values.splice(index, 1); draw(); tell(); }, disabled))));
  };
  const add = h('button', { type: 'button', class: 'button small', id: 'add-bucket', onclick: () => { values.push({ name: '', prefix: '' }); draw(); tell(); rows.lastElementChild.querySelector('input').focus(); } }, icon('plus'), 'Add bucket');
  const pick = h('button', {
    type: 'button', class: 'button small', id: 'discover',
    onclick: async () => {
      const names = await pickBuckets(values.map((row) => row.name));
      if (names.length === 0) return;
      values = addBuckets(values, names);
      draw();
      tell();
    },
  }, icon('search'), 'Pick from account');
  return {
    element: h('div', {}, heads, rows, h('div', { class: 'row-actions' }, pick, add)),
    set(value) {
      values = bucketRows(value);
      draw();
    },
    disable(value) {
      if (disabled === value) return;
      disabled = value;
      draw();
    },
  };
}

function remove(label, onclick, disabled = false) {
  return h('button', { type: 'button', class: 'button quiet square', 'aria-label': label, title: label, onclick, disabled }, icon('cross'));
}
