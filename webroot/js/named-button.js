// The way from one of the palette's actions to the button that does it.

import { byId } from './dom.js';

/** How long a page may take to have its buttons ready. */
const READY_MS = 15_000;

/** The button that the address names gets the focus as soon as it can be used, unless somebody does something else by then. */
export function focusNamed() {
  const target = byId(location.hash.slice(1));
  if (target?.localName !== 'button') return;
  const over = new AbortController();
  const watch = new MutationObserver(focus);
  function focus() {
    if (target.disabled || !target.checkVisibility({ visibilityProperty: true })) return;
    over.abort();
    target.focus();
    // Named again, it is to get it again.
    history.replaceState(null, '', location.pathname + location.search);
  }
  over.signal.addEventListener('abort', () => watch.disconnect());
  for (const name of ['keydown', 'pointerdown', 'hashchange']) addEventListener(name, () => over.abort(), { signal: over.signal });
  setTimeout(() => over.abort(), READY_MS);
  // What it stands in may be hidden until all of it is there.
  watch.observe(document.body, { attributes: true, subtree: true });
  focus();
}
