// Light, dark, or as the system has it. No module, and loaded in the head: a chosen theme holds before anything is drawn.
(() => {
  const KEY = 'hubstorage.theme';
  const NEXT = { System: 'Light', Light: 'Dark', Dark: 'System' };
  const root = document.documentElement;
  const bars = [...document.querySelectorAll('meta[name="theme-color"]')].map((meta) => [meta, meta.content]);
  let chosen = 'System';

  function apply(theme) {
    chosen = Object.hasOwn(NEXT, theme) ? theme : 'System';
    if (chosen === 'System') delete root.dataset.theme;
    else root.dataset.theme = chosen.toLowerCase();
    // The browser's own bar: the first colour is for light, the second for dark.
    for (const [meta, own] of bars) meta.content = { Light: bars[0][1], Dark: bars[1][1] }[chosen] ?? own;
    label();
    dispatchEvent(new Event('themechange'));
  }

  function label() {
    const button = document.getElementById('theme');
    for (const name of ['aria-label', 'title']) button?.setAttribute(name, `Theme: ${chosen}. Switch to ${NEXT[chosen]}`);
  }

  // Where a browser refuses storage, a theme lasts as long as the page.
  function stored(work) {
    try {
      return work(localStorage);
    } catch {
      return null;
    }
  }

  apply(stored((storage) => storage.getItem(KEY)) ?? '');
  addEventListener('DOMContentLoaded', label);
  addEventListener('storage', (event) => event.key === KEY && apply(event.newValue ?? ''));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dispatchEvent(new Event('themechange')));
  document.addEventListener('click', (event) => {
    if (!event.target.closest('#theme')) return;
    apply(NEXT[chosen]);
    stored((storage) => storage.setItem(KEY, chosen));
  });
})();
