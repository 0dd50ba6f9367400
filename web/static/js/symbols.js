// Seven kinds as seven shapes and seven colours; the same paths for the canvas and the legend.
import { svg } from './dom.js'
import { STATUSES } from './state.js'

/** Outlines in a box of 16 units around 0, 0. */
const OUTLINES = {
  worship: 'M-5.500 7V-1C-5.500-4.500-3-6.500 0-8.500 3-6.500 5.500-4.500 5.500-1V7Z',
  defence: 'M-7.500 7V-7H-4V-4H-1.800V-7H1.800V-4H4V-7H7.500V7Z',
  archaeology: 'M-8-6H8L0 8Z',
  culture: 'M0-7A7 7 0 1 1 0 7A7 7 0 1 1 0-7Z',
  building: 'M-6-6H6V6H-6Z',
  landscape: 'M0-8.500 8.500 0 0 8.500-8.500 0Z',
  nature: 'M-6.500 6.500C-8.500-3-3-8 7-7 8 3 3 8.500-6.500 6.500Z',
  none: 'M0-4.500A4.500 4.500 0 1 1 0 4.500A4.500 4.500 0 1 1 0-4.500Z',
}
const PATHS = new Map()

/** Lines of the statuses: told apart by dash and width where colour does not. */
export const LINES = {
  active: { dash: [], width: 2.6 },
  new: { dash: [14, 4], width: 2.6 },
  low_activity: { dash: [9, 4], width: 2.2 },
  active_without_agreement: { dash: [9, 3, 2, 3], width: 2.4 },
  dormant: { dash: [2, 5], width: 2.2 },
  suspended: { dash: [6, 5], width: 2.4 },
  terminated: { dash: [2, 4, 7, 4], width: 1.9 },
  expired: { dash: [4, 7], width: 1.9 },
  lapsed_by_merger: { dash: [1, 3, 1, 8], width: 1.9 },
  unknown: { dash: [4, 2.5], width: 1.3 },
}

const outline = (kind) => OUTLINES[kind] ?? OUTLINES.none
const isRing = (kind) => !(kind in OUTLINES) || kind === 'none'

/** Return the colour name of a kind. */
export const kindColour = (kind) => `kind-${isRing(kind) ? 'none' : kind}`

/** Return the symbol of a kind as an image for the legend and the list. */
export function kindGlyph(kind) {
  const shape = svg('path', { d: outline(kind), class: isRing(kind) ? 'ring' : 'solid' })
  return svg(
    'svg',
    { class: `glyph ${kindColour(kind)}`, viewBox: '-10 -10 20 20', 'aria-hidden': 'true' },
    shape,
  )
}

/** Return a sample of a status's line. */
export function statusGlyph(status) {
  const { dash, width } = LINES[status] ?? LINES.unknown
  const line = svg('path', { d: 'M2 8H34', 'stroke-width': width })
  if (dash.length) line.setAttribute('stroke-dasharray', dash.join(' '))
  return svg(
    'svg',
    { class: `line status-${status}`, viewBox: '0 0 36 16', 'aria-hidden': 'true' },
    line,
  )
}

/** Return the symbol of a city, a region or a pair. */
export function layerGlyph(layer) {
  const shapes = {
    cities: [svg('circle', { r: 4.5, class: 'city-dot' })],
    regions: [svg('path', { d: 'M-8-4-2-8 7-6 8 3 2 8-7 6Z', class: 'region-area' })],
    twins: [
      svg('circle', { cx: -3.2, r: 4.6, class: 'pair-ring' }),
      svg('circle', { cx: 3.2, r: 4.6, class: 'pair-ring' }),
    ],
    sites: [svg('path', { d: OUTLINES.landscape, class: 'solid' })],
  }
  return svg(
    'svg',
    { class: `glyph ${layer}`, viewBox: '-10 -10 20 20', 'aria-hidden': 'true' },
    ...shapes[layer],
  )
}

/** Return the symbol of a feature in a list. */
export function featureGlyph(layer, properties) {
  if (layer === 'sites') return kindGlyph(properties.kind ?? 'none')
  if (layer === 'twins') return statusGlyph(properties.status ?? 'unknown')
  return layerGlyph(layer)
}

/** Draw a kind's symbol around 0, 0, with a casing that sets it off from any ground. */
export function drawKind(context, kind, colours, { scale = 1, strong = false } = {}) {
  if (!PATHS.has(kind)) PATHS.set(kind, new Path2D(outline(kind)))
  const path = PATHS.get(kind)
  context.save()
  context.scale(scale, scale)
  context.lineJoin = 'round'
  context.lineWidth = (strong ? 5 : 3.2) / 1
  context.strokeStyle = strong ? colours.ink : colours.halo
  context.stroke(path)
  if (isRing(kind)) {
    context.lineWidth = 2.6
    context.strokeStyle = colours[kindColour(kind)]
    context.fillStyle = colours.paper
    context.fill(path)
    context.stroke(path)
  } else {
    context.fillStyle = colours[kindColour(kind)]
    context.fill(path)
  }
  context.restore()
}

/** Return the worst-known-last order in which statuses share a count. */
export const statusParts = (properties, only = STATUSES) =>
  only.map((status) => [status, properties[`n_${status}`] ?? 0]).filter(([, count]) => count > 0)

/**
 * Draw a count in a circle, with a ring that shows what it is made of.
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number, radius: number, text: string, parts: Array<[string, number]>}} ring
 *   parts are colours and their counts
 * @param {object} colours
 */
export function drawRing(context, { x, y, radius, text, parts }, colours) {
  context.beginPath()
  context.arc(x, y, radius + 1.5, 0, 2 * Math.PI)
  context.fillStyle = colours.halo
  context.fill()
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fillStyle = colours.paper
  context.fill()
  const total = parts.reduce((sum, [, count]) => sum + count, 0) || 1
  let angle = -Math.PI / 2
  context.lineWidth = 3.4
  for (const [colour, count] of parts) {
    const end = angle + (count / total) * 2 * Math.PI
    context.beginPath()
    context.arc(x, y, radius - 1.7, angle, end)
    context.strokeStyle = colour
    context.stroke()
    angle = end
  }
  context.fillStyle = colours.ink
  context.font = `600 ${radius < 13 ? 10.5 : 12}px ${FONT}`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(text, x, y + 0.5)
}

export const FONT =
  '"Segoe UI", -apple-system, "Helvetica Neue", "Noto Sans", "Liberation Sans", system-ui, sans-serif'
