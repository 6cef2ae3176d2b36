// The editor of hooks: a card for each, with the members that it has on its side of the job.

import { h, icon } from './dom.js';
import { cardControls } from './card-editor.js';
import { remove } from './list-editor.js';

const ALWAYS = ['name', 'when'];
const HEAD = [...ALWAYS, 'enabled'];
/** What only a hook on the other side has. */
const NOT = { before: 'results', after: 'on_error' };

/** An editor of the list of hooks. `set(value)` redraws, `onChange(value)` tells. */
export function hookEditor(field, id, onChange) {
  const columns = new Map(field.columns.map(({ name, schema }) => [name, schema]));
  const cards = h('div', { class: 'entries', id });
  let rows = [];
  const tell = () => onChange(rows.map(({ value }) => value));
  const { write, labelled, select, toggle, control } = cardControls(id, ALWAYS, tell);

  function card(row, index) {
    const when = columns.get('when');
    const fields = h('div', { class: 'fields' });
    const fill = () => fields.replaceChildren(...[...columns].filter(([name]) => !HEAD.includes(name) && name !== NOT[row.value.when])
      .map(([name, schema]) => control(row, name, schema, `${index}-${name}`)));
    const name = h('input', { class: 'input', value: row.value.name ?? '', placeholder: 'mount', spellcheck: 'false', autocapitalize: 'off', oninput: () => write(row, 'name', name.value) });
    fill();
    return h('div', { class: 'entry', role: 'group', 'aria-label': `Hook ${index + 1}` },
      h('div', { class: 'entry-head' }, labelled(columns.get('name'), `${index}-name`, name),
        labelled(when, `${index}-when`, select(when.enum, row.value.when, when['x-labels'], (side) => { write(row, NOT[side], null); write(row, 'when', side); fill(); })),
        remove(`Remove hook ${index + 1}`, () => { rows = rows.filter((other) => other !== row); draw(); tell(); })),
      toggle(row, 'enabled', columns.get('enabled'), `${index}-enabled`), fields);
  }

  const draw = () => cards.replaceChildren(...rows.map(card));
  const add = h('button', {
    type: 'button', class: 'button small', id: `${id}-add`,
    onclick: () => {
      rows.push({ value: { name: '', when: 'before' } });
      draw();
      tell();
      cards.lastElementChild.querySelector('input').focus();
    },
  }, icon('plus'), 'Add hook');
  return {
    element: h('div', {}, cards, add),
    set(value) {
      rows = (Array.isArray(value) ? value : []).map((one) => ({ value: one }));
      draw();
    },
  };
}
