// Vector tiles of one layer: fetched for the view, kept for a while, told about.
import { ApiError, isAbort } from './api.js'
import { decodeTile } from './mvt.js'

const KEPT = 160
/** Tiles are drawn at 512 px: a quarter of the requests, and clusters as far apart as fingers. */
export const LEVEL_DIFF = 1

export class TileSource {
  /**
   * @param {string} url with {z}, {x} and {y}
   * @param {{maxZoom?: number, onChange: Function, onError: Function}} options
   */
  constructor(url, { maxZoom = 14, onChange, onError }) {
    this.url = url
    this.maxZoom = maxZoom
    this.onChange = onChange
    this.onError = onError
    this.query = ''
    this.tiles = new Map()
    this.shown = []
    this.failed = false
  }

  /** Show what other filters find; nothing happens when they are the same. */
  filter(query) {
    if (query === this.query) return
    this.query = query
    this.forget()
  }

  /** Drop every tile and what is on its way, for example to try again. */
  forget() {
    for (const tile of this.tiles.values()) tile.controller?.abort()
    this.tiles.clear()
    this.failed = false
  }

  /** Tell whether all tiles of the view are there. */
  get complete() {
    return this.wanted?.every(({ key }) => this.tiles.get(key)?.layers) ?? false
  }

  /**
   * Return the tiles to draw for a view; missing ones are fetched. Until all are there, tiles of
   * the zoom before stand in where nothing has come yet.
   * @param {{zoom: number, left: number, top: number, right: number, bottom: number}} view
   *   edges in worlds: 0 to 1 across one world, beyond where it repeats
   */
  request(view) {
    this.wanted = this.covering(view)
    for (const want of this.wanted) this.tiles.get(want.key) ?? this.fetch(want)
    this.prune()
    const here = this.wanted.filter(({ key }) => this.tiles.get(key)?.layers)
    const found = here.map((want) => ({ ...want, layers: this.tiles.get(want.key).layers }))
    if (this.complete) this.shown = found
    return this.complete ? found : [...found, ...this.standIns(found)]
  }

  standIns(found) {
    const z = this.wanted[0]?.z
    const keys = new Set(found.map(({ x, y }) => `${x}/${y}`))
    const count = 2 ** z
    const covered = (worldX, worldY) =>
      keys.has(`${Math.floor(worldX * count)}/${Math.floor(worldY * count)}`)
    return this.shown.map((old) => ({ ...old, covered }))
  }

  covering({ zoom, left, top, right, bottom }) {
    const z = Math.max(0, Math.min(this.maxZoom, Math.round(zoom) - LEVEL_DIFF))
    const count = 2 ** z
    const tiles = []
    for (let x = Math.floor(left * count); x < right * count; x++) {
      for (let y = Math.max(0, Math.floor(top * count)); y < Math.min(count, bottom * count); y++) {
        const wrapped = ((x % count) + count) % count
        tiles.push({ z, x, y, wrapped, key: `${z}/${wrapped}/${y}` })
      }
    }
    return tiles
  }

  async fetch({ z, wrapped, y, key }) {
    const controller = new AbortController()
    const tile = { layers: null, controller, done: this.load(z, wrapped, y, controller.signal) }
    this.tiles.set(key, tile)
    try {
      tile.layers = await tile.done
      if (this.tiles.get(key) === tile) this.onChange()
    } catch (error) {
      if (this.tiles.get(key) === tile && !isAbort(error)) this.fail(error)
    }
  }

  /** Return the layers of one tile, for others who draw them, too: a promise. */
  read({ z, x, y }) {
    const key = `${z}/${x}/${y}`
    if (!this.tiles.has(key)) this.fetch({ z, wrapped: x, y, key })
    return this.tiles.get(key).done
  }

  async load(z, x, y, signal) {
    const address = this.url.replace('{z}', z).replace('{x}', x).replace('{y}', y)
    const answer = await fetch(this.query ? `${address}?${this.query}` : address, { signal })
    if (!answer.ok) throw new ApiError(answer.status, answer.statusText)
    return decodeTile(await answer.arrayBuffer())
  }

  fail(error) {
    // One message for a view, not one a tile.
    if (!this.failed) this.onError(error)
    this.failed = true
  }

  prune() {
    const wanted = new Set(this.wanted.map(({ key }) => key))
    for (const [key, tile] of this.tiles) {
      if (wanted.has(key)) continue
      if (!tile.layers) {
        tile.controller.abort()
        this.tiles.delete(key)
      } else if (this.tiles.size > KEPT) this.tiles.delete(key)
    }
  }
}

/** Return the place of a tile's point in worlds. */
export function worldOf({ z, x, y }, tileX, tileY) {
  const count = 2 ** z
  return [(x + tileX) / count, (y + tileY) / count]
}
