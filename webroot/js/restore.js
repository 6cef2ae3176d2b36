// The form for a restore: what, as of when, where to, and what if it is there already. All of it is an address, so that a plan
// leads back to the form that made it.

import { byId, h, icon, setAttribute, setHidden, setText, url } from './dom.js';
import { visible } from './format.js';
import { dayOf, timeOf } from './timeline.js';
import { SEVERAL, bucketChoice, compact, format, newPrefix, parse, parsePlace } from './restore-request.js';
import { nameElement, phraseNodes } from './names.js';
import { bucketWords, momentWords, plain, sentence, snapshotWords, whatWords } from './restore-words.js';
import { get, post } from './api.js';
import { now } from './clock.js';
import { placeUrl } from './snapshot-links.js';
import { renderRestores } from './restore-list.js';
import { startShell } from './shell.js';

const SNAPSHOTS = 200;
const MOST_LISTED = 200;
const form = byId('restore-form');
const { request: asked, lost } = parse(location.search, location.hash);
const picked = asked.keys != null || asked.prefixes != null || asked.absent_in != null;
let snapshots = [];
let ownPrefix = false;
let inPlaceAllowed = true;
/** Below it a restore may write to folders; null where it may not. Both are as they most often are until the server has told. */
let allowedFolder = '';

async function load() {
  try {
    const [answer, settings, restores] = await Promise.all([get(`/api/snapshots?limit=${SNAPSHOTS}`), get('/api/config'), get('/api/restores?limit=1')]);
    snapshots = answer.snapshots;
    inPlaceAllowed = settings.config?.restore?.in_place === true;
    allowedFolder = restores.folder ?? null;
    setHidden(byId('trouble'), true);
    setHidden(byId('none'), snapshots.length > 0);
    setHidden(form, snapshots.length === 0);
    if (snapshots.length > 0) fillFound();
  } catch (error) {
    trouble(error, h('button', { type: 'button', class: 'button small', onclick: load }, 'Try again'));
  }
}

/** What the address says, before anything is asked. */
function fill() {
  fillWhat();
  for (const id of ['include', 'exclude']) byId(id).value = (asked[id] ?? []).join('\n');
  byId('storage-class').value = asked.storage_class ?? '';
  byId('sse').value = asked.sse ?? '';
  for (const [id, flag] of [['create-bucket', 'create_bucket'], ['without-tags', 'without_tags'], ['delete-extra', 'delete_extra']]) byId(id).checked = asked[flag] === true;
  byId('more').open = ['include', 'exclude', 'storage_class', 'sse', 'create_bucket', 'without_tags', 'delete_extra'].some((each) => asked[each] != null);
  form.elements.overwrite.value = asked.overwrite ?? 'never';
  form.elements.where.value = asked.in_place ? 'place' : asked.to_dir ? 'folder' : 'new';
  byId('folder').value = asked.to_dir ?? '';
  const place = parsePlace(asked.to);
  byId('to-bucket').value = place.bucket || asked.buckets?.[0] || '';
  byId('to-prefix').value = asked.to ? place.prefix : newPrefix(asked.snapshot);
  ownPrefix = asked.to != null;
  changed();
}

/** What the server has. */
function fillFound() {
  const name = asked.snapshot && asked.snapshot !== 'latest' ? asked.snapshot : asked.at ? '' : snapshots[0].name;
  fillTimes(name);
  const chosen = byId('bucket').value;
  fillBuckets(chosen === SEVERAL ? bucketChoice(asked.buckets, held()) : chosen);
  if (!ownPrefix) byId('to-prefix').value = newPrefix(name);
  if (allowedFolder) byId('folder').value ||= `${allowedFolder}/${newPrefix(name).replace('/', '')}`;
  byId('plan').disabled = false;
  changed();
}

function fillTimes(chosen) {
  const days = new Map();
  for (const snapshot of snapshots) days.set(dayOf(snapshot), [...days.get(dayOf(snapshot)) ?? [], snapshot]);
  const select = byId('as-of');
  select.replaceChildren(...[...days].map(([day, those]) => h('optgroup', { label: day },
    those.map((snapshot) => h('option', { value: snapshot.name, disabled: snapshot.name === asked.absent_in },
      `${day}, ${timeOf(snapshot)}${snapshot.result === 'partial' ? ', not complete' : ''}${snapshot.pinned ? ', pinned' : ''}`)))));
  // Older than those of the list, or the last one before a time: a link leads to it.
  if (!snapshots.some((snapshot) => snapshot.name === chosen)) {
    select.append(h('option', { value: chosen }, plain(chosen === '' ? momentWords(asked, now()) : snapshotWords(chosen, now()))));
  }
  select.value = chosen;
  select.disabled = false;
}

function fillWhat() {
  const [only] = asked.buckets?.length === 1 ? asked.buckets : [''];
  if (picked) byId('what').replaceChildren(...phraseNodes(whatWords({ ...asked, include: [], exclude: [] }, now())));
  else setText(byId('what'), 'everything in');
  setHidden(byId('bucket'), picked);
  fillBuckets(bucketChoice(asked.buckets));
  const names = [...asked.prefixes ?? [], ...asked.keys ?? []];
  setHidden(byId('chosen'), names.length < 2);
  byId('chosen-list').replaceChildren(...names.slice(0, MOST_LISTED).map((name) => h('li', {}, icon(name.endsWith('/') ? 'folder' : 'file'), nameElement(name))),
    names.length > MOST_LISTED ? h('li', { class: 'muted' }, `and ${names.length - MOST_LISTED} more`) : '');
  const place = { snapshot: asked.snapshot ?? '', bucket: only ?? '', prefix: asked.prefixes?.length === 1 ? asked.prefixes[0] : '' };
  if (asked.absent_in) Object.assign(place, { snapshot: asked.absent_in, with: asked.snapshot });
  byId('choose').href = placeUrl(place);
  byId('trail-back').href = placeUrl(place);
}

/** The names of the chosen snapshot's buckets. */
function held() {
  return snapshots.find((snapshot) => snapshot.name === byId('as-of').value)?.buckets.map((bucket) => bucket.bucket) ?? [];
}

/** The buckets of the chosen snapshot; what it has not, one or some, stays, so that nothing else is restored unasked. */
function fillBuckets(chosen) {
  const there = held();
  const names = chosen && chosen !== SEVERAL && !there.includes(chosen) ? [...there, chosen] : there;
  const option = (value, text) => h('option', { value, selected: value === chosen }, text);
  byId('bucket').replaceChildren(option('', 'all buckets'), chosen === SEVERAL || bucketChoice(asked.buckets, there) === SEVERAL ? option(SEVERAL, plain(bucketWords(asked.buckets))) : '',
    ...names.map((name) => option(name, name)));
  byId('buckets').replaceChildren(...there.map((name) => h('option', { value: name })));
}

/** The one bucket that is restored from; empty when it is several. */
function source() {
  if (!picked) return byId('bucket').value === SEVERAL ? '' : byId('bucket').value;
  return asked.buckets?.length === 1 ? asked.buckets[0] : '';
}

/** The buckets that are restored from; undefined for all. */
function sources() {
  if (picked || byId('bucket').value === SEVERAL) return asked.buckets;
  return source() ? [source()] : undefined;
}

function where() {
  return form.elements.where.value;
}

/** What the form says, as the server takes it. */
function read() {
  const s3 = where() !== 'folder';
  return compact({
    snapshot: byId('as-of').value || asked.snapshot, at: asked.at,
    absent_in: asked.absent_in, keys: asked.keys, prefixes: asked.prefixes,
    buckets: sources(),
    include: patterns('include'), exclude: patterns('exclude'),
    to: where() === 'new' ? `s3://${byId('to-bucket').value.trim()}/${byId('to-prefix').value}` : undefined,
    in_place: where() === 'place' ? byId('typed').value.trim() : undefined,
    to_dir: where() === 'folder' ? byId('folder').value.trim() : undefined,
    overwrite: form.elements.overwrite.value,
    delete_extra: byId('delete-extra').checked && !asked.absent_in,
    create_bucket: s3 && byId('create-bucket').checked,
    without_tags: s3 && byId('without-tags').checked,
    storage_class: s3 ? byId('storage-class').value.trim() : undefined,
    sse: s3 && byId('sse').value !== '' ? byId('sse').value === 'true' : undefined,
  });
}

function patterns(id) {
  return byId(id).value.split('\n').map((line) => line.trim()).filter(Boolean);
}

function changed() {
  const bucket = source();
  const [fresh, place, folder] = form.elements.where;
  // Something can go back only where one bucket says where that is.
  place.disabled = bucket === '' || !inPlaceAllowed;
  folder.disabled = allowedFolder == null;
  if ((place.disabled && place.checked) || (folder.disabled && folder.checked)) fresh.checked = true;
  for (const option of form.querySelectorAll('.option')) option.dataset.open = String(option.querySelector('input[type=radio]').checked);
  for (const [id, allowed] of [['place', inPlaceAllowed], ['folder', allowedFolder != null]]) {
    setHidden(byId(`${id}-off`), allowed);
    setHidden(byId(`${id}-help`), !allowed);
  }
  setText(byId('place-help'), bucket === '' ? 'One bucket at a time: choose one above.' : 'Each file under its own key, in the bucket it came from.');
  byId('typed-name').replaceChildren(visible(bucket));
  for (const field of form.querySelectorAll('[data-s3]')) setHidden(field, where() === 'folder');
  // What is brought back because another snapshot lacks it leaves everything else alone.
  setHidden(byId('delete-extra').parentElement, asked.absent_in != null);
  const request = read();
  if (where() === 'place') request.in_place = bucket;
  byId('sentence').replaceChildren(...phraseNodes(sentence(request, now())));
}

function problem(text, id) {
  setText(byId(`${id}-problem`), text);
  setAttribute(byId(id), 'aria-invalid', text ? 'true' : null);
  if (text) byId(id).focus();
}

async function plan() {
  const request = read();
  const typed = where() !== 'place' || byId('typed').value.trim() === source();
  problem(typed ? '' : `Type ${visible(source())} here: what is restored in place goes into the bucket itself.`, 'typed');
  if (!typed) return;
  const button = byId('plan');
  button.disabled = true;
  setHidden(byId('trouble'), true);
  try {
    const { id } = await post('/api/restores', request);
    // The way back leads to the form as it is now.
    history.replaceState(null, '', url(`/restore${format(request)}`));
    location.assign(url(`/restores/${encodeURIComponent(id)}`));
  } catch (error) {
    trouble(error);
    button.disabled = false;
  }
}

function trouble(error, ...actions) {
  const box = byId('trouble');
  box.replaceChildren(icon('alert'), h('p', {}, h('strong', {}, error.title ?? 'Something went wrong'), ` ${visible(error.message)}`), ...actions);
  setHidden(box, false);
  box.scrollIntoView({ block: 'nearest' });
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  plan();
});
form.addEventListener('input', (event) => {
  if (event.target.id === 'typed') problem('', 'typed');
  if (event.target.id === 'to-prefix') ownPrefix = true;
  changed();
});
byId('as-of').addEventListener('change', () => {
  fillBuckets(byId('bucket').value);
  if (!ownPrefix) byId('to-prefix').value = newPrefix(byId('as-of').value);
  changed();
});
byId('bucket').addEventListener('change', () => {
  byId('to-bucket').value ||= source();
  changed();
});

// Back from the plan the page may be as it was left.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) byId('plan').disabled = false;
});

if (lost) {
  setHidden(form, true);
  trouble({ title: 'The selection did not come along.', message: 'This address was cut off on its way.' },
    h('a', { class: 'button small', href: placeUrl({ snapshot: asked.snapshot ?? '', bucket: asked.buckets?.[0] ?? '' }) }, 'Select again'));
} else {
  fill();
  load();
}
byId('restoring').dataset.ready = 'true';
startShell();
renderRestores(byId('restores'));
