// The dialog that shows the account's buckets and takes a choice.

import { byId, h, setText } from './dom.js';
import { get } from './api.js';
import { exact, instant, plural, visible } from './format.js';

const dialog = byId('picker');
const note = byId('picker-note');
const list = byId('picker-list');
const add = byId('picker-add');

/** Resolves to the names picked; empty when the dialog was left. */
export async function pickBuckets(chosen) {
  setText(note, 'Looking for the buckets of this account…');
  list.hidden = true;
  list.replaceChildren();
  add.disabled = true;
  dialog.returnValue = 'cancel';
  dialog.showModal();
  const closed = new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  load(new Set(chosen));
  await closed;
  return dialog.returnValue === 'add' ? picked() : [];
}

async function load(chosen) {
  try {
    const { buckets, undiscovered = [] } = await get('/api/discover_buckets');
    const failed = withoutAnswer(undiscovered);
    if (buckets.length === 0) {
      setText(note, `${failed || 'This account has no buckets, or these credentials may not list them.'} A name can still be typed in.`);
      return;
    }
    setText(note, `${plural(buckets.length, 'bucket')} found. Those already chosen are ticked. ${failed}`.trim());
    list.replaceChildren(...bucketChoices(buckets, (name) => ({ checked: chosen.has(name), disabled: chosen.has(name) }), update));
    list.hidden = false;
    update();
  } catch (error) {
    setText(note, `${error.title ?? 'Discovery failed'}: ${error.message}`);
  }
}

/** Which accounts did not tell their buckets, and why; empty where all did. */
export function withoutAnswer(undiscovered) {
  return undiscovered.map(({ account, error }) => `Those of ${account ? `account ${account}` : 'the account in .env'} could not be listed: ${visible(error)}`).join(' ');
}

/** A line with a checkbox for each bucket; `state(name)` gives `checked` and `disabled`, `onChange(name, checked)` is told. */
export function bucketChoices(buckets, state, onChange) {
  return buckets.map(({ name, created, region }) => {
    const at = instant(created);
    return h('li', {}, h('label', { class: 'check', title: at ? `Created ${exact(at)}` : null },
      h('input', { type: 'checkbox', value: name, ...state(name), onchange: (event) => onChange(name, event.target.checked) }),
      h('span', { class: 'what' }, visible(name)), h('span', { class: 'where' }, region ?? '')));
  });
}

function picked() {
  return [...list.querySelectorAll('input:checked:not(:disabled)')].map((input) => input.value);
}

function update() {
  const many = picked().length;
  add.disabled = many === 0;
  setText(add, many === 0 ? 'Add' : `Add ${plural(many, 'bucket')}`);
}
