// The editor of the channels of notifications: a card for each, with the members that its kind has by the schema, and a test of what is saved.

import { h, icon, setText } from './dom.js';
import { get, post } from './api.js';
import { cellText, cellValue, number } from './config-model.js';
import { remove } from './list-editor.js';
import { types } from './schema.js';

const HEAD = ['name', 'type', 'enabled'];
const RESULTS = { delivered: ['good', 'Delivered'], try_again: ['warn', 'Not delivered; it may work later'], refused: ['bad', 'Refused'] };

/** An editor of the list of channels. `set(value)` redraws, `onChange(value)` tells. */
export function channelEditor(field, id, onChange) {
  const columns = new Map(field.columns.map(({ name, schema }) => [name, schema]));
  const cards = h('div', { class: 'entries', id });
  let rows = [];
  let problems = new Map();
  let asked = 0;
  const tell = () => onChange(rows.map(({ value }) => value));

  function write(row, name, value) {
    const { [name]: _, ...rest } = row.value;
    // Left blank means that the file does not say it; name and kind it always says.
    row.value = HEAD.slice(0, 2).includes(name) ? { ...row.value, [name]: value } : value === null || value === '' ? rest : { ...rest, [name]: value };
    tell();
  }

  function labelled(schema, key, control, ...notes) {
    control.id = `${id}-${key}`;
    return h('div', { class: 'field' }, h('label', { for: control.id }, schema.title), control, ...notes, schema.description ? h('p', { class: 'help' }, schema.description) : null);
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
      inputmode: schema.maximum === undefined ? null : 'numeric',
      oninput: () => write(row, name, control.value === '' ? null : byLine ? control.value.split('\n').filter((line) => line.trim() !== '')
        : schema.maximum === undefined ? cellValue(schema, control.value) : number(control.value)),
    });
    return labelled(schema, key, control);
  }

  // Which of many: nothing chosen means the usual ones.
  function several(row, name, schema) {
    const chosen = new Set(row.value[name] ?? []);
    const words = h('span', { class: 'muted' });
    const say = () => setText(words, chosen.size === 0 ? 'as usual' : `${chosen.size} chosen`);
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

  function control(row, name, schema, key) {
    if (types(schema).includes('boolean')) return toggle(row, name, schema, key);
    if (schema.items?.enum) return several(row, name, schema);
    if (schema.enum) return labelled(schema, key, select(schema.enum, row.value[name] ?? schema.default, null, (value) => write(row, name, value)));
    return text(row, name, schema, key);
  }

  function members({ value: { type } }) {
    return [...columns].filter(([name, schema]) => !HEAD.includes(name) && (schema['x-for'] === undefined || schema['x-for'].includes(type)));
  }

  function card(row, index) {
    const kind = columns.get('type');
    const fields = h('div', { class: 'fields' });
    const fill = () => fields.replaceChildren(...members(row).map(([name, schema]) => control(row, name, schema, `${index}-${name}`)));
    const name = h('input', { class: 'input', value: row.value.name ?? '', placeholder: 'phone', spellcheck: 'false', autocapitalize: 'off', oninput: () => write(row, 'name', name.value) });
    const said = h('p', { class: 'said', role: 'status' });
    row.said = said;
    sayProblem(row);
    const test = h('button', { type: 'button', class: 'button small', onclick: () => attempt(row, test, said) }, 'Send a test');
    fill();
    return h('div', { class: 'entry', role: 'group', 'aria-label': `Channel ${index + 1}` },
      h('div', { class: 'entry-head' }, labelled(columns.get('name'), `${index}-name`, name),
        labelled(kind, `${index}-type`, select(kind.enum, row.value.type, kind['x-labels'], (type) => { write(row, 'type', type); fill(); })),
        remove(`Remove channel ${index + 1}`, () => { rows = rows.filter((other) => other !== row); draw(); tell(); })),
      toggle(row, 'enabled', columns.get('enabled'), `${index}-enabled`), fields, h('div', { class: 'row-actions' }, test, said));
  }

  // By the channel as it is saved: what is only typed is not in force.
  async function attempt(row, button, said) {
    button.disabled = true;
    show(said, 'idle', 'Sending…');
    try {
      const outcome = await post('/api/notify/test', { channel: row.value.name ?? '' });
      const [tone, words] = RESULTS[outcome.result];
      show(said, tone, outcome.said ? `${words}: ${outcome.said}` : `${words}.`);
    } catch (error) {
      show(said, 'warn', error.status === 404 ? 'Save it first: a test goes by what is saved.' : error.message);
    } finally {
      button.disabled = false;
    }
  }

  function show(said, tone, words) {
    said.dataset.tone = tone;
    setText(said, words);
  }

  function sayProblem({ value, said }) {
    const problem = problems.get(value.name);
    if (problem && said.textContent === '') show(said, 'warn', problem);
  }

  // The cards stay as they are: somebody may be typing in one.
  async function refresh() {
    const mine = ++asked;
    const { channels } = await get('/api/notify/channels').catch(() => ({ channels: [] }));
    if (mine !== asked) return;
    problems = new Map(channels.filter(({ problem }) => problem).map(({ name, problem }) => [name, problem]));
    rows.forEach(sayProblem);
  }

  const draw = () => cards.replaceChildren(...rows.map(card));
  const add = h('button', {
    type: 'button', class: 'button small', id: `${id}-add`,
    onclick: () => {
      rows.push({ value: { name: '', type: 'email' } });
      draw();
      tell();
      cards.lastElementChild.querySelector('input').focus();
    },
  }, icon('plus'), 'Add channel');
  return {
    element: h('div', {}, cards, add),
    set(value) {
      rows = (Array.isArray(value) ? value : []).map((one) => ({ value: one }));
      problems = new Map();
      asked += 1;
      draw();
      if (rows.length > 0) refresh();
    },
  };
}
