// The map: panes, controls, our canvas on it, and what pointing and clicking mean.
import { Basemap } from './basemap.js'
import { DataCanvas } from './canvas.js'
import { byId, el, icon } from './dom.js'
import { boxText, filters } from './api.js'
import { t } from './i18n.js'
import { CityPainter, RegionPainter, SitePainter } from './layers.js'
import { boxOf, OverlayPainter } from './overlay.js'
import { PairPainter } from './pairs.js'
import { onTheme, palette } from './palette.js'
import { changed, FILTER_KEYS } from './state.js'
import { TileSource } from './tiles.js'
import { chooseOne, tipLines } from './tips.js'
import { toast } from './toast.js'

const { L } = window
const PANES = { ground: 200, lines: 380, names: 390, marks: 400, exact: 420 }
/** From here on single sites are drawn, and names lie above them; before, below the clusters. */
const NAMES_ABOVE_ZOOM = 8
const AIR_PX = 60
const CALM = matchMedia('(prefers-reduced-motion: reduce)')

export class MapView {
  /** @param {L.Map} map made by the page @param {object} store */
  constructor(map, store) {
    this.map = map
    this.store = store
    for (const [name, order] of Object.entries(PANES)) this.pane(name, order)
    this.painters = this.makePainters(map.parts)
    const { regions, pairs, sites, cities, overlay } = this.painters
    const stems = { draw: (...where) => pairs.drawStems(...where) }
    const pins = { draw: (...where) => pairs.drawAbove(...where) }
    this.canvases = [
      new DataCanvas([regions, pairs], { pane: 'lines' }),
      new DataCanvas([cities, stems, sites, pins, overlay], { pane: 'marks' }),
    ]
    this.basemap = new Basemap(map, map.parts.basemap, {
      sources: this.sources,
      onFail: (text) => this.withoutOnline(text),
    })
    this.calm()
    this.controls()
    this.follow()
    this.paint()
    for (const canvas of this.canvases) canvas.addTo(map)
    this.stackNames()
    this.listen()
  }

  /** Without animation for those who asked their system for less motion. */
  calm() {
    if (!CALM.matches) return
    Object.assign(this.map.options, { zoomAnimation: false, inertia: false })
    this.map._zoomAnimated = false
  }

  pane(name, order) {
    const pane = this.map.createPane(name)
    pane.style.zIndex = order
    // Clicks go to the map, which knows what lies where.
    pane.style.pointerEvents = 'none'
  }

  makePainters({ tiles, pairs }) {
    const hear = {
      onChange: () => this.redraw(),
      onError: () => this.tell(),
      onMany: (isMany) => document.documentElement.toggleAttribute('data-many-pairs', isMany),
    }
    this.sources = Object.fromEntries(
      Object.entries(tiles.urls).map(([layer, url]) => [layer, new TileSource(url, hear)]),
    )
    return {
      sites: new SitePainter(this.sources.sites),
      cities: new CityPainter(this.sources.cities),
      regions: new RegionPainter(this.sources.regions),
      pairs: new PairPainter(pairs, hear),
      overlay: new OverlayPainter(),
    }
  }

  tell() {
    toast(t('Part of the map could not be loaded.'), {
      action: t('Try again'),
      act: () => this.retry(),
    })
  }

  /** Say that an online map does not come, and tick the built-in one, which is shown instead. */
  withoutOnline(text) {
    toast(text)
    document.querySelector('[name="basemap"]').checked = true
  }

  /** Show what has just been changed. */
  renew() {
    this.retry()
    this.exact?.refresh()
    this.store.set({ view: this.view() })
  }

  retry() {
    for (const source of Object.values(this.sources)) source.forget()
    this.painters.pairs.query = undefined
    this.refreshPairs()
    this.redraw()
  }

  controls() {
    const { map } = this
    map
      .getContainer()
      .setAttribute('aria-label', t('Map: move with the arrow keys, zoom with + and −'))
    map.getContainer().setAttribute('role', 'region')
    L.control.scale({ imperial: false, position: 'bottomleft' }).addTo(map)
    L.control.attribution({ prefix: 'Leaflet' }).addAttribution('Natural Earth · © GeoNames (CC BY 4.0)').addTo(map)
    this.zoomButtons()
    map.getContainer().append(byId('boundary-note'))
  }

  zoomButtons() {
    const { map } = this
    const button = (label, path, act) => {
      const one = el(
        'button',
        {
          type: 'button',
          class: 'map-button',
          'aria-label': label,
          title: label,
          on: { click: act },
        },
        icon(path),
      )
      return one
    }
    const bar = el(
      'div',
      { class: 'map-buttons leaflet-bar' },
      button(t('Zoom in'), 'M10 4v12M4 10h12', () => map.zoomIn(1, { animate: !CALM.matches })),
      button(t('Zoom out'), 'M4 10h12', () => map.zoomOut(1, { animate: !CALM.matches })),
      button(
        t('Whole world'),
        'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM3.500 8h13M3.500 12h13M10 3c-5 4.500-5 9.500 0 14 5-4.500 5-9.500 0-14',
        () => map.setView([35, 20], 2, { animate: !CALM.matches }),
      ),
    )
    L.DomEvent.disableClickPropagation(bar)
    map.getContainer().prepend(bar)
  }

  /** Let the layers follow the state. */
  follow() {
    this.apply(this.store.get(), null)
    this.store.subscribe((state, before) => this.apply(state, before))
    onTheme(() => this.paint())
  }

  apply(state, before) {
    const { painters } = this
    for (const [layer, source] of Object.entries(this.sources)) {
      painters[layer].visible = state.layers.includes(layer)
      source.filter(filters(layer, state).toString())
    }
    painters.pairs.visible = state.layers.includes('twins')
    painters.regions.chosen = state.open?.layer === 'regions' ? state.open.id : ''
    painters.pairs.selected = state.open?.layer === 'twins' ? state.open.id : ''
    if (!before) return
    if (changed(state, before, 'layers', ...FILTER_KEYS)) {
      this.nameOurs(state)
      this.basemap.showNames()
    }
    if (changed(state, before, 'layers', 'countries', 'words', 'statuses')) this.refreshPairs()
    this.redraw()
  }

  /** Name what the state shows beside the base map's own places. */
  nameOurs({ layers }) {
    this.basemap.ours = Object.keys(this.sources).filter((layer) => layers.includes(layer))
  }

  refreshPairs() {
    return this.painters.pairs.refresh(this.store.get(), {
      zoom: this.map.getZoom(),
      bbox: boxText(this.map.getBounds()),
    })
  }

  /** Draw everything in the colours of the theme that is on. */
  paint() {
    const colours = palette()
    for (const canvas of this.canvases) canvas.colours = colours
    this.nameOurs(this.store.get())
    this.basemap.show(colours)
    this.redraw()
  }

  stackNames() {
    const above = this.map.getZoom() >= NAMES_ABOVE_ZOOM
    this.map.getPane('names').style.zIndex = above ? PANES.marks + 10 : PANES.names
  }

  redraw() {
    // Arcs lie below names and marks above, and pins of arcs among the marks.
    for (const canvas of this.canvases) canvas.redraw()
  }

  /** Return what is drawn at a point of the map, marks before lines, or null. */
  find(containerPoint, slack) {
    for (const canvas of this.canvases.toReversed()) {
      const found = canvas.find(containerPoint, slack)
      if (found) return found
    }
    return null
  }

  /** Draw one more canvas, above those that are there. */
  addCanvas(canvas) {
    canvas.colours = palette()
    this.canvases.push(canvas)
    canvas.addTo(this.map)
  }

  listen() {
    const { map } = this
    map.on('moveend', () => this.store.set({ view: this.view() }))
    map.on('zoomend', () => this.stackNames())
    map.on('moveend', () => this.refreshPairs())
    map.on('click', (event) => this.click(event))
    map.on('mousemove', (event) => this.hover(event))
    map.on('mouseout movestart', () => this.tip(null))
    // A canvas that has been dragged to its edge is drawn anew on the way.
    map.on('move', () => !map._animatingZoom && this.keepUp())
  }

  keepUp() {
    const size = this.map.getSize()
    const corner = this.map.containerPointToLayerPoint([0, 0])
    const seen = L.bounds(corner, corner.add(size))
    for (const canvas of this.canvases) {
      if (canvas._bounds && !canvas._bounds.contains(seen)) canvas._update()
    }
  }

  view() {
    const { lat, lng } = this.map.getCenter()
    return { zoom: this.map.getZoom(), lat, lng }
  }

  click({ containerPoint, latlng }) {
    const touch = matchMedia('(pointer: coarse)').matches
    const target = this.find(containerPoint, touch ? 12 : 5)
    const stack = this.stack(containerPoint)
    if (stack.length > 1 && stack.every(({ count }) => count === 1)) {
      chooseOne(this.map, latlng, stack, (one) => this.open(one))
    } else if (target?.count > 1) this.zoomInto(target, latlng)
    else if (target) this.open(target)
    else if (this.store.get().open) this.store.set({ open: null })
  }

  /** Return all symbols at a point, each feature once, those above first. */
  stack(containerPoint) {
    const all = this.canvases.slice(1).toReversed().flatMap((one) => one.stack(containerPoint))
    return [...new Map(all.map((one) => [`${one.layer}/${one.id}`, one])).values()]
  }

  open({ layer, id }) {
    this.store.set({ open: { layer, id } })
  }

  zoomInto(target, latlng) {
    const place = target.layer === 'twins' ? latlng : target
    const zoom = Math.min(this.map.getMaxZoom(), this.map.getZoom() + 2)
    this.map.setView(place, zoom, { animate: !CALM.matches })
  }

  hover({ containerPoint, originalEvent }) {
    if (originalEvent.buttons) return
    cancelAnimationFrame(this.pointing)
    this.pointing = requestAnimationFrame(() => {
      this.tip(this.find(containerPoint), containerPoint)
    })
  }

  tip(target, at) {
    const tip = byId('tip')
    this.map.getContainer().classList.toggle('over-feature', Boolean(target))
    tip.hidden = !target
    if (!target) return
    tip.replaceChildren(...tipLines(target).map((text, i) => el(i ? 'small' : 'strong', { text })))
    const box = this.map.getContainer().getBoundingClientRect()
    const left = box.left + at.x + 14
    tip.style.left = `${Math.min(left, innerWidth - tip.offsetWidth - 8)}px`
    tip.style.top = `${Math.max(8, box.top + at.y - tip.offsetHeight - 10)}px`
  }

  /** Go where a feature is, if it is not well in view; drawer and sheet are kept clear of it. */
  goTo({ geometry, bbox }, { closer = false } = {}) {
    const box = bbox ?? (geometry && boxOf(geometry))
    if (!box) return
    this.map.invalidateSize({ animate: false })
    const isPoint = box.west === box.east && box.south === box.north
    const options = { animate: !CALM.matches, duration: 0.6, ...clearance() }
    if (!isPoint)
      this.map.fitBounds(
        [
          [box.south, box.west],
          [box.north, box.east],
        ],
        { ...options, maxZoom: 12 },
      )
    else {
      const zoom = closer ? Math.max(this.map.getZoom(), 12) : this.map.getZoom()
      this.map.fitBounds(
        [
          [box.south, box.west],
          [box.north, box.east],
        ],
        { ...options, maxZoom: zoom },
      )
    }
  }

  /** Tell whether a place is in view, but under the sheet. */
  covers({ lng, lat }) {
    const { x, y } = this.map.latLngToContainerPoint([lat, lng])
    const size = this.map.getSize()
    const { right, bottom } = covered()
    const isInView = x >= 0 && y >= 0 && x <= size.x && y <= size.y
    return isInView && (x > size.x - right || y > size.y - bottom)
  }

  /** Bring a feature into the part of the map that nothing covers, if it has room there. */
  reveal({ geometry }) {
    // The drawer has just taken its room from the map, which does not know yet.
    this.map.invalidateSize({ animate: false })
    const { west, south, east, north } = boxOf(geometry)
    const { paddingTopLeft, paddingBottomRight } = clearance()
    const corners = [this.map.project([north, west]), this.map.project([south, east])]
    const size = L.bounds(corners).getSize()
    const room = this.map.getSize().subtract(paddingTopLeft).subtract(paddingBottomRight)
    if (size.x > room.x || size.y > room.y) return
    const middle = [(south + north) / 2, (west + east) / 2]
    const options = { paddingTopLeft, paddingBottomRight, animate: !CALM.matches }
    this.map.panInside(middle, options)
  }

  /** Show where a row of the list is: a ring around a spot, or the line or outline itself. */
  point(layer, id, place) {
    const { pairs, regions } = this.painters
    pairs.pointed = layer === 'twins' ? id : ''
    regions.pointed = layer === 'regions' ? id : ''
    this.highlight('pointed', ['sites', 'cities'].includes(layer) ? place : null)
  }

  highlight(name, place) {
    this.painters.overlay[name] = place
    this.redraw()
  }
}

/** Return how much of the map's edges drawer and sheet cover, in pixels. */
function covered() {
  const map = byId('map_main').getBoundingClientRect()
  const drawer = byId('drawer').getBoundingClientRect()
  const isSheet = matchMedia('(max-width: 760px)').matches
  return {
    right: isSheet || !drawer.width ? 0 : Math.max(0, map.right - drawer.left),
    bottom: isSheet && drawer.height ? map.bottom - drawer.top : 0,
  }
}

/** Return the room to leave at the map's edges when it goes somewhere: what is covered, and air. */
function clearance() {
  const { right, bottom } = covered()
  const { width, height } = byId('map_main').getBoundingClientRect()
  return {
    paddingTopLeft: [AIR_PX, AIR_PX],
    paddingBottomRight: [
      Math.min(right, width - 140) + AIR_PX,
      Math.min(bottom, height - 140) + AIR_PX,
    ],
  }
}
