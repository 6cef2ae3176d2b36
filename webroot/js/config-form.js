// Builds the form from the field list and keeps it and the draft in step.

import { byId, h, icon, setAttribute } from './dom.js';
import { LOCKS, SECTIONS } from './config-fields.js';
import { number, read } from './config-model.js';
import { bucketEditor, listEditor } from './list-editor.js';
import { scheduleEditor } from './schedule-editor.js';

const WIDE = new Set(['buckets', 'list', 'schedule', 'switch']);

/** Every path the form shows; the schedule field shows three. */
export function paths() {
  return [...SECTIONS.flatMap((section) => section.fields.map((field) => field.path)), 'automation.interval_hours', 'automation.time_zone'];
}

/** The form: `show(config, locked)` fills it, `problems(byField)` writes them beside their fields. */
export function buildForm(onChange) {
  const fields = new Map();
  for (const section of SECTIONS) {
    const inner = section.fields.map((field) => {
      const built = build(field, onChange);
      fields.set(field.path, { field, ...built });
      return built.element;
    });
    byId('sections').append(h('section', { class: 'card section', id: section.id ? `section-${section.id}` : null }, h('h2', {}, section.title),
      section.lead ? h('p', { class: 'lead' }, section.lead) : null, h('div', { class: 'fields' }, inner)));
  }
  return {
    show(config, locked) {
      for (const { field, set, lock } of fields.values()) {
        set(read(config, field.path) ?? field.initial, config);
        lock?.(locked);
      }
    },
    /** After a change: what one field decides about another. */
    adjust(config) {
      fields.get('s3_buckets').disable(config.use_dynamic_buckets === true);
    },
    /** `reveal` brings the first one into view. */
    problems(byField, { reveal = false } = {}) {
      for (const [path, { problem, control }] of fields) {
        const own = [...(byField.get(path) ?? []),
          ...(path === 'automation.cron' ? [...(byField.get('automation.interval_hours') ?? []), ...(byField.get('automation.time_zone') ?? [])] : [])];
        // Written only on a change: the place is a live region.
        const said = own.map(words);
        if (problem.textContent !== said.map((one) => one.textContent).join('')) problem.replaceChildren(...said);
        if (control) setAttribute(control, 'aria-invalid', own.length > 0 ? 'true' : null);
      }
      if (reveal) document.querySelector('.field .problem')?.closest('.field').scrollIntoView({ block: 'center', behavior: 'smooth' });
    },
  };
}

function words({ path, found, allowed }) {
  const place = /\[(\d+)\]/.exec(path);
  return h('p', { class: 'problem' }, icon('alert'), place ? `Row ${Number(place[1]) + 1}: found ${found}; allowed: ${allowed}` : `Found ${found}; allowed: ${allowed}`);
}

function build(field, onChange) {
  const id = `field-${field.path.replaceAll('.', '-')}`;
  const problem = h('div', { id: `${id}-problem`, 'aria-live': 'polite' });
  const change = (value) => onChange(field.path, value);
  const made = { switch: toggle, buckets: list, list, schedule: list, number: input, text: input, choice }[field.kind](field, id, change, onChange);
  made.element.append(problem);
  made.element.dataset.path = field.path;
  if (WIDE.has(field.kind)) made.element.classList.add('full');
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
  const editor = { buckets: bucketEditor, list: listEditor, schedule: scheduleEditor }[field.kind](field, id, field.kind === 'schedule' ? onChange : change);
  return {
    element: h('div', { class: 'field', role: 'group', 'aria-label': field.label }, h('div', { class: 'label' }, field.label), editor.element),
    set: editor.set,
    disable: editor.disable,
  };
}

function input(field, id, change) {
  const numeric = field.kind === 'number';
  const control = h('input', {
    class: 'input', id, placeholder: field.placeholder, spellcheck: 'false', inputmode: numeric ? 'decimal' : null,
    'aria-describedby': `${id}-problem`,
    // An emptied text means the default, which the file says by null.
    oninput: () => change(numeric ? number(control.value) : control.value === '' ? null : control.value),
  });
  const note = h('p', { class: 'locked', hidden: true });
  return {
    control,
    element: h('div', { class: 'field' }, h('label', { for: id }, field.label),
      numeric ? h('div', { class: 'with-unit' }, control, h('span', {}, field.unit)) : control,
      field.help ? h('p', { class: 'help' }, field.help) : null, note),
    set: (value) => { control.value = value ?? ''; },
    lock(locked) {
      const fixed = locked[field.lock];
      const part = locked[field.lockPart];
      control.disabled = fixed !== undefined || field.byHand !== undefined;
      if (fixed !== undefined) control.value = String(fixed);
      note.hidden = fixed === undefined && part === undefined && field.byHand === undefined;
      if (note.hidden) return;
      if (fixed === undefined && field.byHand) {
        note.replaceChildren(icon('lock'), h('span', {}, `Changed by ${field.byHand} in .env, not here`));
        return;
      }
      const variable = LOCKS[field.lock ?? field.lockPart][1];
      note.replaceChildren(icon('lock'), h('span', {}, fixed !== undefined ? `Fixed by ${variable}` : `In ${part}, fixed by ${variable}`));
    },
  };
}

function choice(field, id, change) {
  const control = h('select', { class: 'input', id, onchange: () => change(control.value) }, field.choices.map((value) => h('option', { value }, value)));
  return {
    control,
    element: h('div', { class: 'field' }, h('label', { for: id }, field.label), control),
    set(value) {
      // A level of the old tool's names is shown as it is, not silently changed.
      if (![...control.options].some((option) => option.value === value)) control.append(h('option', { value }, value));
      control.value = value;
    },
  };
}
