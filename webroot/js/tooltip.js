// One tooltip for all that need more than a title attribute.

import { h } from './dom.js';

const MARGIN = 8;
let tip = null;

/** Shows the lines (the first one strong) above an element. */
export function showTip(anchor, [first, ...rest]) {
  tip ??= document.body.appendChild(h('div', { class: 'tip', role: 'tooltip', id: 'tip' }));
  tip.replaceChildren(h('strong', {}, first), ...rest.map((line) => h('span', {}, line)));
  tip.hidden = false;
  const place = anchor.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const left = Math.min(Math.max(MARGIN, place.left + place.width / 2 - own.width / 2), innerWidth - own.width - MARGIN);
  const above = place.top - own.height - MARGIN;
  tip.style.setProperty('left', `${left}px`);
  tip.style.setProperty('top', `${above < MARGIN ? place.bottom + MARGIN : above}px`);
}

export function hideTip() {
  if (tip) tip.hidden = true;
}
