// Our tiles, which the canvas has already, for the base map's renderer, which lays out the names.

/** Our tiles as the base map's renderer wants them. */
export class Shared {
  constructor(source) {
    this.source = source
  }

  async get(coordinates, size) {
    const layers = await this.source.read(coordinates)
    return new Map(
      [...layers].map(([name, features]) => [name, features.map((one) => placed(one, size))]),
    )
  }
}

function placed({ type, properties, rings }, size) {
  const geom = rings.map((ring) => [new Spot(ring[0] * size, ring[1] * size)])
  const [{ x, y }] = geom[0]
  const bbox = { minX: x, minY: y, maxX: x, maxY: y }
  return { geomType: type, geom, props: properties, bbox, numVertices: 1 }
}

/** A point with the arithmetic that the renderer does on it. */
export class Spot {
  constructor(x, y) {
    Object.assign(this, { x, y })
  }

  clone() {
    return new Spot(this.x, this.y)
  }

  mult(factor) {
    this.x *= factor
    this.y *= factor
    return this
  }

  add(other) {
    this.x += other.x
    this.y += other.y
    return this
  }

  dist(other) {
    return Math.hypot(this.x - other.x, this.y - other.y)
  }
}
