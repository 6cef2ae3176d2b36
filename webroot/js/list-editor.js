// Lists of texts, of objects and of buckets: rows that can be added and taken away.

import { h, icon } from './dom.js';
import { addBuckets, bucketList, bucketName, bucketRows, cellText, cellValue } from './config-model.js';
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
  // More of them find no place side by side on a phone: there each cell has its own head.
  const many = field.columns.length > 3 ? ' many' : '';
  const heads = h('div', { class: `item-heads even${many}` }, field.columns.map(({ schema }) => h('span', {}, schema.title)));
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

/** An editor of the buckets, with a picker for those of the account. */
export function bucketEditor(field, id, onChange) {
  const ofAccount = h('span', { class: 'account' }, 'Account');
  const heads = h('div', { class: 'item-heads' }, h('span', {}, 'Bucket'), ofAccount, h('span', {}, 'Prefix (optional)'));
  const rows = h('div', { class: 'items', id });
  let values = [];
  let accounts = [];
  let disabled = false;
  const tell = () => onChange(bucketList(values));
  const cell = (index, key, props) => h('input', {
    ...props, value: values[index][key], spellcheck: 'false', autocapitalize: 'off', disabled,
    oninput: (event) => { values[index] = { ...values[index], [key]: event.target.value }; tell(); },
  });
  const account = (index) => {
    const own = values[index].account ?? '';
    const known = own === '' || accounts.includes(own) ? accounts : [...accounts, own];
    return h('select', {
      class: 'input account', 'aria-label': `Account of bucket ${index + 1}`, disabled,
      onchange: ({ target }) => {
        const { account: _, ...rest } = values[index];
        values[index] = target.value === '' ? rest : { ...rest, account: target.value };
        tell();
      },
    }, ['', ...known].map((name) => h('option', { value: name, selected: name === own }, name === '' ? 'of .env' : name)));
  };
  const draw = () => {
    const several = accounts.length > 0 || values.some((row) => row.account);
    heads.hidden = values.length === 0;
    ofAccount.hidden = !several;
    rows.classList.toggle('with-accounts', several);
    add.disabled = pick.disabled = disabled;
    rows.replaceChildren(...values.map((row, index) => h('div', { class: 'item' },
      cell(index, 'name', { class: 'input', placeholder: 'bucket-name', 'aria-label': `Name of bucket ${index + 1}` }),
      several ? account(index) : null,
      cell(index, 'prefix', { class: 'input narrow', placeholder: 'all keys', 'aria-label': `Prefix of bucket ${index + 1}` }),
      remove(`Remove ${row.name || 'this bucket'}`, () => { values.splice(index, 1); draw(); tell(); }, disabled))));
  };
  const add = h('button', { type: 'button', class: 'button small', id: 'add-bucket', onclick: () => { values.push({ name: '', prefix: '' }); draw(); tell(); rows.lastElementChild.querySelector('input').focus(); } }, icon('plus'), 'Add bucket');
  const pick = h('button', {
    type: 'button', class: 'button small', id: 'discover',
    onclick: async () => {
      const names = await pickBuckets(values.map(bucketName));
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
    /** The names of those that there are. */
    accounts(names) {
      if (names.join() === accounts.join()) return;
      accounts = names;
      draw();
    },
  };
}

/** A button that takes a row away. */
export function remove(label, onclick, disabled = false) {
  return h('button', { type: 'button', class: 'button quiet square', 'aria-label': label, title: label, onclick, disabled }, icon('cross'));
}
