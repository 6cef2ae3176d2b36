// The editor of the channels of notifications: a card for each, with the members that its kind has by the schema, and a test of what is saved.

import { h, icon, setText } from './dom.js';
import { get, post } from './api.js';
import { cardControls } from './card-editor.js';
import { remove } from './list-editor.js';

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

  const { write, labelled, select, toggle, control } = cardControls(id, HEAD.slice(0, 2), tell);

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
