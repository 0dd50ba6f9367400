// Sites, cities and regions from vector tiles, drawn on the one canvas.
import { shortNumber } from './i18n.js'
import { marksOf, clusterRadius, merged, targetOf } from './marks.js'
import { KINDS } from './state.js'
import { drawKind, drawRing, kindColour } from './symbols.js'
import { worldOf } from './tiles.js'

const SHAPES_FROM_ZOOM = 9
/** Below, symbols that would cover one another are counted together. */
const SINGLES_FROM_ZOOM = 13
/** Below, cities without a name are specks. */
const SPECKS_TO_ZOOM = 9

/** Sites: seven shapes and colours, or clusters that show what they are made of. */
export class SitePainter {
  constructor(source) {
    this.source = source
    this.visible = true
  }

  draw(context, view, colours, hits) {
    if (!this.visible) return
    const tiles = this.source.request(view)
    if (view.zoom >= SHAPES_FROM_ZOOM) this.drawShapes(context, view, colours, tiles)
    const mergeable = view.zoom < SINGLES_FROM_ZOOM ? () => true : undefined
    const marks = merged(marksOf(tiles, 'sites', view).map(withKindCount), { mergeable })
    marks.sort((one, other) => one.count - other.count || rank(one) - rank(other))
    for (const mark of marks) {
      if (mark.count > 1) this.drawCluster(context, mark, colours, hits)
      else this.drawSite(context, view, mark, colours, hits)
    }
  }

  drawSite(context, view, mark, colours, hits) {
    const scale = view.zoom < 8 ? 0.72 : view.zoom < 11 ? 0.85 : 1
    context.save()
    context.translate(mark.x, mark.y)
    drawKind(context, mark.properties.kind ?? 'none', colours, { scale })
    context.restore()
    hits.point(mark.x, mark.y, 8 * scale, targetOf('sites', mark))
  }

  drawCluster(context, mark, colours, hits) {
    const radius = clusterRadius(mark.count)
    const parts = [...KINDS, 'unknown']
      .map((kind) => [colours[kindColour(kind)], mark.properties[`n_${kind}`] ?? 0])
      .filter(([, count]) => count > 0)
    drawRing(context, { ...mark, radius, text: shortNumber(mark.count), parts }, colours)
    hits.point(mark.x, mark.y, radius, targetOf('sites', mark))
  }

  drawShapes(context, view, colours, tiles) {
    for (const tile of tiles) {
      withinTile(context, view, tile, () => {
        for (const { type, properties, rings } of tile.layers.get('sites_shapes') ?? []) {
          const path = pathOf(rings, tile, view)
          context.strokeStyle = colours[kindColour(properties.kind ?? 'none')]
          context.fillStyle = context.strokeStyle
          context.lineWidth = 1.5
          context.stroke(path)
          context.globalAlpha = 0.12
          if (type === 3) context.fill(path)
          context.globalAlpha = 1
        }
      })
    }
  }
}

const rank = ({ properties }) => properties.rank ?? 0

/** A single site speaks for itself in the composition of a cluster that takes it in. */
function withKindCount(mark) {
  if (mark.count > 1) return mark
  const kind = mark.properties.kind ?? 'unknown'
  return { ...mark, properties: { ...mark.properties, [`n_${kind}`]: 1 } }
}

/**
 * Cities: dots where there is room for them. Their names, and the dots of the named ones, come
 * with the base map's, so that no two names collide.
 */
export class CityPainter {
  constructor(source) {
    this.source = source
    this.visible = true
  }

  draw(context, view, colours, hits) {
    if (!this.visible) return
    const isSmall = view.zoom < SPECKS_TO_ZOOM
    const room = isSmall ? 7 : 5
    const marks = merged(marksOf(this.source.request(view), 'cities', view), {
      mergeable: () => true,
      radius: () => room,
      worth: rank,
    })
    for (const mark of marks.reverse()) {
      if (isSmall) speck(context, mark, colours)
      else dot(context, mark, 3.4, colours)
      hits.point(mark.x, mark.y, 6, targetOf('cities', { ...mark, count: 1 }))
    }
  }
}

function speck(context, { x, y }, colours) {
  context.globalAlpha = 0.55
  context.beginPath()
  context.arc(x, y, 1.7, 0, 2 * Math.PI)
  context.fillStyle = colours.city
  context.fill()
  context.globalAlpha = 1
}

/** Draw a city's dot. */
export function dot(context, { x, y }, radius, colours) {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.lineWidth = 3
  context.strokeStyle = colours.halo
  context.stroke()
  context.fillStyle = colours.city
  context.fill()
}

/** Regions: outlines with a light fill; their names, too, come with the base map's. */
export class RegionPainter {
  constructor(source) {
    this.source = source
    this.visible = true
    this.chosen = ''
    this.pointed = ''
  }

  draw(context, view, colours, hits) {
    if (!this.visible) return
    const tiles = this.source.request(view).filter((tile) => !tile.covered)
    for (const tile of tiles) {
      withinTile(context, view, tile, () => this.drawTile(context, view, tile, colours, hits))
    }
  }

  drawTile(context, view, tile, colours, hits) {
    for (const { properties, rings } of tile.layers.get('regions') ?? []) {
      const path = pathOf(rings, tile, view)
      const isChosen = [this.chosen, this.pointed].includes(properties.id)
      context.fillStyle = colours.region
      context.globalAlpha = isChosen ? 0.14 : 0.045
      context.fill(path)
      context.globalAlpha = isChosen ? 1 : view.zoom < 6 ? 0.45 : 0.6
      context.strokeStyle = colours.region
      context.lineWidth = isChosen ? 2.6 : 1.2
      context.setLineDash([9, 2.5])
      context.stroke(path)
      context.setLineDash([])
      context.globalAlpha = 1
      hits.area(path, { layer: 'regions', id: properties.id, properties, count: 1 })
    }
  }
}

function pathOf(rings, tile, view) {
  const path = new Path2D()
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      const [x, y] = view.at(...worldOf(tile, ring[i], ring[i + 1]))
      if (i === 0) path.moveTo(x, y)
      else path.lineTo(x, y)
    }
  }
  return path
}

/** Draw inside one tile's square only: its margin holds the cut edges of shapes. */
function withinTile(context, view, tile, draw) {
  const [left, top] = view.at(...worldOf(tile, 0, 0)).map(Math.round)
  const [right, bottom] = view.at(...worldOf(tile, 1, 1)).map(Math.round)
  context.save()
  context.beginPath()
  context.rect(left, top, right - left, bottom - top)
  context.clip()
  draw()
  context.restore()
}
