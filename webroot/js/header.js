// What every page has in its header: what opens the palette, all else of which comes when it is asked for. And what stands in for
// pages while the server is away.

import { byId, setAttribute, setText, url } from './dom.js';
import { toast } from './toast.js';

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const button = byId('palette-button');

async function toggle() {
  if (document.querySelector('dialog[open]:not(#palette)')) return;
  try {
    (await import('./palette.js')).toggle();
  } catch {
    toast('The search could not be loaded', 'The server does not answer. Try again in a moment.', 'bad');
  }
}

/** What an address names behind its # may be a button. */
async function arrive() {
  if (location.hash) (await import('./named-button.js')).focusNamed();
}

setText(button.querySelector('kbd'), MAC ? '⌘K' : 'Ctrl K');
setAttribute(button, 'aria-keyshortcuts', MAC ? 'Meta+K' : 'Control+K');
button.addEventListener('click', toggle);
addEventListener('keydown', (event) => {
  const asked = MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (!asked || event.shiftKey || event.altKey || event.key.toLowerCase() !== 'k') return;
  event.preventDefault();
  if (!event.repeat) toggle();
});
addEventListener('hashchange', arrive);
arrive();
// After all else. Browsers have it over HTTPS and on this very machine; without it, their own page says that nobody answers.
addEventListener('load', () => navigator.serviceWorker
  ?.register(url(`/service-worker.js?v=${encodeURIComponent(document.documentElement.dataset.version ?? '')}`), { scope: url('/') })
  .catch(() => {}));
