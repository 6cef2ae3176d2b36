// What opens the palette, on every page. All else of it comes when it is asked for.

import { byId, setAttribute, setText } from './dom.js';
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
