// The bar of a bucket that is being backed up.

import { setAttribute, setData, setText, setVar } from './dom.js';
import { percent } from './format.js';

/** Draws how much is done, or only that something goes on where `share` is null; `parts` has `bar`, `fill` and `percent`. */
export function drawProgress(parts, share, { waiting }, tone) {
  // A bar that moves would say that something goes on.
  setData(parts.bar, 'open', String(share == null && !waiting));
  setData(parts.bar, 'tone', tone === 'info' ? null : tone);
  setVar(parts.fill, '--done', share == null ? 0 : share.toFixed(4));
  setAttribute(parts.bar, 'aria-valuenow', share == null ? null : Math.floor(share * 100));
  setText(parts.percent, share == null ? '' : percent(share));
}
