// What is under the pointer: symbols in a grid of cells, lines by distance.

const CELL = 48

export class Hits {
  constructor() {
    this.cells = new Map()
    this.lines = []
    this.areas = []
  }

  /** Remember a round symbol; later ones lie above earlier ones. */
  point(x, y, radius, target) {
    const spot = { x, y, radius, target }
    for (let i = cell(x - radius); i <= cell(x + radius); i++) {
      for (let j = cell(y - radius); j <= cell(y + radius); j++) {
        const key = `${i}:${j}`
        if (!this.cells.has(key)) this.cells.set(key, [])
        this.cells.get(key).push(spot)
      }
    }
  }

  /** Remember a line: [x, y, x, y, …]. */
  line(points, target) {
    this.lines.push({ points, target })
  }

  /** Remember an area by a path of the canvas. */
  area(path, target) {
    this.areas.push({ path, target })
  }

  /** Return the nearest target at a place, or null: symbols first, then lines, then areas. */
  find(x, y, context, slack = 5) {
    return this.findPoint(x, y, slack) ?? this.findLine(x, y, slack) ?? this.findArea(x, y, context)
  }

  findPoint(x, y, slack) {
    let best = null
    let least = Infinity
    for (const spot of this.cells.get(`${cell(x)}:${cell(y)}`) ?? []) {
      const distance = Math.hypot(spot.x - x, spot.y - y)
      // Of symbols that overlap, the upper one wins unless the pointer is clearly on the lower.
      if (distance <= spot.radius + slack && distance <= least + 2) {
        best = spot.target
        least = distance
      }
    }
    return best
  }

  /** Return every symbol at a place, the upper ones first, each feature once. */
  stack(x, y) {
    const spots = (this.cells.get(`${cell(x)}:${cell(y)}`) ?? []).toReversed()
    const here = spots.filter((spot) => Math.hypot(spot.x - x, spot.y - y) <= spot.radius)
    const targets = new Map(here.map(({ target }) => [`${target.layer}/${target.id}`, target]))
    return [...targets.values()]
  }

  findLine(x, y, slack) {
    let best = null
    let least = slack
    for (const { points, target } of this.lines) {
      for (let i = 0; i + 3 < points.length; i += 2) {
        const distance = toSegment(x, y, points, i)
        if (distance < least) {
          best = target
          least = distance
        }
      }
    }
    return best
  }

  findArea(x, y, context) {
    if (!context) return null
    // An outline is clicked near its edge, so that what lies inside stays reachable.
    context.save()
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.lineWidth = 10
    const found = this.areas.findLast(({ path }) => context.isPointInStroke(path, x, y))
    context.restore()
    return found?.target ?? null
  }
}

const cell = (value) => Math.floor(value / CELL)

function toSegment(x, y, points, i) {
  const [ax, ay, bx, by] = [points[i], points[i + 1], points[i + 2], points[i + 3]]
  const length = (bx - ax) ** 2 + (by - ay) ** 2
  const along = length ? ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length : 0
  const part = Math.max(0, Math.min(1, along))
  return Math.hypot(ax + part * (bx - ax) - x, ay + part * (by - ay) - y)
}
