// Points of a view: single symbols, and clusters that do not lie on one another.
import { fromWorld } from './canvas.js'
import { worldOf } from './tiles.js'

const MARGIN = 30

/**
 * Return the points of one layer of tiles that lie in the view.
 * @returns {Array<{x: number, y: number, world: number[], properties: object, count: number}>}
 *   x and y in pixels of the canvas
 */
export function marksOf(tiles, name, view) {
  const marks = []
  for (const tile of tiles) {
    for (const { rings, properties } of tile.layers.get(name) ?? []) {
      const [tileX, tileY] = rings[0]
      // A tile's margin repeats its neighbour's points.
      if (!isWithin(tileX, tileY, 1, 1, 0)) continue
      const world = worldOf(tile, tileX, tileY)
      const [x, y] = view.at(...world)
      if (tile.covered?.(...world) || !isWithin(x, y, view.width, view.height, MARGIN)) continue
      marks.push({ x, y, world, properties, count: properties.count ?? 1 })
    }
  }
  return marks
}

function isWithin(x, y, width, height, margin) {
  return x >= -margin && y >= -margin && x < width + margin && y < height + margin
}

/** Return the radius of a cluster's circle in pixels. */
export const clusterRadius = (count) => Math.min(24, 9.8 + 3 * Math.log10(count))

/**
 * Merge clusters that would lie on one another, and single ones under a cluster. Their counts
 * add up, so that nothing is lost. The one of more worth keeps its place.
 */
export function merged(marks, { mergeable = isCluster, radius = radiusOf, worth = countOf } = {}) {
  const kept = []
  const cells = new Map()
  const inOrder = [...marks].sort((one, other) => worth(other) - worth(one))
  for (const mark of inOrder) {
    const neighbour = neighbourOf(mark, cells, mergeable, radius)
    if (neighbour) absorb(neighbour, mark)
    else {
      const own = { ...mark, properties: { ...mark.properties } }
      kept.push(own)
      const key = `${Math.floor(mark.x / 60)}:${Math.floor(mark.y / 60)}`
      cells.set(key, [...(cells.get(key) ?? []), own])
    }
  }
  return kept
}

const countOf = (mark) => mark.count
const isCluster = (mark) => mark.count > 1
const radiusOf = (mark) => (mark.count > 1 ? clusterRadius(mark.count) : 6)

function neighbourOf(mark, cells, mergeable, radius) {
  const [column, row] = [Math.floor(mark.x / 60), Math.floor(mark.y / 60)]
  for (let i = column - 1; i <= column + 1; i++) {
    for (let j = row - 1; j <= row + 1; j++) {
      const found = cells.get(`${i}:${j}`)?.find((other) => {
        if (!mergeable(other) && !mergeable(mark)) return false
        const room = (radius(other) + radius(mark)) * 0.85
        return Math.hypot(other.x - mark.x, other.y - mark.y) < room
      })
      if (found) return found
    }
  }
  return null
}

function absorb(mark, other) {
  mark.count += other.count
  mark.members = [...(mark.members ?? []), other]
  for (const [name, value] of Object.entries(other.properties)) {
    if (name.startsWith('n_')) mark.properties[name] = (mark.properties[name] ?? 0) + value
  }
}

/** Return what a pointer, a list and a drawer need to know of a mark. */
export function targetOf(layer, mark) {
  const { properties, world, count } = mark
  return { layer, id: properties.id, properties, count, ...fromWorld(...world) }
}
