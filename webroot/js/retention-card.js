// The policy as a slider from short to long: each position is tried at once, and saved when it is wanted.

import { bytes, capital, count, plural } from './format.js';
import { changeConfig } from './config-change.js';
import { h, icon, setAttribute, setData, setHidden, setText, url } from './dom.js';
import { now, timeElement } from './clock.js';
import { number } from './config-model.js';
import { post } from './api.js';
import { sure } from './sure.js';
import { toast, toastError } from './toast.js';
import { PRESETS, RULES, consequence, fullBy, inForce, keepsAll, positionOf, rulesOf, rulesWords, sameRules } from './retention-policy.js';

const TRYING_MS = 250;
/** Between two looks whether it is counted by now what would be freed. */
const COUNTED_MS = 2000;
const LABELS = { keep_last: 'Newest', hourly: 'Hourly', daily: 'Daily', weekly: 'Weekly', monthly: 'Monthly', yearly: 'Yearly' };

export class RetentionCard {
  #box;
  #chip;
  #onPreview;
  #status = null;
  #space = null;
  #running = null;
  #preview = null;
  /** The rules that are tried. */
  #rules = null;
  #turn = 0;
  #timer = 0;
  #parts = null;

  /** `onPreview(preview)` is told what the rules that are tried say of each snapshot. */
  constructor(box, chip, onPreview) {
    this.#box = box;
    this.#chip = chip;
    this.#onPreview = onPreview;
  }

  get undoHours() {
    return this.#preview?.undo_hours ?? 0;
  }

  /** Begins with the policy in force, or goes on with what is being tried. `status` as `/api/retention` answers. */
  async show(status) {
    const untouched = this.#rules == null || sameRules(this.#rules, this.#saved);
    this.#status = status;
    if (untouched) this.#rules = this.#saved;
    this.#build();
    this.#drawControls();
    await this.#try();
  }

  set space(space) {
    this.#space = space;
    this.#draw();
  }

  /** The state of a removal that is under way, or null. */
  set running(state) {
    this.#running = state;
    this.#draw();
  }

  get #saved() {
    return inForce(this.#status.policy);
  }

  get #isSaved() {
    return sameRules(this.#rules, this.#saved);
  }

  async #try() {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    const asked = this.#rules;
    let preview;
    try {
      preview = await post('/api/retention/preview', { rules: Object.fromEntries(Object.entries(asked).filter(([, value]) => value)) });
    } catch (error) {
      if (turn !== this.#turn) return;
      if (error.status !== 400) throw error;
      setText(this.#parts.wrong, error.message);
      setHidden(this.#parts.wrong, false);
      return;
    }
    // Moved on meanwhile: the next answer counts.
    if (turn !== this.#turn) return;
    setHidden(this.#parts.wrong, true);
    const same = this.#preview && JSON.stringify(preview.verdicts) === JSON.stringify(this.#preview.verdicts);
    this.#preview = preview;
    this.#draw();
    if (!same) this.#onPreview(preview);
    if (preview.freed_bytes == null) this.#timer = setTimeout(() => this.#try().catch(toastError), COUNTED_MS);
  }

  #choose(rules) {
    this.#rules = rules;
    this.#drawControls();
    setData(this.#parts.sum, 'stale', '');
    this.#turn++;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try().catch(toastError), TRYING_MS);
  }

  #build() {
    if (this.#parts) return;
    const slider = h('input', { type: 'range', id: 'policy-slider', min: 0, max: PRESETS.length - 1, step: 1, 'aria-label': 'How long snapshots are kept',
      oninput: (event) => this.#choose(rulesOf(PRESETS[event.target.value].rules)) });
    const ticks = PRESETS.map((preset) => h('li', {}, h('button', { type: 'button', tabindex: '-1', onclick: () => this.#choose(rulesOf(preset.rules)) },
      preset.name, preset.recommended && h('small', {}, 'recommended'))));
    const inputs = Object.fromEntries([...RULES, 'within'].map((rule) => [rule, h('input', {
      class: 'input', id: `rule-${rule}`, autocomplete: 'off', inputmode: rule === 'within' ? 'text' : 'numeric', placeholder: rule === 'within' ? 'such as 30d' : '0',
      oninput: () => this.#choose(this.#typed()),
    })]));
    const numbers = h('div', { class: 'numbers', id: 'numbers', hidden: true }, Object.entries(inputs).map(([rule, input]) => h('label', { for: input.id }, LABELS[rule] ?? 'All of the last', input)));
    const custom = h('button', { type: 'button', class: 'button small quiet', id: 'custom', 'aria-expanded': 'false', 'aria-controls': 'numbers', onclick: () => {
      numbers.hidden = !numbers.hidden;
      setAttribute(custom, 'aria-expanded', String(!numbers.hidden));
    } }, 'Custom numbers');
    const parts = {
      sum: h('p', { class: 'big', id: 'frees', 'aria-live': 'polite' }, 'Looking at the snapshots…'), slider, ticks, inputs, numbers, custom,
      words: h('p', { class: 'rules' }), wrong: h('p', { class: 'tone-text', data: { tone: 'bad' }, role: 'alert', hidden: true }),
      suspended: h('div', { class: 'banner', data: { tone: 'warn' }, hidden: true }),
      told: h('p', { class: 'muted' }), last: h('p', { class: 'muted' }), actions: h('div', { class: 'actions' }), bar: h('div', { class: 'removing', hidden: true }),
    };
    parts.policy = h('div', { class: 'slider' }, slider, h('ol', { class: 'ticks', 'aria-hidden': 'true' }, ticks));
    this.#parts = parts;
    this.#box.replaceChildren(parts.suspended, parts.bar, parts.sum, parts.policy, h('div', { class: 'rules-row' }, parts.words, custom), numbers, parts.wrong,
      parts.told, parts.last, parts.actions);
  }

  /** What is no number goes to the server as it is, which says what is wrong with it. */
  #typed() {
    const { inputs } = this.#parts;
    return { ...Object.fromEntries(RULES.map((rule) => [rule, inputs[rule].value.trim() === '' ? 0 : number(inputs[rule].value)])), within: inputs.within.value.trim() || null };
  }

  #drawControls() {
    const { slider, ticks, words, inputs, policy } = this.#parts;
    const { at, exact } = positionOf(this.#rules);
    if (Number(slider.value) !== at) slider.value = at;
    setAttribute(slider, 'aria-valuetext', exact ? `${PRESETS[at].name}: ${rulesWords(this.#rules)}` : `Custom: ${rulesWords(this.#rules)}`);
    setData(policy, 'custom', exact ? null : '');
    ticks.forEach((tick, index) => setData(tick, 'chosen', exact && index === at ? '' : null));
    setText(words, keepsAll(this.#rules) ? 'Every snapshot stays.' : `${exact ? '' : 'Custom: '}${exact ? capital(rulesWords(this.#rules)) : rulesWords(this.#rules)}.`);
    for (const [rule, input] of Object.entries(inputs)) if (input !== document.activeElement) input.value = this.#rules[rule] || '';
    this.#drawActions();
  }

  #draw() {
    if (!this.#parts || !this.#preview) return;
    const { sum, suspended, told, last, bar, policy } = this.#parts;
    const [tone, word] = this.#running ? ['info', 'Running'] : !this.#status.enabled ? ['idle', 'Off'] : this.#status.confirmed ? ['good', 'On'] : ['warn', 'Waits for you'];
    setData(this.#chip, 'tone', tone);
    setText(this.#chip, word);
    setData(sum, 'stale', null);
    setText(sum, this.#sum());
    suspended.replaceChildren(icon('pause'), h('p', {}, this.#preview.suspended ?? ''));
    setHidden(suspended, !this.#preview.suspended);
    told.replaceChildren(this.#told(), ' ', h('a', { href: url('/config#section-retention') }, 'Undo time and rules of single buckets'));
    if (this.#status.last) last.replaceChildren('Last time, ', timeElement(this.#status.last.started_at), `: ${this.#status.last.message ?? this.#status.last.result}`);
    setHidden(last, !this.#status.last);
    setHidden(bar, !this.#running);
    setHidden(policy, this.#running != null);
    if (this.#running) this.#drawRunning(this.#running);
    this.#drawActions();
  }

  #sum() {
    const { verdicts } = this.#preview;
    if (verdicts.length === 0) return 'No snapshot yet, so nothing to remove.';
    const full = this.#space ? fullBy({ space: this.#space, preview: this.#preview, rules: this.#rules, saved: this.#saved }, now()) : null;
    return `${consequence(this.#preview, full, now())}.`;
  }

  #told() {
    const undo = this.#preview.undo_hours === 0 ? 'What is removed is gone at once.' : `What is removed can be brought back for ${hoursWords(this.#preview.undo_hours)}.`;
    if (!this.#isSaved) return keepsAll(this.#rules) ? 'Not saved. Nothing would be removed by itself.' : `Not saved: nothing changes before you save it. ${undo}`;
    if (!this.#status.enabled) return 'Nothing is removed by itself.';
    if (!this.#status.confirmed) return `Nothing is removed by itself before you have confirmed this policy once. ${undo}`;
    return `Once a day, after the first backup. ${undo}`;
  }

  #drawRunning({ removed, go }) {
    this.#parts.bar.replaceChildren(h('p', { class: 'big' }, go === 0 ? 'Looking at the snapshots…' : `Removing ${plural(go, 'snapshot')}…`),
      h('progress', { 'aria-label': 'Removed', ...(go === 0 ? {} : { max: go, value: removed }) }),
      h('p', { class: 'muted' }, go === 0 ? 'Nothing is removed yet.' : `${count(removed)} of ${count(go)} removed. They can be brought back.`));
  }

  #drawActions() {
    const wanted = this.#actions();
    const { actions } = this.#parts;
    // A button that somebody is at stays, as long as it means the same.
    const key = wanted.map(({ id, label }) => `${id} ${label}`).join('\n');
    if (actions.dataset.key === key) return;
    actions.dataset.key = key;
    actions.replaceChildren(...wanted.map(({ id, label, primary, act }) => h('button', { type: 'button', class: primary ? 'button primary' : 'button', id, onclick: act }, label)));
  }

  #actions() {
    if (!this.#preview || this.#running) return [];
    if (!this.#isSaved) {
      return [{ id: 'policy-save', label: 'Save this policy', primary: true, act: () => this.#save() },
        { id: 'policy-back', label: 'Discard', act: () => this.#choose(this.#saved) }];
    }
    const going = this.#preview.verdicts.filter((each) => !each.stays).length;
    const confirms = this.#status.enabled && !this.#status.confirmed;
    if (!this.#status.enabled || (going === 0 && !confirms)) return [];
    const label = going === 0 ? 'Confirm this policy' : `${confirms ? 'Confirm and remove' : 'Remove'} ${plural(going, 'snapshot')}…`;
    return [{ id: 'start', label, primary: true, act: () => this.#start(going) }];
  }

  async #save() {
    const rules = this.#rules;
    try {
      await changeConfig((config) => ({ ...config, retention: { ...config.retention, ...(keepsAll(rules) ? { enabled: false } : { ...rules, enabled: true }) } }));
      toast('Policy saved', keepsAll(rules) ? 'Nothing is removed by itself.' : '', 'good');
      this.#status = { ...this.#status, enabled: !keepsAll(rules), confirmed: false, policy: { ...this.#status.policy, ...rules, enabled: !keepsAll(rules) } };
      this.#drawControls();
      this.#draw();
      this.onSaved?.();
    } catch (error) {
      toastError(error);
    }
  }

  async #start(going) {
    // What was looked at is confirmed, and not what has been loaded since.
    const { digest, freed_bytes: freed, undo_hours: hours } = this.#preview;
    const undo = hours === 0 ? 'This cannot be undone.' : `You can bring them back for ${hoursWords(hours)}.`;
    const words = going === 0 ? 'From now on, snapshots that this policy does not keep are removed by themselves.'
      : `${plural(going, 'snapshot')} ${going === 1 ? 'goes' : 'go'}${freed == null ? '' : `, which frees ${bytes(freed)}`}. ${undo}`;
    if (!await sure(going === 0 ? 'Confirm this policy?' : `Remove ${plural(going, 'snapshot')}?`, words, going === 0 ? 'Confirm' : 'Remove', { danger: going > 0 })) return;
    try {
      await post('/api/retention/start', { digest });
      toast('Retention has begun', '', 'good');
    } catch (error) {
      toastError(error);
      this.onSaved?.();
    }
  }
}

/** "24 hours", "7 days". */
export function hoursWords(hours) {
  return hours >= 48 && hours % 24 === 0 ? plural(hours / 24, 'day') : plural(hours, 'hour');
}
