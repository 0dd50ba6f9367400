// Colours of the map, read from the style sheet: one place says how things look.
import { KINDS, STATUSES } from './state.js'

const NAMES = [
  'sea',
  'land',
  'lake',
  'river',
  'border',
  'disputed',
  'ink',
  'muted',
  'halo',
  'paper',
  'accent',
  'city',
  'region',
  'exact',
  'country-label',
  'place-label',
  'water-label',
  'kind-none',
  ...KINDS.map((kind) => `kind-${kind}`),
  ...STATUSES.map((status) => `status-${status}`),
]

/** Return name → colour as the canvas wants it, for the theme that is on. */
export function palette() {
  const probe = document.body.appendChild(document.createElement('i'))
  const colours = Object.fromEntries(
    NAMES.map((name) => {
      probe.style.color = `var(--${name})`
      return [name, getComputedStyle(probe).color]
    }),
  )
  probe.remove()
  return colours
}

/** Call back when the theme changes, by the system or by the reader. */
export function onTheme(hear) {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', hear)
  new MutationObserver(hear).observe(document.documentElement, { attributeFilter: ['data-theme'] })
}

/** Tell whether the page is dark now. */
export function isDark() {
  const { theme } = document.documentElement.dataset
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
}

/** Turn the theme to the other one, and remember it. */
export function turnTheme() {
  const theme = isDark() ? 'light' : 'dark'
  document.documentElement.dataset.theme = theme
  try {
    localStorage.setItem('geomap-theme', theme)
  } catch {
    // Storage is switched off: the theme lasts as long as the page.
  }
}
