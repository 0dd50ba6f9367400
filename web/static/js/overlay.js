// What is chosen, and what a row of the list points at, ringed on the map.
import { shifts, toWorld } from './canvas.js'

export class OverlayPainter {
  constructor() {
    this.selected = null
    this.pointed = null
  }

  draw(context, view, colours) {
    if (this.selected) mark(this.selected, context, view, colours.accent, 13)
    if (this.pointed) mark(this.pointed, context, view, colours.ink, 11)
  }
}

function mark({ lng, lat }, context, view, colour, radius) {
  if (!Number.isFinite(lng)) return
  const [worldX, worldY] = toWorld(lng, lat)
  for (const shift of shifts(view, worldX, worldX)) {
    const [x, y] = view.at(worldX + shift, worldY)
    for (const [style, width] of [
      ['#fff', 6],
      [colour, 3],
    ]) {
      context.beginPath()
      context.arc(x, y, radius, 0, 2 * Math.PI)
      context.strokeStyle = style
      context.lineWidth = width
      context.stroke()
    }
  }
}

/** Return a place that stands for a geometry: of a point itself, else the middle of its box. */
export function placeOf(geometry) {
  if (!geometry) return null
  if (geometry.type === 'Point')
    return { lng: geometry.coordinates[0], lat: geometry.coordinates[1] }
  const box = boxOf(geometry)
  return { lng: (box.west + box.east) / 2, lat: (box.south + box.north) / 2 }
}

/** Return the box of a geometry in degrees. */
export function boxOf(geometry) {
  const numbers = geometry.coordinates.flat(Infinity)
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity }
  for (let i = 0; i < numbers.length; i += 2) {
    box.west = Math.min(box.west, numbers[i])
    box.east = Math.max(box.east, numbers[i])
    box.south = Math.min(box.south, numbers[i + 1])
    box.north = Math.max(box.north, numbers[i + 1])
  }
  return box
}
