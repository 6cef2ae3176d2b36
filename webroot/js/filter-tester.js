// Shows which real keys the patterns in the form would catch, before anything is saved.

import { h, setHidden, setText } from './dom.js';
import { post } from './api.js';
import { bucketName, bucketRows } from './config-model.js';
import { bytes, count, plural, visible } from './format.js';

const TYPING_MS = 500;
const KINDS = [
  ['excluded', 'Left out', 'warn', 'No file is left out.'],
  ['included', 'Re-included', 'good', 'No include brings a key back.'],
  ['copied', 'Copied', 'info', 'No file would be copied.'],
];

/** The tester: its element, and `draft(config)` to be told of every change. */
export function filterTester() {
  const choice = h('select', { class: 'input', id: 'tester-bucket', 'aria-label': 'Bucket to try the patterns on', onchange: () => tried && run() });
  const button = h('button', { type: 'button', class: 'button small', id: 'tester-run', onclick: run }, 'Try on real keys');
  const note = h('p', { class: 'help', id: 'tester-note', role: 'status' }, 'See which keys these patterns catch, without saving or copying anything.');
  const result = h('div', { class: 'tester-result', id: 'tester-result', hidden: true });
  const element = h('div', { class: 'tester', id: 'tester', role: 'group', 'aria-label': 'Try the patterns' }, h('div', { class: 'row-actions' }, choice, button), note, result);
  let config = null;
  let asked = '';
  let tried = false;
  let timer = null;
  let latest = 0;

  function question() {
    const name = choice.value;
    const row = bucketRows(config.s3_buckets).find((one) => bucketName(one) === name);
    const options = config.sync_options ?? {};
    const patterns = (list) => (Array.isArray(list) ? list.filter((pattern) => typeof pattern === 'string' && pattern !== '') : []);
    return { bucket: name, prefix: row?.prefix || null, exclude: patterns(options.exclude_patterns), include: patterns(options.include_patterns) };
  }

  async function run() {
    const wanted = question();
    const mine = ++latest;
    tried = true;
    asked = JSON.stringify(wanted);
    setText(note, 'Looking at the keys…');
    try {
      const outcome = await post('/api/config/filter-preview', wanted);
      if (mine === latest) draw(outcome, wanted.bucket);
    } catch (error) {
      if (mine !== latest) return;
      setText(note, `${error.title}: ${error.message}`);
      setHidden(result, true);
    }
  }

  function draw(outcome, bucket) {
    const { looked, complete, snapshot } = outcome;
    const where = snapshot ? `in snapshot ${snapshot}` : 'as S3 lists them';
    setText(note, `${complete ? 'All' : 'The first'} ${plural(looked.objects, 'key')} of ${visible(bucket)}, ${where}.`);
    const rules = [...rule('Exclude', outcome.exclude_patterns), ...rule('Include', outcome.include_patterns)];
    result.replaceChildren(...[
      rules.length > 0 ? h('ul', { class: 'rules' }, rules) : null,
      ...KINDS.map(([name, title, tone, nothing]) => kind(outcome[name], title, tone, nothing, name === 'excluded')),
    ].filter(Boolean));
    setHidden(result, false);
  }

  return {
    element,
    draft(next) {
      config = next;
      const names = bucketRows(next.s3_buckets).filter((row) => row.name).map(bucketName).filter((name) => name !== '*');
      if (names.join('\n') !== [...choice.options].map((option) => option.value).join('\n')) {
        const chosen = choice.value;
        choice.replaceChildren(...names.map((name) => h('option', { value: name }, visible(name))));
        if (names.includes(chosen)) choice.value = chosen;
      }
      choice.disabled = button.disabled = names.length === 0;
      if (!tried || button.disabled || JSON.stringify(question()) === asked) return;
      clearTimeout(timer);
      timer = setTimeout(run, TYPING_MS);
    },
  };
}

function rule(verb, matches) {
  return matches.map(({ pattern, objects }) => h('li', { data: { tone: objects > 0 ? 'good' : 'warn' } }, `${verb} `, h('code', {}, visible(pattern)),
    h('span', { class: 'tone-text' }, objects > 0 ? ` matches ${plural(objects, 'key')}` : " doesn't match any file")));
}

function kind(caught, title, tone, nothing, open) {
  const { objects, bytes: size, sample } = caught;
  const more = objects - sample.length;
  return h('details', { class: 'caught', open, data: { tone } },
    h('summary', {}, h('span', { class: 'chip', data: { tone } }, count(objects)), ` ${title}`, objects > 0 ? h('span', { class: 'muted' }, `, ${bytes(size)}`) : null),
    objects === 0 ? h('p', { class: 'muted' }, nothing)
      : h('ul', { class: 'keys', tabindex: '0', 'aria-label': title }, sample.map((key) => h('li', {}, visible(key))), more > 0 ? h('li', { class: 'muted' }, `and ${count(more)} more`) : null));
}
