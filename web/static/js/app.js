// Brings the page to life: one state, the modules that show it, and the address that keeps it.
import { showWho, whoIsThere } from './account.js'
import { offerAdding } from './adding.js'
import { boxText } from './api.js'
import { openDialogs } from './dialogs.js'
import { Drawer } from './drawer.js'
import { byId } from './dom.js'
import { showExact } from './exact.js'
import { loadWords } from './i18n.js'
import { Chips } from './chips.js'
import { Legend } from './legend.js'
import { List } from './list.js'
import { MapView } from './mapview.js'
import { placeOf } from './overlay.js'
import { Panel } from './panel.js'
import { keepAddress, readAddress } from './permalink.js'
import { isDark, onTheme, turnTheme } from './palette.js'
import { Search } from './search.js'
import { createStore } from './state.js'

/**
 * @param {L.Map} map the map that the page has made, with the options of its parts
 * @param {{lang: string}} config
 */
export async function mount(map, { lang }) {
  const address = readAddress(location)
  if (address.view)
    map.setView([address.view.lat, address.view.lng], address.view.zoom, { animate: false })
  const asked = whoIsThere(lang)
  // Without its words the page still works, in English.
  await loadWords(lang).catch(() => {})
  const { lat, lng } = map.getCenter()
  const store = createStore({ view: { lat, lng, zoom: map.getZoom() }, ...address })
  const view = new MapView(map, store)
  wire(store, view, Boolean(address.view))
  keepAddress(store)
  asked.then((who) => known(who, view))
  addEventListener('hashchange', () => follow(map))
}

/** Show who is there, and what they may do on the map. */
function known(who, view) {
  showWho(who)
  offerAdding(view.map, who)
  view.exact = showExact(view, who)
  document.documentElement.dataset.who = who.role
}

/** Go where a changed address says, for example one that was pasted into it. */
function follow(map) {
  const { view } = readAddress(location)
  if (view) map.setView([view.lat, view.lng], view.zoom)
}

function wire(store, view, hasView) {
  const box = () => boxText(view.map.getBounds())
  const onBasemap = (name) => view.basemap.choose(name)
  const basemaps = view.basemap.online.map(({ name }) => name)
  new Panel(store, view.map)
  new Legend(byId('legend'), store, { box, basemaps, onBasemap })
  new Chips(byId('chips'), store)
  const first = view.refreshPairs()
  new List(byId('results'), store, {
    box,
    onPoint: (layer, id, place) => view.point(layer, id, place),
    onFirst: () => first.then(() => ready(view)),
  })
  new Search(store, (result) => pick(store, view, result))
  new Drawer(store, drawerHearers(store, view, hasView))
  openDialogs(store, box)
  themeButton()
}

function pick(store, view, { layer, id, lng, lat, bbox }) {
  const [west, south, east, north] = bbox ?? [lng, lat, lng, lat]
  view.goTo(
    { bbox: { west, south, east, north } },
    { closer: layer === 'sites' || layer === 'cities' },
  )
  store.set({ open: { layer, id } })
}

function drawerHearers(store, view, hasView) {
  const { pairs } = view.painters
  let restored = store.get().open
  return {
    onShow: (open, feature) => {
      const place = placeOf(feature.geometry)
      const isSpot = ['sites', 'cities'].includes(open.layer)
      view.highlight('selected', isSpot ? place : null)
      // A link shows what its sender saw, even if that was elsewhere than what is open.
      if (restored === open && !hasView) view.goTo(feature, { closer: isSpot })
      else if (place && (restored !== open || view.covers(place))) view.reveal(feature)
      restored = null
      const city = open.layer === 'cities' && place ? { id: open.id, ...place } : null
      pairs.choose(city, store.get())
    },
    onHide: () => {
      view.highlight('selected', null)
      pairs.choose(null, store.get())
    },
    onChange: () => view.renew(),
    onGo: (feature) => view.goTo(feature, { closer: true }),
  }
}

function themeButton() {
  const button = byId('toggle-theme')
  const mark = () => button.setAttribute('aria-pressed', String(isDark()))
  button.addEventListener('click', turnTheme)
  onTheme(mark)
  mark()
}

/** Say that the first data is drawn, which tests and printers wait for. */
function ready(view) {
  for (const canvas of view.canvases) canvas.drawNow()
  document.documentElement.dataset.ready = '1'
}
