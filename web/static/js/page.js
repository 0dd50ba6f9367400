// A page to read: the theme button, and the small map where the page has one.
import { byId } from './dom.js'
import { loadWords } from './i18n.js'
import { isDark, onTheme, turnTheme } from './palette.js'

function themeButton() {
  const button = byId('toggle-theme')
  const mark = () => button.setAttribute('aria-pressed', String(isDark()))
  button.addEventListener('click', turnTheme)
  button.hidden = false
  onTheme(mark)
  mark()
}

async function start() {
  themeButton()
  const place = byId('map')
  if (place) {
    // Without its words the map still works, in English.
    await loadWords(place.dataset.lang).catch(() => {})
    // Leaflet comes with the pages that have a map.
    const { showMap } = await import('./pagemap.js')
    await showMap(place)
  }
  document.documentElement.dataset.ready = '1'
}

start()
