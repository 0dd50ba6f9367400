// The base map: land, water and borders, and all names. Names of our cities and regions share one
// layout with the base map's places, so that none collides and none is said twice.
import { language, t } from './i18n.js'
import { nameRules } from './names.js'
import { Shared } from './shared.js'
import { LEVEL_DIFF } from './tiles.js'

const { L, protomapsL } = window
const LAKES_FROM_ZOOM = 4
const OWN_SOURCE = { url: '/', maxDataZoom: 14, levelDiff: LEVEL_DIFF }

/** Both halves of the base map, and the online maps that an operator may offer. */
export class Basemap {
  /**
   * @param {L.Map} map
   * @param {{url: string, maxZoom: number, online: Array<object>}} options
   * @param {{sources: Record<string, TileSource>, onFail: Function}} more
   */
  constructor(map, { url, maxZoom, online }, { sources, onFail }) {
    Object.assign(this, { map, url, maxZoom, online, sources, onFail })
    /** Layers of ours that have a part in the layout of names. */
    this.ours = []
    this.name = ''
  }

  /** Draw with other colours, or for other cities. */
  show(colours) {
    this.colours = colours
    this.showGround()
    this.showNames()
  }

  showGround() {
    this.ground?.remove()
    this.raster?.remove()
    const chosen = this.online.find(({ name }) => name === this.name)
    this.ground = chosen ? null : this.vector(groundRules(this.colours), [], 'ground')
    this.raster = chosen ? this.tiles(chosen) : null
    ;(this.ground ?? this.raster).addTo(this.map)
  }

  showNames() {
    this.names?.remove()
    this.names = this.vector([], nameRules(this.colours), 'names').addTo(this.map)
  }

  vector(paintRules, labelRules, pane) {
    const base = { url: this.url, maxDataZoom: this.maxZoom, levelDiff: LEVEL_DIFF }
    const isNames = pane === 'names'
    const ours = isNames ? this.ours : []
    const layer = protomapsL.leafletLayer({
      sources: Object.fromEntries([['base', base], ...ours.map((name) => [name, OWN_SOURCE])]),
      paintRules,
      labelRules,
      pane,
      lang: language(),
      attribution: '',
      backgroundColor: isNames ? undefined : this.colours.sea,
    })
    // The canvas has these tiles already: nothing is fetched or read twice.
    for (const name of ours) layer.views.get(name).tileCache.source = new Shared(this.sources[name])
    return layer
  }

  tiles({ url, attribution, max_zoom: maxZoom = 19, name }) {
    const layer = L.tileLayer(url, {
      // Leaflet takes HTML here; an operator's words are text.
      attribution: attribution.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
      maxNativeZoom: maxZoom,
      maxZoom: 19,
      pane: 'ground',
    })
    layer.once('tileerror', () => {
      if (this.name !== name) return
      this.choose('')
      this.onFail(t('Online map unavailable – showing the built-in map.'))
    })
    return layer
  }

  /** Take an online map by its name, or the built-in one by none. */
  choose(name) {
    this.name = name
    this.showGround()
  }
}

function groundRules(colours) {
  const { PolygonSymbolizer, LineSymbolizer } = protomapsL
  const border = (width, dash, filter, colour = colours.border) => ({
    dataSource: 'base',
    dataLayer: 'boundaries',
    symbolizer: new LineSymbolizer({
      color: colour,
      width,
      dash,
      dashColor: colour,
      dashWidth: width,
    }),
    filter,
  })
  const isDisputed = (zoom, { props }) => Boolean(props.disputed) || props.kind === 'disputed'
  const isAgreed = (zoom, feature) => !isDisputed(zoom, feature)
  return [
    {
      dataSource: 'base',
      dataLayer: 'earth',
      symbolizer: new PolygonSymbolizer({ fill: colours.land }),
    },
    {
      dataSource: 'base',
      dataLayer: 'water',
      minzoom: LAKES_FROM_ZOOM,
      symbolizer: new PolygonSymbolizer({ fill: colours.lake }),
    },
    {
      dataSource: 'base',
      dataLayer: 'waterway',
      minzoom: 5,
      symbolizer: new LineSymbolizer({
        color: colours.river,
        width: (zoom) => (zoom < 6 ? 0.7 : zoom < 8 ? 1 : 1.6),
      }),
    },
    border((zoom) => (zoom < 5 ? 1 : 1.5), [6, 3], isAgreed),
    border(1.2, [1.5, 3.5], isDisputed, colours.disputed),
  ]
}
