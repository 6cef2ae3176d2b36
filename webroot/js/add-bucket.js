// The dialog that adds buckets to what is backed up, and backs them up at once if that is wanted.

import { h, icon, setHidden, setText, url } from './dom.js';
import { get, post } from './api.js';
import { bucketChoices, withoutAnswer } from './bucket-list.js';
import { coversAll, names, withBuckets } from './bucket-config.js';
import { changeConfig } from './config-change.js';
import { listing, plural, visible } from './format.js';
import { toast, toastError } from './toast.js';

const note = h('p', { id: 'add-note', 'aria-live': 'polite' });
const search = h('input', { class: 'input', id: 'add-search', type: 'search', placeholder: 'Find a bucket, or type its name', 'aria-label': 'Find a bucket, or type its name', autocomplete: 'off', spellcheck: 'false' });
const list = h('ul', { class: 'pick', id: 'add-list' });
const problem = h('p', { class: 'problem tone-text', data: { tone: 'bad' }, role: 'alert' });
const add = h('button', { type: 'button', class: 'button', id: 'add-only', onclick: () => save(false) }, 'Add');
const addAndRun = h('button', { type: 'button', class: 'button primary', id: 'add-and-run', onclick: () => save(true) }, icon('play'), h('span', {}, 'Add and back up now'));
const dialog = h('dialog', { class: 'wide add-bucket', id: 'add-dialog', 'aria-labelledby': 'add-title' },
  h('form', { method: 'dialog', onsubmit: (event) => event.preventDefault() },
    h('div', { class: 'body' }, h('h2', { id: 'add-title' }, 'Add a bucket'), note, search, list, problem),
    h('footer', {}, h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel'), add, addAndRun)));

let config = null;
let found = [];
let ticked = new Set();

/** Opens it, with these buckets ticked. */
export async function openAddBucket(wanted = []) {
  if (!dialog.isConnected) document.body.append(dialog);
  found = [];
  ticked = new Set(wanted);
  search.value = wanted.length === 1 ? wanted[0] : '';
  setText(problem, '');
  setText(note, 'Looking for the buckets of this account…');
  draw();
  dialog.showModal();
  search.focus();
  const [current, discovered] = await Promise.allSettled([get('/api/config'), get('/api/discover_buckets')]);
  config = current.value?.config ?? null;
  found = discovered.value?.buckets ?? [];
  setText(note, current.reason?.message ?? words(discovered));
  draw();
}

function words({ value, reason }) {
  if (config && coversAll(config)) return 'Every bucket of this account is backed up already; new ones are found before each run.';
  if (reason) return `${reason.title ?? 'The buckets could not be listed'}: ${reason.message} A name can still be typed.`;
  const failed = withoutAnswer(value.undiscovered ?? []);
  if (found.length === 0) return `${failed || 'This account has no buckets, or these keys may not list them.'} A name can still be typed.`;
  const left = found.filter(({ name }) => !isCovered(name)).length;
  const said = left === found.length ? `${plural(left, 'bucket')} found.` : left === 0 ? `${found.length === 1 ? 'The one bucket' : `All ${found.length} buckets`} found ${found.length === 1 ? 'is' : 'are'} backed up already.`
    : `${plural(found.length, 'bucket')} found, ${left} not backed up yet.`;
  return failed ? `${said} ${failed}` : said;
}

const isCovered = (name) => config != null && (coversAll(config) || names(config, name));

function draw() {
  const typed = search.value.trim();
  const shown = found.filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()));
  const isKnown = found.some(({ name }) => name === typed);
  const others = [...ticked].filter((name) => !found.some((bucket) => bucket.name === name) && name !== typed);
  const choices = [...shown].sort((one, other) => isCovered(one.name) - isCovered(other.name));
  list.replaceChildren(
    ...bucketChoices([...(typed && !isKnown ? [{ name: typed, region: 'as typed' }] : []), ...others.map((name) => ({ name, region: 'as typed' })), ...choices],
      (name) => ({ checked: ticked.has(name) || isCovered(name), disabled: isCovered(name) }), tick));
  for (const input of list.querySelectorAll('input:disabled')) input.closest('label').querySelector('.where').textContent = 'backed up already';
  setHidden(list, list.childElementCount === 0);
  buttons();
}

function tick(name, isTicked) {
  if (isTicked) ticked.add(name);
  else ticked.delete(name);
  buttons();
}

function buttons() {
  const many = ticked.size;
  add.disabled = addAndRun.disabled = many === 0;
  setText(addAndRun.querySelector('span'), many > 1 ? `Add ${many} and back up now` : 'Add and back up now');
}

async function save(runs) {
  const wanted = [...ticked];
  add.disabled = addAndRun.disabled = true;
  setText(problem, '');
  try {
    await changeConfig((current) => withBuckets(current, wanted));
  } catch (error) {
    setText(problem, error.problems?.length > 0 ? error.problems.map(({ found: text, allowed }) => `${visible(text)} can’t be added: ${allowed}.`).join(' ') : error.message);
    buttons();
    return;
  }
  dialog.close();
  const said = listing(wanted.map(visible));
  if (runs) await run(wanted, said);
  else toast('Added', `${said} ${wanted.length === 1 ? 'is' : 'are'} backed up with the next run.`, 'good');
}

async function run(wanted, said) {
  try {
    await post('/api/backup/run', { buckets: wanted });
    if (wanted.length === 1) location.assign(url(`/buckets/${encodeURIComponent(wanted[0])}`));
    else toast('Added', `${said} are being backed up now.`, 'good');
  } catch (error) {
    if (error.status === 409) toast('Added, and not started', `${said} ${wanted.length === 1 ? 'is' : 'are'} backed up with the next run: ${error.message}`, 'warn');
    else toastError(error);
  }
}

search.addEventListener('input', draw);
search.addEventListener('keydown', (event) => {
  const [only, ...more] = list.querySelectorAll('input:not(:disabled)');
  if (event.key !== 'Enter' || !only || more.length > 0) return;
  only.checked = !only.checked;
  tick(only.value, only.checked);
});
