// Maps of what was changed: where something was, dashed, and where it is then. Drawn when seen.
import { byId } from './dom.js'
import { loadWords } from './i18n.js'
import { groundedMap, paintedBy } from './pagemap.js'

const { L } = window
const CLOSEST = 15
const SIDES = ['before', 'after']

const told = JSON.parse(byId('told').textContent)
const boxes = [...document.querySelectorAll('[data-places]')]

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue
    seen.unobserve(target)
    draw(target, told[target.dataset.places])
  }
})

await loadWords(document.documentElement.lang).catch(() => {})
for (const box of boxes) {
  box.parentElement.hidden = false
  seen.observe(box)
}

function draw(box, places) {
  const map = groundedMap(box, { scrollWheelZoom: false })
  const drawn = L.featureGroup()
  for (const side of SIDES) if (places[side]) shape(places[side], side).addTo(drawn)
  map.fitBounds(drawn.getBounds(), { maxZoom: CLOSEST, padding: [32, 32], animate: false })
  paintedBy(map, (colours) =>
    drawn.eachLayer((layer) => layer.setStyle({ color: colours[layer.options.side === 'before' ? 'ink' : 'accent'] })),
  )
  drawn.addTo(map)
  box.dataset.ready = '1'
}

function shape(geometry, side) {
  const style = { weight: 3, fillOpacity: side === 'before' ? 0 : 0.25, dashArray: side === 'before' ? '3 5' : null }
  return L.geoJSON(geometry, {
    side,
    style,
    pointToLayer: (_, place) => L.circleMarker(place, { ...style, radius: side === 'before' ? 11 : 7 }),
  })
}
