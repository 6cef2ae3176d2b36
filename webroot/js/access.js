// Who else comes in, and who did what: the tokens for programs and the audit log, below the configuration.

import { byId, h, setHidden } from './dom.js';
import { get, post, request } from './api.js';
import { exact, instant } from './format.js';
import { PagedList } from './paged-list.js';
import { timeElement } from './clock.js';
import { toastError } from './toast.js';

const PAGE = 25;
const WAYS = { password: 'password', token: 'token', oidc: 'single sign-on', proxy: 'proxy', no_login: 'no login', command_line: 'command line' };
const CODES = { login: 'Logged in', 'login.failed': 'Wrong password or token', logout: 'Logged out', refused: 'Refused' };

const list = byId('token-list');
const made = byId('token-made');
const audit = new PagedList(byId('audit-list'), auditRow);

async function loadTokens() {
  try {
    const { tokens } = await get('/api/tokens');
    list.replaceChildren(...(tokens.length === 0 ? [h('li', { class: 'muted' }, 'None yet.')] : tokens.map(tokenRow)));
  } catch (error) {
    list.replaceChildren(h('li', {}, error.message, ' ', h('button', { type: 'button', class: 'button small', onclick: loadTokens }, 'Try again')));
  }
}

function tokenRow(token) {
  const expires = token.expires_at == null ? 'Never expires' : `Expires ${exact(instant(token.expires_at))}`;
  return h('li', {},
    h('div', {}, h('strong', {}, token.name), ' ', h('span', { class: 'chip' }, token.role),
      h('p', { class: 'muted' }, `${expires} · `, ...(token.last_used_at ? ['last used ', timeElement(token.last_used_at)] : ['never used']))),
    h('button', { type: 'button', class: 'button small', 'aria-label': `Revoke ${token.name}`, onclick: (event) => revoke(event.currentTarget, token) }, 'Revoke'));
}

// The second click within a while means it: what used the token stops at once.
async function revoke(button, token) {
  if (button.dataset.sure !== 'yes') {
    button.dataset.sure = 'yes';
    button.classList.add('danger');
    button.textContent = 'Revoke for good?';
    return;
  }
  try {
    await request('DELETE', `/api/tokens/${encodeURIComponent(token.id)}`);
  } catch (error) {
    toastError(error);
  }
  await Promise.all([loadTokens(), loadAudit()]);
}

async function make(event) {
  event.preventDefault();
  const days = byId('token-expiry').value;
  try {
    const token = await post('/api/tokens', { name: byId('token-name').value.trim(), role: byId('token-role').value, ...(days ? { expires_days: Number(days) } : {}) });
    made.replaceChildren(h('div', {}, h('p', {}, h('strong', {}, `The token ${token.name}`), ' is shown this once. Copy it now:'), h('code', { id: 'token-text' }, token.token)));
    setHidden(made, false);
    event.target.reset();
    await Promise.all([loadTokens(), loadAudit()]);
  } catch (error) {
    toastError(error);
  }
}

function loadAudit() {
  return audit.show(async (after, signal) => {
    const { entries, next } = await get(`/api/audit?limit=${PAGE}${after ? `&before=${encodeURIComponent(after)}` : ''}`, { signal });
    return { items: entries, next };
  }, () => 'Nothing yet.');
}

function auditRow(entry) {
  const who = entry.by.name ? `${entry.by.name} (${entry.by.role}, ${WAYS[entry.by.via] ?? entry.by.via})` : 'Somebody';
  return h('li', { data: { tone: entry.status < 400 ? null : 'bad' } },
    h('div', {}, h('strong', {}, CODES[entry.action] ?? entry.action), entry.subject ? ` ${entry.subject}` : '',
      h('p', { class: 'muted' }, who, entry.by.address ? ` from ${entry.by.address}` : '', entry.status < 400 ? '' : ` · refused (${entry.status})`,
        entry.more > 0 ? ` · ${entry.more} more like it before` : '')),
    timeElement(entry.at));
}

byId('token-form').addEventListener('submit', make);
loadTokens();
loadAudit();
