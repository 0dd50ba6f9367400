// Twin pairs as lines of the map: where they run and end, and what they are.
import { fromWorld, shifts, toWorld } from './canvas.js'
import { nameOf } from './i18n.js'
import { statusParts } from './symbols.js'

/** Up to here, a pair whose cities are near each other is one pin. */
export const OPENS_AT_ZOOM = 9
const NEAR_PX = 34
const SHORT_PX = 150

/** Return those pairs that are short enough on the screen to be seen as a pair. */
export function shortOf(lines, { scale }) {
  return lines.filter(
    ({ ends: [[ax, ay], [bx, by]] }) => Math.hypot(bx - ax, by - ay) * scale < SHORT_PX,
  )
}

export function endsIn({ ends }, view) {
  return ends.some(([x, y]) => y > view.top && y < view.bottom && shifts(view, x, x).length > 0)
}

export function repeats(part, line, view) {
  return shifts(view, line.leftmost, line.rightmost).map((shift) => pixels(part, shift, view))
}

/** Return a pair's line in worlds, with its ends and what it is. */
export function pair(feature) {
  const { properties, id } = feature
  const line = worldLine(feature.geometry)
  const status = properties.status ?? 'unknown'
  const target = { layer: 'twins', id, properties, count: 1 }
  return { ...line, id, status, properties, target: { ...target, ...fromWorld(...middle(line)) } }
}

export function bundle(feature) {
  const { properties } = feature
  const [[status]] = [...statusParts(properties)]
    .sort(([, one], [, other]) => other - one)
    .concat([['unknown', 0]])
  const line = worldLine(feature.geometry)
  const target = {
    layer: 'twins',
    count: properties.count,
    properties,
    ...fromWorld(...middle(line)),
  }
  return { ...line, status, count: properties.count, target }
}

function worldLine({ type, coordinates }) {
  const lists = type === 'MultiLineString' ? coordinates : [coordinates]
  const parts = lists.map((list) => list.map(([lng, lat]) => toWorld(lng, lat)))
  const xs = parts.flat().map(([x]) => x)
  return {
    parts,
    ends: [parts[0][0], parts.at(-1).at(-1)],
    leftmost: Math.min(...xs),
    rightmost: Math.max(...xs),
  }
}

const middle = ({ parts: [part] }) => part[Math.floor(part.length / 2)]

export function isPin({ ends: [[ax, ay], [bx, by]] }, { zoom, scale }) {
  return zoom < OPENS_AT_ZOOM && Math.hypot(bx - ax, by - ay) * scale < NEAR_PX
}

export function pinMarks(line, view) {
  const [[ax, ay], [bx, by]] = line.ends
  const world = [(ax + bx) / 2, (ay + by) / 2]
  return shifts(view, world[0], world[0]).map((shift) => {
    const [x, y] = view.at(world[0] + shift, world[1])
    return { x, y, world, line, count: 1, properties: { [`n_${line.status}`]: 1 } }
  })
}

export function twinOf(line, city) {
  const isFirst = line.properties.city_a === city.id
  const id = isFirst ? line.properties.city_b : line.properties.city_a
  const world = farther(line.ends, toWorld(city.lng, city.lat))
  // A pair is named after both of its cities, with a dash between them.
  const parts = nameOf(line.properties).text.split(' – ')
  const name = parts.length === 2 ? parts[isFirst ? 1 : 0] : ''
  return {
    world,
    name,
    target: { layer: 'cities', id, count: 1, properties: { name }, ...fromWorld(...world) },
  }
}

function farther([one, other], place) {
  const distance = ([x, y]) => Math.hypot(x - place[0], y - place[1])
  return distance(one) > distance(other) ? one : other
}

export function pixels(part, shift, view) {
  const points = []
  for (const [x, y] of part) points.push(...view.at(x + shift, y))
  return points
}
