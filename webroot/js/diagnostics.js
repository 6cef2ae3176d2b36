// Credentials and access: what was tried, how it went, what to do.

import { byId, h, icon } from './dom.js';
import { get } from './api.js';
import { capital, visible } from './format.js';

const box = byId('diagnosis');
const button = byId('diagnose');
const OUTCOMES = { ok: ['good', 'check', 'Works'], skipped: ['idle', 'minus', 'Not needed'], failed: ['bad', 'cross', 'Failed'] };

/** Asks the server to try everything, shows each step, and returns what it said; null when it said nothing. */
export async function diagnose() {
  button.disabled = true;
  try {
    const diagnosis = await get('/api/aws_diagnostics');
    draw(diagnosis);
    return diagnosis;
  } catch (error) {
    box.replaceChildren(h('p', { class: 'empty' }, h('strong', {}, error.title ?? 'The check failed'), error.message));
    return null;
  } finally {
    button.disabled = false;
  }
}

function draw(diagnosis) {
  box.dataset.ok = String(diagnosis.ok);
  const { accounts = [] } = diagnosis;
  // Where others have names, the one that .env names may be none, and then has no steps.
  box.replaceChildren(...accounts.length === 0 ? account(diagnosis)
    : [...diagnosis.steps.length > 0 ? account(diagnosis, 'The account in .env') : [], ...accounts.flatMap((each) => account(each, `Account ${each.account}`))]);
}

function account(diagnosis, title) {
  return [
    title ? h('h3', { class: 'account' }, title) : null,
    h('dl', { class: 'access' }, ...access(diagnosis).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
    h('ul', { class: 'steps' }, diagnosis.steps.map(step)),
  ].filter(Boolean);
}

function access({ credentials, endpoint, region, identity }) {
  const missing = [credentials.has_access_key ? null : 'access key', credentials.has_secret_key ? null : 'secret key'].filter(Boolean);
  const found = credentials.configured
    ? `Found${credentials.source ? ` (${credentials.source})` : ''}`
    : `Missing: ${missing.join(' and ') || 'no source gave any'}`;
  return [
    ['Credentials', h('span', { class: 'tone-text', data: { tone: credentials.configured ? 'good' : 'bad' } }, found)],
    credentials.profile ? ['Profile', credentials.profile] : null,
    endpoint ? ['Endpoint', endpoint] : null,
    region ? ['Region', region] : null,
    identity ? ['Identity', visible(identity.arn)] : null,
  ].filter(Boolean);
}

// A step is named in lower case; a bucket's own name comes after the word.
function step({ name, outcome, detail, remedy }) {
  const [tone, picture, word] = OUTCOMES[outcome] ?? OUTCOMES.failed;
  return h('li', { class: 'step', data: { tone, outcome } }, icon(picture),
    h('div', {}, h('strong', {}, capital(visible(name))), h('span', { class: 'visually-hidden' }, `: ${word}`),
      h('p', {}, visible(detail)), remedy ? h('p', { class: 'remedy' }, visible(remedy)) : null));
}
