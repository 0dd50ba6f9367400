// Names on the map: which, in what order of importance, and where there is room for them.
import { language } from './i18n.js'
import { clusterRadius } from './marks.js'
import { Spot } from './shared.js'
import { FONT } from './symbols.js'

const { protomapsL } = window
/** Up to here, names keep clear of sites and their clusters. */
const CLEAR_TO_ZOOM = 12
/** Up to here, a circle of sites tends to stand on a city, and its name stands farther off. */
const APART_TO_ZOOM = 9
/** Up to here, the base map's great cities are named before ours. */
const GREAT_CITIES_TO_ZOOM = 5
const REPEAT_PX = 200
const NOTHING = () => {}

/** Return the rules by which names are laid out; the first ones have the first choice. */
export function nameRules(colours) {
  const labelProps = [`name_${language()}`, 'name']
  const textOf = ({ props }) => props[labelProps[0]] ?? props.name
  const style = { labelProps, stroke: colours.halo, width: 1.6 }
  const places = new PlaceName(textOf, { ...style, fill: colours['place-label'], font: placeFont })
  const cityStyle = { ...style, fill: colours.ink, font: cityFont }
  const yieldsAt = (zoom) => zoom <= GREAT_CITIES_TO_ZOOM
  const cities = new PlaceName(textOf, cityStyle, { mark: cityDot(colours), yieldsAt })
  const byRank = (one, other) => (one.rank ?? 99) - (other.rank ?? 99)
  const ofBase = (symbolizer, wanted, zooms) => ({
    dataSource: 'base',
    dataLayer: 'places',
    symbolizer,
    filter: (zoom, { props }) => (props.kind === 'country') === wanted,
    sort: byRank,
    ...zooms,
  })
  const ofOurs = (dataSource, dataLayer, symbolizer, more) => ({
    dataSource,
    dataLayer,
    symbolizer,
    ...more,
  })
  const byImportance = (one, other) => (other.rank ?? 0) - (one.rank ?? 0)
  return [
    ofBase(new Once(textOf, countryNames(style, colours)), true, { maxzoom: 7 }),
    // The base map knows which cities are great; near by, ours are the more complete.
    ofBase(places, false, { minzoom: 4, maxzoom: GREAT_CITIES_TO_ZOOM }),
    ofOurs('sites', 'sites', OBSTACLE, { maxzoom: CLEAR_TO_ZOOM }),
    ofOurs('cities', 'cities', cities, { minzoom: 4, sort: byImportance }),
    ofBase(places, false, { minzoom: GREAT_CITIES_TO_ZOOM + 1 }),
    ofOurs('regions', 'regions_labels', new Once(textOf, regionNames(style, colours)), {
      minzoom: 4,
    }),
  ]
}

const placeFont = (zoom) => `500 ${zoom < 7 ? 11.5 : 12.5}px ${FONT}`
const cityFont = (zoom) => `600 ${zoom < 7 ? 11.5 : 13}px ${FONT}`

function countryNames(style, colours) {
  return new protomapsL.CenteredTextSymbolizer({
    ...style,
    fill: colours['country-label'],
    font: (zoom, { props }) => `600 ${(props.rank ?? 0) < 3 || zoom > 4 ? 13 : 11.5}px ${FONT}`,
    letterSpacing: 1,
    maxLineChars: 14,
    lineHeight: 1.3,
  })
}

function regionNames(style, colours) {
  return new protomapsL.CenteredTextSymbolizer({
    ...style,
    fill: colours.region,
    font: `italic 600 12.5px ${FONT}`,
    maxLineChars: 18,
    lineHeight: 1.35,
  })
}

/** A name that is not said twice near by, whichever source it comes from. */
class Once {
  constructor(textOf, symbolizer) {
    Object.assign(this, { textOf, symbolizer })
  }

  place(layout, geometry, feature) {
    const labels = this.symbolizer.place(layout, geometry, feature)
    return labels?.map((label) => this.once(label, feature))
  }

  once(label, feature, distance = REPEAT_PX) {
    const deduplicationKey = this.textOf(feature)
    return { ...label, deduplicationKey, deduplicationDistance: distance }
  }
}

/** The name of a place on the side of it where there is room, with air between names. */
class PlaceName extends Once {
  /** Where it does not yield, it takes the place of the same name from another source. */
  constructor(textOf, style, { mark = NOTHING, yieldsAt = () => true } = {}) {
    super(textOf, new protomapsL.TextSymbolizer({ ...style, maxLineChars: 24 }))
    Object.assign(this, { mark, yieldsAt })
  }

  place(layout, [[anchor]], feature) {
    const origin = [[new Spot(0, 0)]]
    const text = this.symbolizer.place(layout, origin, feature)?.[0]
    if (!text) return undefined
    const side = sides(text.bboxes[0], layout.zoom).find((at) =>
      hasRoom(layout, boxAt(anchor, text, at)),
    )
    if (!side) return undefined
    const draw = (context) => {
      this.mark(context)
      context.translate(side.x, side.y)
      text.draw(context)
    }
    const label = { anchor, bboxes: [boxAt(anchor, text, side)], draw }
    return [this.once(label, feature, this.yieldsAt(layout.zoom) ? REPEAT_PX : 0)]
  }
}

/** Return where a text may begin beside its place: right, left, below, above. */
function sides({ minY, maxX, maxY }, zoom) {
  const gap = zoom <= APART_TO_ZOOM ? 15 : 9
  const middle = -(minY + maxY) / 2
  return [
    { x: gap, y: middle },
    { x: -gap - maxX, y: middle },
    { x: -maxX / 2, y: gap - minY },
    { x: -maxX / 2, y: -gap - maxY },
  ]
}

function boxAt(anchor, { bboxes: [box] }, { x, y }) {
  return {
    minX: anchor.x + x + box.minX,
    minY: anchor.y + y + box.minY,
    maxX: anchor.x + x + box.maxX,
    maxY: anchor.y + y + box.maxY,
  }
}

function hasRoom({ index, order, zoom }, box) {
  if (index.bboxCollides(box, order)) return false
  const air = zoom < 8 ? 20 : 6
  const wide = {
    minX: box.minX - air,
    minY: box.minY - air / 2,
    maxX: box.maxX + air,
    maxY: box.maxY + air / 2,
  }
  return [...index.searchBbox(wide, order)].every((other) => other.draw === NOTHING)
}

/** Takes the room of a site or a cluster, so that no name is laid under it; draws nothing. */
const OBSTACLE = {
  place(layout, [[{ x, y }]], { props: { count = 1 } }) {
    const radius = (count > 1 ? clusterRadius(count) : 6) - 2
    const box = { minX: x - radius, minY: y - radius, maxX: x + radius, maxY: y + radius }
    return [{ anchor: new Spot(x, y), bboxes: [box], draw: NOTHING }]
  },
}

/** Draw the dot of a named city around 0, 0. */
function cityDot(colours) {
  return (context) => {
    context.beginPath()
    context.arc(0, 0, 3.2, 0, 2 * Math.PI)
    context.lineWidth = 2.4
    context.strokeStyle = colours.halo
    context.stroke()
    context.fillStyle = colours.city
    context.fill()
  }
}
