// Where something is among the settings: tabs, addresses and the search for one. Pure.

/** The tab of a section that names none, or one that the page does not have. */
const REST = 'advanced';

/** The sections of the schema by tab, in its order: `Map(tab → sections)`. */
export function byTab(sections, tabs) {
  const found = new Map(tabs.map((tab) => [tab, []]));
  for (const section of sections) found.get(tabs.includes(section.tab) ? section.tab : REST).push(section);
  return found;
}

/** Where an address leads: `#schedule`, `#schedule/automation.cron`, and as older links have it, a field or `#section-retention`. */
export function placeOf(hash, places) {
  const [first, ...rest] = decode(hash.replace(/^#/, '')).split('/');
  const name = rest.length > 0 ? rest.join('/') : first;
  const place = places.find((one) => [one.id, `section-${one.section}`].includes(name)) ?? places.find((one) => one.section === name && rest.length > 0);
  if (place) return { tab: place.tab, id: place.id };
  return places.some(({ tab }) => tab === first) ? { tab: first, id: null } : null;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The tab that a key leads to; null for a key that leads nowhere. */
export function tabAfter(tabs, current, key) {
  const at = tabs.indexOf(current);
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
  if (key === 'Home') return tabs[0];
  if (key === 'End') return tabs.at(-1);
  return step ? tabs[(at + step + tabs.length) % tabs.length] : null;
}

/** The places with each of the words, those first whose title begins with what is asked. */
export function findPlaces(places, asked, most = 8) {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const rank = ({ title, words: more = '' }) => {
    const own = title.toLowerCase();
    const all = `${own} ${more.toLowerCase()}`;
    if (!words.every((word) => all.includes(word))) return null;
    return own.startsWith(words.join(' ')) ? 0 : words.every((word) => own.includes(word)) ? 1 : 2;
  };
  return places.map((place) => ({ place, rank: rank(place) })).filter((one) => one.rank !== null)
    .sort((a, b) => a.rank - b.rank).slice(0, most).map(({ place }) => place);
}
