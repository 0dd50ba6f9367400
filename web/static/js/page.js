// A page to read: the theme button, and the small map where the page has one.
import { showWho, whoIsThere } from './account.js'
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

/** Without its words the menu still works, in English. */
async function greet() {
  const { lang } = document.documentElement
  const who = await whoIsThere(lang)
  if (who.name !== null) await loadWords(lang).catch(() => {})
  showWho(who)
  document.documentElement.dataset.who = who.role
}

async function start() {
  themeButton()
  const greeted = greet()
  const place = byId('map')
  if (place) {
    // Without its words the map still works, in English.
    await loadWords(place.dataset.lang).catch(() => {})
    // Leaflet comes with the pages that have a map.
    const { showMap } = await import('./pagemap.js')
    await showMap(place)
  }
  await greeted
  document.documentElement.dataset.ready = '1'
}

start()
