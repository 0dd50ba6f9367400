// Maps of what was changed: where something was, dashed, and where it is then. Drawn when seen.
import { byId } from './dom.js'
import { loadWords } from './i18n.js'
import { groundedMap, nameTip, paintedBy } from './pagemap.js'
import { onTheme, palette } from './palette.js'

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
  if (places.near) around(map, places.near)
}

/** Show what the public sees around, small and beneath: it says where a place is among others. */
async function around(map, near) {
  const answer = await fetch(near, { headers: { Accept: 'application/geo+json' } }).catch(() => null)
  if (!answer?.ok) return
  const neighbours = L.geoJSON(await answer.json(), {
    style: { weight: 1, fillOpacity: 0.05 },
    pointToLayer: (_, place) => L.circleMarker(place, { radius: 4, weight: 1, fillOpacity: 0.6 }),
    onEachFeature: nameTip,
  })
  const paint = () => neighbours.setStyle({ color: palette().ink, fillColor: palette().ink })
  paint()
  onTheme(paint)
  neighbours.addTo(map).bringToBack()
  map.getContainer().dataset.neighbours = neighbours.getLayers().length
}

function shape(geometry, side) {
  const style = { weight: 3, fillOpacity: side === 'before' ? 0 : 0.25, dashArray: side === 'before' ? '3 5' : null }
  return L.geoJSON(geometry, {
    side,
    style,
    pointToLayer: (_, place) => L.circleMarker(place, { ...style, radius: side === 'before' ? 11 : 7 }),
  })
}
