// The place of a record on a map: draw it, move it, or see what was typed.
import { groundedMap, paintedBy } from '../pagemap.js'

const { L } = window
const ZOOM = 12
const DECIMALS = 7
const SHAPES = { Marker: 'Point', Line: 'LineString', Polygon: 'Polygon' }

/**
 * Show the map of an editing page and keep it and the inputs of the place in step.
 * @param {HTMLElement} box
 * @param {HTMLFormElement} form
 * @param {{lang: string, shapes: string[], view: number[]}} told
 */
export function placeOnMap(box, form, told) {
  const map = groundedMap(box, { center: told.view.slice(0, 2), zoom: told.view[2] })
  const place = new Place(map, form)
  paintedBy(map, (colours) => place.paint(colours))
  map.pm.setLang(told.lang)
  map.pm.addControls(controls(told.shapes))
  nameButtons(box)
  place.read()
}

function controls(shapes) {
  const may = (name) => shapes.some((shape) => shape.endsWith(SHAPES[name]))
  return {
    position: 'topleft',
    drawMarker: may('Marker'),
    drawPolyline: may('Line'),
    drawPolygon: may('Polygon'),
    drawRectangle: false,
    drawCircle: false,
    drawCircleMarker: false,
    drawText: false,
    cutPolygon: false,
    rotateMode: false,
  }
}

/** Geoman puts the title on the parent of its buttons, where no reader hears it. */
function nameButtons(box) {
  for (const button of box.querySelectorAll('.leaflet-pm-toolbar .button-container')) {
    const link = button.querySelector('a')
    link?.setAttribute('aria-label', button.title)
  }
}

class Place {
  constructor(map, form) {
    this.map = map
    this.form = form
    this.shapes = L.featureGroup().addTo(map)
    map.on('pm:create', ({ layer }) => this.drawn(layer))
    for (const name of ['north', 'east', 'crs', 'geometry'])
      form.elements[name]?.addEventListener('change', () => this.read())
  }

  paint({ accent }) {
    this.map.pm.setPathOptions({ color: accent, fillColor: accent })
    this.shapes.eachLayer((shape) => shape.setStyle?.({ color: accent, fillColor: accent }))
  }

  /** One record has one place: what is drawn anew stands for what was there. */
  drawn(layer) {
    this.shapes.clearLayers()
    layer.remove()
    this.show(layer.toGeoJSON(DECIMALS).geometry)
    this.write()
  }

  /** Show what the inputs say, where that is degrees; the server reads the rest. */
  read() {
    const { north, east, crs, geometry } = this.form.elements
    const isDegrees = !crs.value || crs.value === 'EPSG:4326'
    this.shapes.clearLayers()
    const [lat, lng] = [north.value, east.value].map((text) => Number(text.replace(',', '.')))
    if (north.value && east.value) {
      if (isDegrees && Number.isFinite(lat) && Number.isFinite(lng))
        this.show({ type: 'Point', coordinates: [lng, lat] })
    } else if (geometry.value.trim().startsWith('{')) this.showText(geometry.value)
    if (this.shapes.getLayers().length)
      this.map.fitBounds(this.shapes.getBounds(), { maxZoom: ZOOM, padding: [40, 40] })
  }

  showText(text) {
    try {
      const read = JSON.parse(text)
      this.show(read.geometry ?? read)
    } catch {
      // The server says what is wrong with it; here is nothing to be shown.
    }
  }

  show(geometry) {
    L.geoJSON(geometry, { pointToLayer: (_, at) => L.marker(at, { draggable: false }) })
      .getLayers()
      .forEach((layer) => {
        this.shapes.addLayer(layer)
        layer.on('pm:edit pm:dragend pm:cut', () => this.write())
        layer.on('pm:remove', () => {
          this.shapes.removeLayer(layer)
          this.write()
        })
      })
  }

  write() {
    const { north, east, crs, geometry } = this.form.elements
    const shapes = this.shapes.getLayers().map((layer) => layer.toGeoJSON(DECIMALS).geometry)
    const [shape] = shapes
    const isPoint = shape?.type === 'Point'
    crs.value = 'EPSG:4326'
    north.value = isPoint ? String(shape.coordinates[1]) : ''
    east.value = isPoint ? String(shape.coordinates[0]) : ''
    geometry.value = shape && !isPoint ? JSON.stringify(shape) : ''
    this.form.dispatchEvent(new Event('input', { bubbles: true }))
  }
}
