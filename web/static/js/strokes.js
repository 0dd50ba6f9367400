// Lines, rings and small words on a canvas.
import { shortNumber } from './i18n.js'
import { FONT } from './symbols.js'

export function stroke(context, points, colour, width, dash, alpha = 1) {
  const before = context.globalAlpha
  context.globalAlpha = before * alpha
  context.beginPath()
  context.moveTo(points[0], points[1])
  for (let i = 2; i < points.length; i += 2) context.lineTo(points[i], points[i + 1])
  context.strokeStyle = colour
  context.lineWidth = width
  context.lineJoin = 'round'
  context.setLineDash(dash)
  context.stroke()
  context.setLineDash([])
  context.globalAlpha = before
}

export function ring(context, x, y, radius, colour, colours, isFilled = true) {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.lineWidth = 5
  context.strokeStyle = colours.halo
  context.stroke()
  if (isFilled) {
    context.fillStyle = colours.paper
    context.fill()
  }
  context.lineWidth = 2.4
  context.strokeStyle = colour
  context.stroke()
}

export function label(context, text, x, y, colours, taken) {
  const width = context.measureText(text).width
  const box = { left: x - 3, right: x + width + 3, top: y - 9, bottom: y + 9 }
  const collides = taken.some(
    (other) =>
      box.left < other.right &&
      box.right > other.left &&
      box.top < other.bottom &&
      box.bottom > other.top,
  )
  if (!text || collides) return
  taken.push(box)
  context.lineJoin = 'round'
  context.lineWidth = 4
  context.strokeStyle = colours.halo
  context.strokeText(text, x, y)
  context.fillStyle = colours.ink
  context.fillText(text, x, y)
}

export function labelBundles(labels, context, colours) {
  const taken = []
  context.font = `600 11px ${FONT}`
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  labels.sort((one, other) => other.count - one.count)
  for (const { points, count } of labels.slice(0, 12)) {
    const at = Math.floor(points.length / 4) * 2
    label(context, shortNumber(count), points[at] - 8, points[at + 1], colours, taken)
  }
}
