// The buckets that are backed up: those that were found have a tick box, others are added by name.

import { h, icon, setHidden, setText } from './dom.js';
import { get } from './api.js';
import { cardControls } from './card-editor.js';
import { bucketCalled, bucketList, bucketName, bucketRows } from './config-model.js';
import { exact, instant, plural, visible } from './format.js';
import { types } from './schema.js';
import { withoutAnswer } from './bucket-list.js';

const MANY = 12;
/** What a row is, and not how its bucket is treated. */
const NAMING = ['name', 'account'];

/** An editor of the list of buckets. `set(value)` redraws, `onChange(value)` tells. */
export function bucketEditor(field, id, onChange) {
  const members = field.columns.filter(({ name }) => !NAMING.includes(name));
  const list = h('ul', { class: 'pick buckets', id });
  const note = h('p', { class: 'help', id: 'found-note', role: 'status' }, 'Looking for buckets…');
  const again = h('button', { type: 'button', class: 'button small', id: 'discover', onclick: discover }, icon('sync'), 'Look again');
  const filter = h('input', { class: 'input', id: `${id}-filter`, type: 'search', placeholder: 'Filter buckets', 'aria-label': 'Filter buckets', hidden: true, oninput: sift });
  const name = h('input', { class: 'input', id: 'add-name', placeholder: 'bucket-name', 'aria-label': 'Name of another bucket', spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off',
    onkeydown: (event) => { if (event.key === 'Enter') add(); } });
  const account = h('select', { class: 'input account', id: 'add-account', 'aria-label': 'Account of that bucket', hidden: true });
  const button = h('button', { type: 'button', class: 'button', id: 'add-bucket', onclick: add }, icon('plus'), 'Add by name');
  const box = h('fieldset', { class: 'plain' }, filter, list, h('div', { class: 'item' }, name, account, button));
  /** Each with the `value` of the file, whether it is `chosen`, and what was `found` of it. They keep their places while somebody ticks. */
  let rows = [];
  let found = null;
  let accounts = [];
  const tell = () => onChange(bucketList(rows.filter((row) => row.chosen).map((row) => row.value)));

  function line(row, index) {
    const called = bucketName(row.value);
    const at = instant(row.found?.created);
    const tick = h('input', { type: 'checkbox', value: called, onchange: () => { row.chosen = tick.checked; draw(); tell(); list.children[index].querySelector('input').focus(); } });
    tick.checked = row.chosen;
    const where = row.found ? row.found.region ?? '' : found?.complete && !row.added ? 'not found' : '';
    return h('li', { data: { bucket: called } },
      h('label', { class: 'check', title: at ? `Created ${exact(at)}` : null }, tick, h('span', { class: 'what' }, visible(called)), h('span', { class: 'where' }, where)),
      row.chosen && row.value.name !== '*' ? details(row, index) : null);
  }

  function details(row, index) {
    const words = h('span', { class: 'muted' });
    const changed = () => { say(row, words); tell(); };
    const { control } = cardControls(`${id}-${index}`, NAMING, changed);
    const nested = (inner) => {
      const own = { value: row.value[inner.name] ?? {} };
      const controls = cardControls(`${id}-${index}-${inner.name}`, [], () => {
        const { [inner.name]: _, ...rest } = row.value;
        row.value = Object.keys(own.value).length > 0 ? { ...rest, [inner.name]: own.value } : rest;
        changed();
      });
      return h('fieldset', { class: 'nested' }, h('legend', {}, inner.schema.title), h('p', { class: 'help' }, inner.schema.description),
        h('div', { class: 'fields' }, Object.entries(inner.schema.properties).map(([member, schema]) => controls.control(own, member, schema, member))));
    };
    say(row, words);
    const fill = (event) => {
      const body = event.target.querySelector('.fields');
      if (body.children.length > 0) return;
      body.replaceChildren(...members.map((member) => (types(member.schema).includes('object') ? nested(member) : control(row, member.name, member.schema, member.name))));
    };
    const element = h('details', { class: 'options', ontoggle: fill }, h('summary', {}, 'Options', words), h('div', { class: 'fields' }));
    element.open = row.open === true;
    element.addEventListener('toggle', () => { row.open = element.open; });
    return element;
  }

  function say({ value }, words) {
    setText(words, [value.prefix ? ` · only ${visible(value.prefix)}` : '', value.request_payer ? ' · pays for requests' : '', value.retention ? ' · own retention' : ''].join(''));
  }

  // Those of the file first, then what else was found.
  function arrange(chosen) {
    const opened = new Set(rows.filter((row) => row.open).map((row) => bucketName(row.value)));
    const byName = new Map((found?.buckets ?? []).map((bucket) => [bucket.name, bucket]));
    const known = new Set(chosen.map(bucketName));
    rows = [
      ...chosen.map((value) => ({ value, chosen: true, found: byName.get(bucketName(value)), open: opened.has(bucketName(value)) })),
      ...[...byName.values()].filter((bucket) => !known.has(bucket.name)).map((bucket) => ({ value: { ...bucketCalled(bucket.name), prefix: '' }, chosen: false, found: bucket })),
    ];
    draw();
  }

  function draw() {
    list.replaceChildren(...rows.map(line));
    setHidden(list, rows.length === 0);
    setHidden(filter, rows.length <= MANY);
    sift();
  }

  function sift() {
    const wanted = filter.value.trim().toLowerCase();
    for (const item of list.children) setHidden(item, !item.dataset.bucket.toLowerCase().includes(wanted));
  }

  function add() {
    const called = bucketName({ name: name.value.trim(), account: account.value || undefined });
    if (name.value.trim() === '') return;
    const there = rows.find((row) => bucketName(row.value) === called);
    if (there) there.chosen = true;
    else rows.push({ value: { ...bucketCalled(called), prefix: '' }, chosen: true, found: null, added: true });
    name.value = filter.value = '';
    draw();
    tell();
  }

  async function discover() {
    again.disabled = true;
    try {
      const { buckets, undiscovered = [] } = await get('/api/discover_buckets');
      found = { buckets, complete: undiscovered.length === 0 };
      const said = buckets.length > 0 ? `${plural(buckets.length, 'bucket')} found. Tick those to back up.` : undiscovered.length > 0 ? '' : 'No bucket was found. Add one by its name.';
      setText(note, `${said} ${withoutAnswer(undiscovered)}`.trim());
    } catch (error) {
      setText(note, `The buckets can't be listed: ${error.message}`);
    } finally {
      again.disabled = false;
    }
    arrange(rows.filter((row) => row.chosen).map((row) => row.value));
  }

  discover();
  return {
    element: h('div', { class: 'stack' }, h('div', { class: 'row-actions spread' }, note, again), box),
    set: (value) => arrange(bucketRows(value)),
    disable(disabled) {
      box.disabled = disabled;
    },
    /** The names of those that there are. */
    accounts(names) {
      if (names.join() === accounts.join()) return;
      accounts = names;
      account.replaceChildren(...['', ...names].map((one) => h('option', { value: one }, one === '' ? 'of .env' : one)));
      setHidden(account, names.length === 0);
    },
  };
}
