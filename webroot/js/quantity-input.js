// A field for a number and, where there is a choice, its unit. Left blank it shows the default.

import { h, setText } from './dom.js';
import { choices, LENGTH, shown, unitWord, written } from './units.js';

/** `onChange(value)` is told the value of the file, null for none. */
export function quantityInput({ id, label, schema, describedBy = null }, onChange) {
  const unit = schema['x-unit'] ?? null;
  const names = choices(unit);
  const usual = schema.default == null ? null : shown(schema.default, unit);
  const control = h('input', {
    class: 'input number', id, inputmode: unit === LENGTH ? null : 'decimal', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': describedBy,
    placeholder: usual ? `${usual.number} (default)` : unit === LENGTH ? 'none' : '', oninput: tell,
  });
  const choice = names.length === 0 ? null : h('select', { class: 'input unit', id: `${id}-unit`, 'aria-label': `Unit: ${label}`, onchange: tell },
    names.map((name) => h('option', { value: name }, name)));
  const word = choice ?? (unit ? h('span', { class: 'unit' }, unitWord(unit)) : null);

  function tell() {
    onChange(written(control.value, choice?.value ?? unit, unit));
    agree();
  }

  // "1 day", "2 days".
  function agree() {
    if (!choice) return;
    const number = Number(control.value || usual?.number);
    for (const option of choice.options) setText(option, unitWord(option.value, number));
  }

  return {
    control,
    element: h('div', { class: 'quantity' }, control, word),
    set(value) {
      const { number, unit: name } = value == null ? { number: '', unit: usual?.unit ?? names[1] ?? unit } : shown(value, unit);
      control.value = number;
      if (choice) choice.value = name;
      agree();
    },
    disable(disabled) {
      control.disabled = disabled;
      if (choice) choice.disabled = disabled;
    },
  };
}
