// Building elements without markup strings: what comes from the server only ever becomes text.

const BASE = typeof document === 'undefined' ? '' : (document.documentElement.dataset.base ?? '');
const SVG = 'http://www.w3.org/2000/svg';

/** The address of something below the base path. */
export function url(path) {
  return BASE + path;
}

export function byId(id) {
  return document.getElementById(id);
}

/**
 * An element. In `props`, `on…` adds a listener, `data` fills data attributes, a boolean sets or leaves out the
 * attribute, everything else is an attribute. Children are nodes or text; null and false are left out.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (name === 'data') Object.assign(element.dataset, value);
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function icon(name) {
  return svg('svg', { class: 'icon', 'aria-hidden': 'true' }, svg('use', { href: `${url('/assets/icons/icons.svg')}#${name}` }));
}

/** Exchanges the picture of an existing icon. */
export function setIcon(element, name) {
  const use = element.querySelector('use');
  const href = `${url('/assets/icons/icons.svg')}#${name}`;
  if (use && use.getAttribute('href') !== href) use.setAttribute('href', href);
}

// The setters below touch the page only on a change: five states a second over many rows must cost nothing, and a live
// region that is written the same text again would be read aloud again.

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setData(element, name, value) {
  if (value == null) delete element.dataset[name];
  else if (element.dataset[name] !== String(value)) element.dataset[name] = value;
}

export function setAttribute(element, name, value) {
  if (value == null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** A custom property through the CSSOM, which the content security policy allows where a style attribute is refused. */
export function setVar(element, name, value) {
  if (element.style.getPropertyValue(name) !== String(value)) element.style.setProperty(name, value);
}
