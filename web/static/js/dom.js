// Elements without markup in strings: text is text, whatever it holds.

const SVG = 'http://www.w3.org/2000/svg'

/**
 * Return a new element.
 * @param {string} tag
 * @param {object} [props] class, text, on (event → listener), data, anything else an attribute
 * @param {...(Node|string|null|false)} children
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) put(element, name, value)
  element.append(...children.flat().filter((child) => child || child === 0))
  return element
}

function put(element, name, value) {
  if (value === null || value === undefined || value === false) return
  if (name === 'class') element.className = value
  else if (name === 'text') element.textContent = value
  else if (name === 'on')
    for (const [type, hear] of Object.entries(value)) element.addEventListener(type, hear)
  else if (name === 'data') Object.assign(element.dataset, value)
  else element.setAttribute(name, value === true ? '' : value)
}

/** Return a new SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** Return a name in its own direction and, where it is known, its own language. */
export function bdi({ text, lang }) {
  return el('bdi', { text, lang: lang || null })
}

/** Return a line icon of the 20-unit grid. */
export function icon(path) {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 20 20', 'aria-hidden': 'true' },
    svg('path', { d: path }),
  )
}

export const byId = (id) => document.getElementById(id)
