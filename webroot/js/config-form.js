// Builds the settings from the schema, a tab when it is first shown, and keeps them and the draft in step.

import { byId, h, icon, setAttribute, setHidden, setText } from './dom.js';
import { cellText, read, same } from './config-model.js';
import { capital, plural } from './format.js';
import { quantityInput } from './quantity-input.js';
import { sections, sentence, types, withoutEffect } from './schema.js';
import { byTab } from './settings-place.js';

/** Options that need an editor of their own, each with its file and its name there, and those that are shown within one. */
const EDITORS = {
  accounts: ['./account-editor.js', 'accountEditor'],
  s3_buckets: ['./bucket-editor.js', 'bucketEditor'],
  'automation.cron': ['./schedule-editor.js', 'scheduleEditor'],
  'notify.channels': ['./channel-editor.js', 'channelEditor'],
  hooks: ['./hook-editor.js', 'hookEditor'],
};
const LISTS = './list-editor.js';
const WITHIN = { 'automation.interval_hours': 'automation.cron', 'automation.time_zone': 'automation.cron' };

/** What the environment may fix: its name in `locked`, how it is called, and the variable that fixes it. */
export const LOCKS = {
  data_path: ['Data folder', 'HUBSTORAGE_DATA_PATH'],
  log_path: ['Log folder', 'HUBSTORAGE_LOG_PATH'],
  config_path: ['Configuration file', 'HUBSTORAGE_CONFIG_PATH'],
  web_host: ['Web host', 'HUBSTORAGE_WEB_HOST'],
  web_port: ['Web port', 'HUBSTORAGE_WEB_PORT'],
  endpoint: ['S3 endpoint', 'AWS_ENDPOINT_URL'],
  region: ['Region', 'AWS_REGION'],
};

/**
 * The form for these tabs, whose panels are on the page. `show(config, locked)` fills it, `problems(list, config)` writes them
 * beside their fields, `places` are those it has for whoever looks for one.
 */
export function settingsForm(root, tabs, { readOnly, onChange }) {
  const cards = byTab(sections(root), tabs);
  const tabOf = new Map([...cards].flatMap(([tab, inTab]) => inTab.flatMap((section) => section.options.map(({ path }) => [path, tab]))));
  for (const [inner, outer] of Object.entries(WITHIN)) tabOf.set(inner, tabOf.get(outer));
  const fields = new Map();
  const built = new Map();
  /** The fields of each card, and the cards of which those without effect are shown too. */
  const folds = new Map();
  const opened = new Set();
  let config = null;
  let locked = {};
  let found = new Map();

  const build = (tab) => {
    if (!built.has(tab)) built.set(tab, buildTab(tab));
    return built.get(tab);
  };

  async function buildTab(tab) {
    const inTab = cards.get(tab);
    const files = new Set(inTab.flatMap((section) => section.options.flatMap(editorFile)));
    const modules = Object.fromEntries(await Promise.all([...files].map(async (file) => [file, await import(file)])));
    const place = byId(`panel-${tab}`).querySelector('.sections');
    place.append(...inTab.map(({ id, title, description, options: own }) => {
      const inner = own.map((option) => {
        const field = fieldOf(option, modules, (path, value) => onChange(path, value));
        if (readOnly) field.disable?.(true);
        fields.set(option.path, { option, ...field });
        return field.element;
      });
      const heading = `section-${id}-title`;
      const card = h('fieldset', { class: 'card rows-card', disabled: readOnly, 'aria-labelledby': heading }, inner);
      folds.set(card, own.map(({ path }) => path));
      return h('section', { class: 'settings-section', id: `section-${id}`, 'aria-labelledby': heading },
        h('div', { class: 'about' }, h('h2', { id: heading }, title), h('p', {}, description)),
        card);
    }));
    if (config) fill(own(tab));
  }

  const own = (tab) => [...fields].filter(([path]) => tabOf.get(path) === tab).map(([, field]) => field);

  function fill(some) {
    for (const { option, set, lock } of some) {
      set(read(config, option.path), config);
      lock?.(locked);
    }
    adjust();
    write();
  }

  // What one field decides about another. Where several in a row have no effect, that is said once, and they are folded away.
  function adjust() {
    for (const [card, inCard] of folds) {
      const groups = [];
      for (const path of inCard) {
        const field = fields.get(path);
        const said = withoutEffect(root, field.option.schema, config);
        field.without?.(said !== null);
        if (said !== null && groups.at(-1)?.said === said) groups.at(-1).fields.push(field);
        else groups.push({ said, fields: [field] });
      }
      for (const { said, fields: some } of groups) foldAway(card, said, some);
    }
    fields.get('s3_buckets')?.accounts(Object.keys(config.accounts ?? {}));
  }

  function foldAway(card, said, some) {
    const folded = said !== null && some.length > 1;
    for (const { element, effect } of some) {
      setHidden(effect, said === null || folded);
      setText(effect, said ?? '');
      setHidden(element, folded && !opened.has(card));
    }
    const foldBefore = ({ element: { previousElementSibling: one } }) => (one?.classList.contains('fold') ? one : null);
    for (const further of some.slice(1)) foldBefore(further)?.remove();
    const there = foldBefore(some[0]);
    if (!folded) return there?.remove();
    const words = [said, opened.has(card) ? null : `Show ${plural(some.length, 'setting')}`];
    if (there?.dataset.words === words.join()) return;
    there?.remove();
    some[0].element.before(h('div', { class: 'setting fold', data: { words: words.join() } }, h('p', { class: 'effect' }, said),
      words[1] ? h('button', { type: 'button', class: 'button small', onclick: () => { opened.add(card); adjust(); } }, words[1]) : null));
  }

  // Whoever looks for one of them wants to see it.
  function unfold(element) {
    const card = element?.closest('.rows-card');
    if (!card || !element.hidden) return;
    opened.add(card);
    adjust();
  }

  // Written only on a change: the places are live regions.
  function write() {
    for (const [path, { problem, control, element }] of fields) {
      const list = [path, ...Object.keys(WITHIN).filter((inner) => WITHIN[inner] === path)].flatMap((one) => found.get(one) ?? []);
      const said = list.map((one) => h('p', { class: 'problem' }, icon('alert'), h('span', {}, sentence(root, one, config))));
      if (problem.textContent !== said.map((one) => one.textContent).join('')) problem.replaceChildren(...said);
      if (control) setAttribute(control, 'aria-invalid', list.length > 0 ? 'true' : null);
      element.classList.toggle('wrong', list.length > 0);
      if (list.length > 0) unfold(element);
    }
  }

  return {
    paths: [...tabOf.keys()],
    places: [...cards].flatMap(([tab, inTab]) => inTab.flatMap((section) => [
      { id: `section-${section.id}`, section: section.id, tab, title: section.title, words: section.description },
      ...section.options.map(({ path, schema, columns = [] }) => ({
        id: path, section: section.id, tab, title: schema.title,
        words: [section.title, path.replaceAll(/[._]/g, ' '), schema.description, ...Object.values(schema['x-labels'] ?? {}), ...columns.map((column) => column.schema.title)].filter(Boolean).join(' '),
      })),
    ])),
    build,
    show(next, fixed) {
      config = next;
      locked = fixed;
      fill(fields.values());
    },
    /** After a change that came from a field. */
    adjust(next) {
      config = next;
      adjust();
    },
    /** By path; returns how many there are in each tab. */
    problems(byField) {
      found = byField;
      write();
      const many = new Map();
      for (const [path, list] of byField) many.set(tabOf.get(path), (many.get(tabOf.get(path)) ?? 0) + list.length);
      return many;
    },
    /** The tabs on which something differs; null for what no tab shows. */
    changed(before, after) {
      const differs = (path) => !same(read(before, path) ?? null, read(after, path) ?? null);
      const inTabs = tabs.filter((tab) => [...tabOf].some(([path, its]) => its === tab && differs(path)));
      return inTabs.length > 0 || same(before, after) ? inTabs : [null];
    },
    /** The element of a place that has been built. */
    element(id) {
      const element = fields.get(id)?.element ?? byId(id);
      unfold(element);
      return element;
    },
    first: (tab) => own(tab).find(({ element }) => element.classList.contains('wrong'))?.element,
  };
}

function editorFile({ path, schema }) {
  return EDITORS[path] ? [EDITORS[path][0]] : types(schema).includes('array') ? [LISTS] : [];
}

function fieldOf({ path, schema, columns }, modules, onChange) {
  const field = { path, label: schema.title, help: schema.description, placeholder: [schema.examples?.[0] ?? []].flat()[0], schema, columns };
  const id = `field-${path.replaceAll('.', '-')}`;
  const problem = h('div', { class: 'problems', id: `${id}-problem`, 'aria-live': 'polite' });
  const effect = h('p', { class: 'effect', hidden: true });
  const make = EDITORS[path] || types(schema).includes('array') ? list : types(schema).includes('boolean') ? toggle : schema.enum ? choice : numeric(schema) ? amount : input;
  const made = make(field, id, (value) => onChange(path, value), { modules, onChange });
  made.element.dataset.path = path;
  made.element.append(effect, problem);
  return { ...made, problem, effect };
}

const numeric = (schema) => schema.maximum !== undefined || schema['x-unit'] !== undefined;

/** A row: what it is called and what it does, and the control. */
function row(field, id, control, ...notes) {
  return h('div', { class: 'setting' }, h('div', { class: 'words' }, h('label', { for: id }, field.label), field.help ? h('p', { class: 'help', id: `${id}-help` }, field.help) : null),
    h('div', { class: 'control' }, control, ...notes));
}

function toggle(field, id, change) {
  const control = h('input', { type: 'checkbox', class: 'switch', role: 'switch', id, 'aria-describedby': field.help ? `${id}-help` : null, onchange: () => change(control.checked) });
  const element = row(field, id, control);
  element.classList.add('toggle');
  return { control, element, set: (value) => { control.checked = (value ?? field.schema.default) === true; } };
}

function amount(field, id, change) {
  const input = quantityInput({ id, label: field.label, schema: field.schema, describedBy: `${id}-problem` }, change);
  return { control: input.control, element: row(field, id, input.element), set: input.set, disable: input.disable };
}

function list(field, id, change, { modules, onChange }) {
  const [file, name] = EDITORS[field.path] ?? [LISTS, field.columns ? 'tableEditor' : 'listEditor'];
  const editor = modules[file][name](field, id, field.path === 'automation.cron' ? onChange : change);
  // A section of nothing else is called so already.
  const alone = ['accounts', 'hooks', 'notify.channels'].includes(field.path);
  return {
    element: h('div', { class: 'setting wide', role: 'group', 'aria-label': field.label },
      alone ? null : h('div', { class: 'words' }, h('div', { class: 'label' }, field.label), field.help ? h('p', { class: 'help' }, field.help) : null), editor.element),
    set: (value, config) => editor.set(value ?? field.schema.default, config),
    without: editor.disable,
    accounts: editor.accounts,
  };
}

function input(field, id, change) {
  const usual = field.schema.default;
  const control = h('input', {
    class: 'input', id, placeholder: usual ? `${usual} (default)` : field.placeholder ? `e.g. ${field.placeholder}` : '', spellcheck: 'false', autocomplete: 'off', 'aria-describedby': `${id}-problem`,
    // An emptied text means the default, which the file says by null.
    oninput: () => change(control.value === '' ? null : control.value),
  });
  const note = h('p', { class: 'locked', hidden: true });
  const byHand = field.schema['x-variable'];
  const folder = field.schema['x-folderVariable'];
  return {
    control,
    element: row(field, id, control, note),
    set: (value) => { control.value = value ?? ''; },
    lock(locked) {
      const fixed = locked[lockOf(byHand)];
      const part = locked[lockOf(folder)];
      control.disabled = byHand !== undefined;
      if (fixed !== undefined) control.value = String(fixed);
      const said = fixed !== undefined ? `Fixed by ${byHand}` : byHand ? `Set ${byHand} in .env to change it` : part ? `In ${part}, fixed by ${folder}` : '';
      note.hidden = said === '';
      note.replaceChildren(icon('lock'), h('span', {}, said));
    },
  };
}

function lockOf(variable) {
  return Object.keys(LOCKS).find((name) => LOCKS[name][1] === variable);
}

function choice(field, id, change) {
  const { schema } = field;
  const word = (value) => schema['x-labels']?.[value] ?? (value === value.toUpperCase() ? value : capital(value));
  const none = schema.default == null ? [h('option', { value: '' }, schema['x-blank'] ?? 'Default')] : [];
  const control = h('select', { class: 'input', id, 'aria-describedby': `${id}-problem`, onchange: () => change(control.value === '' ? null : control.value) },
    none, schema.enum.filter((value) => value !== null).map((value) => h('option', { value }, word(value) + (value === schema.default ? ' (default)' : ''))));
  return {
    control,
    element: row(field, id, control),
    set(value) {
      const given = value ?? schema.default ?? '';
      // A level of the old tool's names is shown as it is, not silently changed.
      if (![...control.options].some((option) => option.value === given)) control.append(h('option', { value: given }, cellText(given)));
      control.value = given;
    },
  };
}
