// Builds the form from the schema and keeps it and the draft in step.

import { byId, h, icon, setAttribute } from './dom.js';
import { number, read } from './config-model.js';
import { accountEditor } from './account-editor.js';
import { channelEditor } from './channel-editor.js';
import { hookEditor } from './hook-editor.js';
import { bucketEditor, listEditor, tableEditor } from './list-editor.js';
import { scheduleEditor } from './schedule-editor.js';
import { sections, sentence, types } from './schema.js';

/** Options that need an editor of their own, and those that are shown within one. */
const EDITORS = { accounts: accountEditor, s3_buckets: bucketEditor, 'automation.cron': scheduleEditor, 'notify.channels': channelEditor, hooks: hookEditor };
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

/** The form: `show(config, locked)` fills it, `problems(byField)` writes them beside their fields, `paths` are those it shows. */
export function buildForm(root, onChange) {
  const fields = new Map();
  for (const { id, title, description, options } of sections(root)) {
    const inner = options.map((option) => {
      const built = build(option, onChange);
      fields.set(option.path, { option, ...built });
      return built.element;
    });
    byId('sections').append(h('section', { class: 'card section', id: `section-${id}` }, h('h2', {}, title),
      h('p', { class: 'lead' }, description), h('div', { class: 'fields' }, inner)));
  }
  const words = (problem) => h('p', { class: 'problem' }, icon('alert'), sentence(root, problem));
  return {
    paths: [...fields.keys(), ...Object.keys(WITHIN)],
    show(config, locked) {
      for (const { option, set, lock } of fields.values()) {
        set(read(config, option.path) ?? option.schema.default, config);
        lock?.(locked);
      }
    },
    /** After a change: what one field decides about another. */
    adjust(config) {
      fields.get('s3_buckets').disable(config.use_dynamic_buckets === true);
      fields.get('s3_buckets').accounts(Object.keys(config.accounts ?? {}));
    },
    /** `reveal` brings the first one into view. */
    problems(byField, { reveal = false } = {}) {
      for (const [path, { problem, control }] of fields) {
        const own = [path, ...Object.keys(WITHIN).filter((inner) => WITHIN[inner] === path)].flatMap((one) => byField.get(one) ?? []);
        // Written only on a change: the place is a live region.
        const said = own.map(words);
        if (problem.textContent !== said.map((one) => one.textContent).join('')) problem.replaceChildren(...said);
        if (control) setAttribute(control, 'aria-invalid', own.length > 0 ? 'true' : null);
      }
      if (reveal) document.querySelector('.field .problem')?.closest('.field').scrollIntoView({ block: 'center', behavior: 'smooth' });
    },
  };
}

function build({ path, schema, columns }, onChange) {
  const field = { path, label: schema.title, help: schema.description, placeholder: [schema.examples?.[0] ?? []].flat()[0], schema, columns };
  const id = `field-${path.replaceAll('.', '-')}`;
  const problem = h('div', { id: `${id}-problem`, 'aria-live': 'polite' });
  const make = EDITORS[path] || types(schema).includes('array') ? list : types(schema).includes('boolean') ? toggle : schema.enum ? choice : input;
  const made = make(field, id, (value) => onChange(path, value), onChange);
  made.element.append(problem);
  made.element.dataset.path = path;
  if (make === list || make === toggle) made.element.classList.add('full');
  return { ...made, problem };
}

function toggle(field, id, change) {
  const control = h('input', { type: 'checkbox', class: 'switch', role: 'switch', id, onchange: () => change(control.checked) });
  return {
    control,
    element: h('div', { class: 'field toggle-field' }, control,
      h('div', {}, h('label', { for: id }, field.label), field.help ? h('p', { class: 'help' }, field.help) : null)),
    set: (value) => { control.checked = value === true; },
  };
}

function list(field, id, change, onChange) {
  const make = EDITORS[field.path] ?? (field.columns ? tableEditor : listEditor);
  const editor = make(field, id, make === scheduleEditor ? onChange : change);
  return {
    // The section that the accounts have for themselves is called so already.
    element: h('div', { class: 'field', role: 'group', 'aria-label': field.label }, [accountEditor, hookEditor].includes(make) ? null : h('div', { class: 'label' }, field.label), editor.element,
      [tableEditor, accountEditor, channelEditor, hookEditor].includes(make) && field.help ? h('p', { class: 'help' }, field.help) : null),
    set: editor.set,
    disable: editor.disable,
    accounts: editor.accounts,
  };
}

function input(field, id, change) {
  const numeric = field.schema.maximum !== undefined;
  const control = h('input', {
    class: 'input', id, placeholder: field.placeholder, spellcheck: 'false', inputmode: numeric ? 'decimal' : null,
    'aria-describedby': `${id}-problem`,
    // An emptied text means the default, which the file says by null.
    oninput: () => change(numeric ? number(control.value) : control.value === '' ? null : control.value),
  });
  const note = h('p', { class: 'locked', hidden: true });
  const byHand = field.schema['x-variable'];
  const folder = field.schema['x-folderVariable'];
  return {
    control,
    element: h('div', { class: 'field' }, h('label', { for: id }, field.label),
      field.schema['x-unit'] ? h('div', { class: 'with-unit' }, control, h('span', {}, field.schema['x-unit'])) : control,
      field.help ? h('p', { class: 'help' }, field.help) : null, note),
    set: (value) => { control.value = value ?? ''; },
    lock(locked) {
      const fixed = locked[lockOf(byHand)];
      const part = locked[lockOf(folder)];
      control.disabled = byHand !== undefined;
      if (fixed !== undefined) control.value = String(fixed);
      const said = fixed !== undefined ? `Fixed by ${byHand}` : byHand ? `Changed by ${byHand} in .env, not here` : part ? `In ${part}, fixed by ${folder}` : '';
      note.hidden = said === '';
      note.replaceChildren(icon('lock'), h('span', {}, said));
    },
  };
}

function lockOf(variable) {
  return Object.keys(LOCKS).find((name) => LOCKS[name][1] === variable);
}

function choice(field, id, change) {
  const choices = field.schema.enum.filter((value) => value !== null);
  const control = h('select', { class: 'input', id, onchange: () => change(control.value) }, choices.map((value) => h('option', { value }, value)));
  return {
    control,
    element: h('div', { class: 'field' }, h('label', { for: id }, field.label), control, field.help ? h('p', { class: 'help' }, field.help) : null),
    set(value) {
      // A level of the old tool's names is shown as it is, not silently changed.
      if (![...control.options].some((option) => option.value === value)) control.append(h('option', { value }, value));
      control.value = value;
    },
  };
}
