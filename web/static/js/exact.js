// Exact places of one's own area: asked in private, drawn above all else, in no print unless asked.
import { boxText, collection, fetchJson, latest } from './api.js'
import { DataCanvas, shifts, toWorld } from './canvas.js'
import { byId, el } from './dom.js'
import { shownTo, shownToGlyph } from './exposure-words.js'
import { language, number, t } from './i18n.js'
import { clusterRadius, merged, targetOf } from './marks.js'
import { placeOf } from './overlay.js'
import { drawKind, drawRing } from './symbols.js'

const WITHHELD = ['generalised', 'restricted', 'hidden']
const SINGLES_FROM_ZOOM = 12
const A_PAGE = 1000
const MOST_PAGES = 5
const RADIUS = 12
const DASHES = { generalised: [3, 3], restricted: [], hidden: [] }

/** Show the layer, and its part of the legend, to those who may see such places. */
export function showExact(view, who) {
  const layers = Object.keys(who.rights).filter((layer) => who.rights[layer].see)
  return layers.length ? new Exact(view, layers) : null
}

class Exact {
  constructor(view, layers) {
    Object.assign(this, { view, layers, isOn: true, shown: [], isWhole: true })
    this.load = latest((signal) => this.fetch(signal))
    view.addCanvas(new DataCanvas([this], { pane: 'exact' }))
    this.legend()
    view.map.on('moveend', () => this.refresh())
    this.refresh()
  }

  async refresh() {
    if (!this.isOn) return
    try {
      const shown = await this.load()
      if (shown) this.fill(shown)
    } catch (error) {
      // Whoever is not signed in any more sees nothing any more.
      this.fill([])
      this.note.textContent = error.message
    }
  }

  async fetch(signal) {
    const found = await Promise.all(this.layers.map((layer) => this.fetchLayer(layer, signal)))
    return found.flat()
  }

  async fetchLayer(layer, signal) {
    const bbox = boxText(this.view.map.getBounds())
    const query = new URLSearchParams({ bbox, limit: A_PAGE, lang: language(), f: 'json' })
    let address = collection(layer, 'exact', query)
    const found = []
    for (let page = 0; address && page < MOST_PAGES; page++) {
      const { features, links } = await fetchJson(address, { signal })
      found.push(...features.map((one) => placed(layer, one)))
      const next = links.find(({ rel }) => rel === 'next')
      address = next && new URL(next.href).pathname + new URL(next.href).search
    }
    this.cut = { ...this.cut, [layer]: Boolean(address) }
    return found
  }

  fill(shown) {
    this.shown = shown
    const isCut = Object.values(this.cut ?? {}).some(Boolean)
    this.note.textContent = isCut ? t('There are more here: zoom in to see them all.') : ''
    for (const [visibility, count] of this.counts)
      count.textContent = number(shown.filter((one) => one.properties.visibility === visibility).length)
    this.view.redraw()
  }

  legend() {
    const box = el('input', {
      type: 'checkbox',
      role: 'switch',
      checked: true,
      id: 'exact-switch',
      on: { change: () => this.turn(box.checked) },
    })
    const print = el('input', {
      type: 'checkbox',
      id: 'exact-print',
      on: { change: () => document.documentElement.toggleAttribute('data-print-exact', print.checked) },
    })
    this.counts = new Map(WITHHELD.map((one) => [one, el('span', { class: 'number' })]))
    this.note = el('p', { class: 'small', role: 'status' })
    const rows = WITHHELD.map((one) =>
      el(
        'li',
        { class: 'option' },
        shownToGlyph(one),
        el('span', { class: 'text', text: t(shownTo(one).short) }),
        this.counts.get(one),
      ),
    )
    const group = el(
      'fieldset',
      { class: 'group exact-legend', id: 'exact-legend' },
      el('legend', { class: 'hidden', text: t('Exact places of your area') }),
      el('label', { class: 'layer' }, shownToGlyph('hidden'), el('span', { text: t('Exact places of your area') }), box),
      el('div', { class: 'options' },
        el('ul', {}, rows),
        el('label', { class: 'option' }, print, el('span', { class: 'text', text: t('Also in print') })),
        this.note,
      ),
    )
    this.group = group
    byId('legend').querySelector('[data-section="dating"]').before(group)
  }

  turn(isOn) {
    this.isOn = isOn
    this.group.classList.toggle('off', !isOn)
    if (isOn) this.refresh()
    else this.fill([])
  }

  draw(context, view, colours, hits) {
    if (view.zoom >= SINGLES_FROM_ZOOM - 3) for (const one of this.shown) outline(context, view, one, colours)
    const marks = this.shown.flatMap((one) => marksOf(one, view))
    const mergeable = view.zoom < SINGLES_FROM_ZOOM ? () => true : undefined
    for (const mark of merged(marks, { mergeable, radius: radiusOf })) {
      if (mark.count > 1) {
        const text = number(mark.count)
        drawRing(context, { ...mark, radius: radiusOf(mark), text, parts: [[colours.exact, 1]] }, colours)
      } else drawOne(context, mark, colours)
      hits.point(mark.x, mark.y, RADIUS, { ...targetOf(mark.layer, mark), isExact: true })
    }
  }
}

const radiusOf = (mark) => (mark.count > 1 ? clusterRadius(mark.count) + 2 : RADIUS)

function placed(layer, { id, geometry, properties }) {
  const { lng, lat } = placeOf(geometry)
  return { layer, geometry, world: toWorld(lng, lat), properties: { ...properties, id } }
}

function marksOf({ layer, world: [worldX, worldY], properties }, view) {
  return shifts(view, worldX, worldX).map((shift) => {
    const world = [worldX + shift, worldY]
    const [x, y] = view.at(...world)
    return { layer, x, y, world, properties, count: 1 }
  })
}

/** Draw a record: what it is, within a ring that says how much of it the public sees. */
function drawOne(context, { x, y, properties }, colours) {
  const { visibility, kind } = properties
  const isHidden = visibility === 'hidden'
  context.save()
  context.translate(x, y)
  ring(context, RADIUS + 1.5, colours.halo)
  ring(context, RADIUS, isHidden ? colours.exact : colours.paper)
  context.lineWidth = 2.4
  context.strokeStyle = colours.exact
  context.setLineDash(DASHES[visibility] ?? [])
  context.stroke()
  context.setLineDash([])
  drawKind(context, kind ?? 'none', colours, { scale: 0.8 })
  context.restore()
}

function ring(context, radius, colour) {
  context.beginPath()
  context.arc(0, 0, radius, 0, 2 * Math.PI)
  context.fillStyle = colour
  context.fill()
}

function outline(context, view, { geometry, properties }, colours) {
  if (geometry.type.endsWith('Point')) return
  const depth = { LineString: 0, MultiLineString: 1, Polygon: 1, MultiPolygon: 2 }[geometry.type] ?? 0
  context.save()
  context.strokeStyle = colours.exact
  context.lineWidth = 2
  context.setLineDash(DASHES[properties.visibility] ?? [])
  for (const line of depth ? geometry.coordinates.flat(depth - 1) : [geometry.coordinates]) {
    context.beginPath()
    line.forEach(([lng, lat], i) => {
      const [x, y] = view.at(...toWorld(lng, lat))
      if (i) context.lineTo(x, y)
      else context.moveTo(x, y)
    })
    context.stroke()
  }
  context.restore()
}

/** Return what the tip of an exact place says beside its name. */
export const exactTip = ({ count, properties }) =>
  count > 1
    ? [t('Exact places: {n}', { n: number(count) })]
    : [t(shownTo(properties.visibility).short)]
