// Twin cities: arcs by status; near pairs as pins; bundles where pairs are many.
import { collection, fetchJson, filters, latest } from './api.js'
import { fromWorld, shifts } from './canvas.js'
import { shortNumber } from './i18n.js'
import { dot } from './layers.js'
import { merged } from './marks.js'
import {
  bundle,
  endsIn,
  isPin,
  OPENS_AT_ZOOM,
  pair,
  pinMarks,
  pixels,
  repeats,
  shortOf,
  twinOf,
} from './pair-lines.js'
import { label, labelBundles, ring, stroke } from './strokes.js'
import { drawRing, FONT, LINES, statusParts } from './symbols.js'

const FADED = 0.13
const PIN_ROOM = { mergeable: () => true, radius: () => 13 }
/** Colour, width beyond the line's, and alpha of what sets a line off from the map. */
const CASINGS = [['halo', 1.6, 0.45]]
const CHOSEN_CASINGS = [
  ['halo', 9, 1],
  ['accent', 7, 1],
  ['paper', 3.6, 1],
]
const STEM_PX = 19
/** Up to a zoom, the number of bundles that can be told apart. */
const MOST_BUNDLES = [
  [3, 70],
  [4, 60],
  [5, 48],
  [6, 36],
  [22, 24],
]
/** Where pairs are many, near ones are shown by themselves from here on. */
const NEAR_FROM_ZOOM = 7
const NEAR_MOST = 80

export class PairPainter {
  /**
   * @param {{items: string, overview: string, singleLimit: number}} options
   * @param {{onChange: Function, onError: Function, onMany: Function}} hear
   */
  constructor({ items, overview, singleLimit }, { onChange, onError, onMany }) {
    this.urls = { items, overview }
    this.singleLimit = singleLimit
    this.onChange = onChange
    this.onError = onError
    this.onMany = onMany
    this.visible = true
    this.lines = []
    this.bundles = []
    this.pins = []
    this.chosen = []
    this.twins = []
    this.selected = ''
    this.pointed = ''
    this.near = []
    this.load = latest((signal, state, view) => this.fetch(signal, state, view))
    this.choose = latest((signal, city, state) => this.fetchCity(signal, city, state))
  }

  /**
   * Fetch the pairs that the filters find: each, or bundles when they are many.
   * @param {object} state
   * @param {{zoom: number, bbox: string}} view
   */
  async refresh(state, view) {
    if (!this.visible) return
    try {
      await this.load(state, view)
      this.failed = false
    } catch (error) {
      if (!this.failed) this.onError(error)
      this.failed = true
    }
    this.onChange()
  }

  async fetch(signal, state, { zoom, bbox }) {
    const query = filters('twins', state)
    if (query.toString() !== this.query) {
      const { matched } = await fetchJson(collection('twins', 'facets', query), { signal })
      this.many = matched > this.singleLimit
      this.onMany(this.many)
      const lines = this.many ? [] : await this.items(signal, query, { limit: this.singleLimit })
      Object.assign(this, { lines, query: query.toString(), bundlesOf: '', bundles: [], near: [] })
    }
    if (this.many) await this.fetchMany(signal, query, { zoom: Math.round(zoom), bbox })
  }

  async fetchMany(signal, query, { zoom, bbox }) {
    const wanted = `${query}@${zoom}`
    if (this.bundlesOf !== wanted) {
      const url = `${this.urls.overview}?${withMore(query, { zoom })}`
      this.bundles = (await fetchJson(url, { signal })).features.map(bundle)
      this.bundlesOf = wanted
    }
    if (zoom < NEAR_FROM_ZOOM) this.near = []
    else
      this.near = await this.items(signal, query, { bbox, sortby: 'distance_km', limit: NEAR_MOST })
  }

  async items(signal, query, more) {
    const { features } = await fetchJson(`${this.urls.items}?${withMore(query, more)}`, { signal })
    return features.filter(({ geometry }) => geometry).map(pair)
  }

  async fetchCity(signal, city, state) {
    if (!city) {
      this.chosen = []
      this.twins = []
    } else {
      this.chosen = await this.items(signal, filters('twins', state), {
        city: city.id,
        limit: 1000,
      })
      this.twins = this.chosen.map((line) => twinOf(line, city))
    }
    this.onChange()
  }

  draw(context, view, colours, hits) {
    if (!this.visible) return
    this.pins = []
    const isChosen = this.chosen.length > 0
    const own = isChosen ? null : hits
    const lines = this.many ? shortOf(this.near, view) : this.lines
    context.globalAlpha = isChosen ? FADED : 1
    this.drawBundles(context, view, colours, own)
    this.drawLines(lines, context, view, colours, own)
    context.globalAlpha = 1
  }

  /** Draw what of the pins lies below sites: the stems, so that no number is struck through. */
  drawStems(context, view, colours) {
    const isShown = this.visible && this.chosen.length === 0
    this.standing = isShown ? merged(this.pins, PIN_ROOM) : []
    for (const { x, y, line, count } of this.standing) {
      const stem = [x, y, x, y - STEM_PX]
      stroke(context, stem, colours.halo, 4, [])
      stroke(context, stem, count === 1 ? colours[`status-${line.status}`] : colours.muted, 1.8, [])
    }
  }

  /** Draw what lies above sites and cities: pins of near pairs, a chosen city's arcs and twins. */
  drawAbove(context, view, colours, hits) {
    if (!this.visible) return
    if (this.chosen.length > 0) {
      this.pins = []
      this.drawLines(this.chosen, context, view, colours, hits)
      this.standing = merged(this.pins, PIN_ROOM)
    }
    for (const pin of this.standing) this.drawPin(pin, context, colours, hits)
    if (this.chosen.length > 0) this.drawTwins(context, view, colours, hits)
  }

  drawLines(lines, context, view, colours, hits) {
    for (const line of lines) {
      if (isPin(line, view)) this.pins.push(...pinMarks(line, view))
      else this.drawLine(line, context, view, colours, hits)
    }
  }

  drawLine(line, context, view, colours, hits) {
    const isSelected = [this.selected, this.pointed].includes(line.id)
    const { dash, width } = LINES[line.status] ?? LINES.unknown
    const colour = colours[`status-${line.status}`]
    for (const shift of shifts(view, line.leftmost, line.rightmost)) {
      for (const part of line.parts) {
        const points = pixels(part, shift, view)
        for (const [casing, more, alpha] of isSelected ? CHOSEN_CASINGS : CASINGS) {
          stroke(context, points, colours[casing], width + more, [], alpha)
        }
        stroke(context, points, colour, width + (isSelected ? 0.8 : 0), dash)
        hits?.line(points, line.target)
      }
      if (view.zoom < OPENS_AT_ZOOM) continue
      for (const end of line.ends) this.drawEnd(end, shift, context, view, colours, line)
    }
  }

  drawEnd([worldX, worldY], shift, context, view, colours, line) {
    const [x, y] = view.at(worldX + shift, worldY)
    ring(context, x, y, 7, colours[`status-${line.status}`], colours)
    dot(context, { x, y }, 3, colours)
  }

  /** A pin stands above its place, so that what else is there stays legible. */
  drawPin(pin, context, colours, hits) {
    const { x, line, count } = pin
    const y = pin.y - STEM_PX
    if (count > 1) this.drawPins({ ...pin, y }, context, colours, hits)
    else {
      const colour = colours[`status-${line.status}`]
      if ([this.selected, this.pointed].includes(line.id))
        ring(context, x, y, 14, colours.accent, colours)
      ring(context, x - 3.6, y, 5.6, colour, colours)
      ring(context, x + 3.6, y, 5.6, colour, colours, false)
      hits.point(x, y, 11, line.target)
    }
  }

  drawPins(pin, context, colours, hits) {
    const { count, world, properties } = pin
    const parts = statusParts(properties).map(([one, n]) => [colours[`status-${one}`], n])
    drawRing(context, { ...pin, radius: 12, text: shortNumber(count), parts }, colours)
    hits.point(pin.x, pin.y, 12, { layer: 'twins', count, properties, ...fromWorld(...world) })
  }

  /** Of very many, draw the strongest that begin or end in view: fewer lines say more. */
  drawBundles(context, view, colours, hits) {
    const most = MOST_BUNDLES.find(([zoom]) => view.zoom <= zoom)[1]
    const shown = this.bundles.filter((line) => endsIn(line, view)).slice(0, most)
    const greatest = Math.log2(1 + (shown[0]?.count ?? 1))
    const labels = []
    const before = context.globalAlpha
    for (const line of shown.reverse()) {
      const weight = Math.log2(1 + line.count) / greatest
      for (const points of line.parts.flatMap((part) => repeats(part, line, view))) {
        context.globalAlpha = before * (0.22 + 0.4 * weight)
        stroke(context, points, colours[`status-${line.status}`], 0.9 + 4.6 * weight ** 2, [])
        hits?.line(points, line.target)
        if (line.count >= 10) labels.push({ points, count: line.count })
      }
    }
    context.globalAlpha = before
    if (hits) labelBundles(labels, context, colours)
  }

  drawTwins(context, view, colours, hits) {
    const taken = []
    context.font = `600 12px ${FONT}`
    context.textBaseline = 'middle'
    context.textAlign = 'left'
    for (const { world, target, name } of this.twins) {
      const [leftmost] = world
      for (const shift of shifts(view, leftmost, leftmost)) {
        const [x, y] = view.at(world[0] + shift, world[1])
        dot(context, { x, y }, 4, colours)
        hits.point(x, y, 7, target)
        label(context, name, x + 8, y, colours, taken)
      }
    }
  }
}

function withMore(query, more) {
  const whole = new URLSearchParams(query)
  for (const [name, value] of Object.entries(more)) whole.set(name, value)
  return whole
}
