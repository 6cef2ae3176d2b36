// One channel to begin with: its kind, and what that kind needs. The rest is among the settings.

import { h } from './dom.js';
import { cardControls } from './card-editor.js';

const ALWAYS = ['name', 'type'];
/** What hardly anybody needs for the first one. */
const LATER = [...ALWAYS, 'enabled', 'method', 'headers', 'body', 'tags', 'jobs', 'secret_env', 'events', 'min_severity', 'reminders'];

/** The `kinds` of the schema, `show(kind)` for the fields of one; `onChange(channel)` is told what is typed. */
export function channelForm(schema, onChange) {
  const members = schema.properties.notify.properties.channels.items.properties;
  const fields = h('div', { class: 'fields' });
  const element = h('div', { class: 'entry', role: 'group', 'aria-label': 'Channel' }, fields);
  const resolved = (member) => (member.$ref ? { ...schema.$defs[member.$ref.split('/').at(-1)], ...member } : member);
  return {
    element,
    kinds: members.type.enum.map((value) => ({ value, label: members.type['x-labels'][value] })),
    show(type) {
      const row = { value: { name: type, type } };
      const { control } = cardControls('channel', ALWAYS, () => onChange(row.value));
      const its = Object.entries(members).map(([name, member]) => [name, resolved(member)]).filter(([name, member]) => !LATER.includes(name) && (member['x-for'] === undefined || member['x-for'].includes(type)));
      // What is needed comes first.
      const needed = ([, member]) => (member['x-required']?.includes(type) ? 0 : 1);
      fields.replaceChildren(...its.sort((a, b) => needed(a) - needed(b)).map(([name, member]) => control(row, name, member, name)));
      onChange(row.value);
    },
  };
}
