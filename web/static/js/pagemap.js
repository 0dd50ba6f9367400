// The small map of a page: the base map, and the features that the page lists.
import { Basemap } from './basemap.js'
import { t } from './i18n.js'
import { onTheme, palette } from './palette.js'

const { L } = window
const PANES = { ground: 200, names: 390 }
const BASEMAP = { url: '/basemap/{z}/{x}/{y}.mvt', maxZoom: 8, online: [] }
const CLOSEST = 8
const CALM = matchMedia('(prefers-reduced-motion: reduce)').matches

/**
 * Show a map in an element that says what is on it: `data-features`, an address of GeoJSON, or
 * `data-box`, west, south, east and north in degrees.
 * @param {HTMLElement} place
 */
export async function showMap(place) {
  const drawn = await shapes(place.dataset)
  if (!drawn) return
  place.hidden = false
  const map = groundedMap(place, { scrollWheelZoom: false })
  map.fitBounds(drawn.getBounds(), { maxZoom: CLOSEST, padding: [24, 24], animate: false })
  paintedBy(map, (colours) => drawn.setStyle({ color: colours.accent, fillColor: colours.accent }))
  drawn.addTo(map)
}

/** Return a Leaflet map without anything on it yet. */
export function groundedMap(place, options = {}) {
  const map = L.map(place, {
    zoomAnimation: !CALM,
    fadeAnimation: !CALM,
    worldCopyJump: true,
    minZoom: 1,
    maxZoom: 18,
    attributionControl: false,
    zoomControl: false,
    ...options,
  })
  L.control.zoom({ zoomInTitle: t('Zoom in'), zoomOutTitle: t('Zoom out') }).addTo(map)
  L.control.attribution({ prefix: 'Leaflet' }).addAttribution('Natural Earth · © GeoNames (CC BY 4.0)').addTo(map)
  for (const [name, order] of Object.entries(PANES)) {
    const pane = map.createPane(name)
    pane.style.zIndex = order
    pane.style.pointerEvents = 'none'
  }
  return map
}

/** Draw the base map below, now and when the theme changes; `paint` does the rest. */
export function paintedBy(map, paint) {
  const basemap = new Basemap(map, BASEMAP, { sources: {}, onFail: () => {} })
  const again = () => {
    const colours = palette()
    basemap.show(colours)
    paint(colours)
  }
  again()
  onTheme(again)
}

async function shapes({ features, box }) {
  if (box) {
    const [west, south, east, north] = box.split(',').map(Number)
    return L.featureGroup([L.rectangle([[south, west], [north, east]], { weight: 2, fillOpacity: 0.08 })])
  }
  const answer = await fetch(features, { headers: { Accept: 'application/geo+json' } }).catch(() => null)
  if (!answer?.ok) return null
  const layer = L.geoJSON(await answer.json(), {
    pointToLayer: (_, place) => L.circleMarker(place, { radius: 6, weight: 2, fillOpacity: 0.65 }),
    style: { weight: 2, fillOpacity: 0.15 },
    onEachFeature: nameTip,
  })
  return layer.getLayers().length ? layer : null
}

/** Name a shape when it is pointed at. */
export function nameTip({ properties }, shape) {
  const label = document.createElement('span')
  label.textContent = properties?.name ?? '' // names are text, never HTML
  if (label.textContent) shape.bindTooltip(label)
}
