// One canvas as large as the view: no seams between tiles, and it moves along while zooming.
import { Hits } from './hits.js'

const { L } = window

/**
 * A Leaflet renderer that draws our painters instead of Leaflet's paths; panning, zoom
 * animation and padding are Leaflet's own.
 */
export const DataCanvas = L.Renderer.extend({
  options: { padding: 0.2, pane: 'marks' },

  /** @param {Array<{draw: Function}>} painters from below to above */
  initialize(painters, options) {
    L.Renderer.prototype.initialize.call(this, options)
    this.painters = painters
    this.hits = new Hits()
    this.colours = {}
  },

  _initContainer() {
    const canvas = (this._container = document.createElement('canvas'))
    canvas.setAttribute('aria-hidden', 'true')
    canvas.className = 'data-canvas'
    this._context = canvas.getContext('2d')
  },

  _destroyContainer() {
    cancelAnimationFrame(this._frame)
    this._container.remove()
    delete this._context
  },

  _update() {
    // While Leaflet animates a zoom, the old picture is stretched; a new one comes at its end.
    if (this._map._animatingZoom && this._bounds) return
    L.Renderer.prototype._update.call(this)
    const size = this._bounds.getSize()
    const ratio = window.devicePixelRatio || 1
    const canvas = this._container
    L.DomUtil.setPosition(canvas, this._bounds.min)
    canvas.width = Math.round(size.x * ratio)
    canvas.height = Math.round(size.y * ratio)
    canvas.style.width = `${size.x}px`
    canvas.style.height = `${size.y}px`
    this.drawNow()
  },

  _updatePaths() {},

  /** Draw in the next frame, once for however many reasons. */
  redraw() {
    if (!this._map || this._frame) return
    this._frame = requestAnimationFrame(() => this.drawNow())
  },

  drawNow() {
    cancelAnimationFrame(this._frame)
    this._frame = 0
    if (!this._context || this._map._animatingZoom) return
    const view = this.view()
    const context = this._context
    const ratio = window.devicePixelRatio || 1
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, view.width, view.height)
    this.hits = new Hits()
    for (const painter of this.painters) {
      context.save()
      painter.draw(context, view, this.colours, this.hits)
      context.restore()
    }
  },

  /** Return where the canvas lies: zoom, size, and the edges in worlds. */
  view() {
    const zoom = this._map.getZoom()
    const scale = 256 * 2 ** zoom
    const size = this._bounds.getSize()
    const origin = this._map.getPixelOrigin().add(this._bounds.min)
    return {
      zoom,
      scale,
      width: size.x,
      height: size.y,
      left: origin.x / scale,
      top: origin.y / scale,
      right: (origin.x + size.x) / scale,
      bottom: (origin.y + size.y) / scale,
      /** Return canvas pixels of a place in worlds. */
      at: (worldX, worldY) => [worldX * scale - origin.x, worldY * scale - origin.y],
    }
  },

  /** Return what is drawn at a point of the map's container, or null. */
  find(containerPoint, slack) {
    const { x, y } = this.onCanvas(containerPoint)
    return this.hits.find(x, y, this._context, slack)
  },

  /** Return all symbols at a point of the map's container, the upper ones first. */
  stack(containerPoint) {
    const { x, y } = this.onCanvas(containerPoint)
    return this.hits.stack(x, y)
  },

  onCanvas(containerPoint) {
    return this._map.containerPointToLayerPoint(containerPoint).subtract(this._bounds.min)
  },
})

/** Return the place of a longitude and latitude in worlds. */
export function toWorld(lng, lat) {
  const sine = Math.sin((Math.max(-85.0511, Math.min(85.0511, lat)) * Math.PI) / 180)
  return [lng / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)]
}

/** Return longitude and latitude of a place in worlds. */
export function fromWorld(x, y) {
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI
  return { lng: (x - 0.5) * 360, lat }
}

/** Call back with each whole-world shift by which something is seen: 0, and its repeats. */
export function shifts(view, leftmost, rightmost) {
  const found = []
  for (let shift = Math.floor(view.left - rightmost); shift <= view.right - leftmost; shift++) {
    if (leftmost + shift <= view.right && rightmost + shift >= view.left) found.push(shift)
  }
  return found
}
