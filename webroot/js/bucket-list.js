// What an account was found to have, as a list to tick.

import { h } from './dom.js';
import { exact, instant, visible } from './format.js';

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
