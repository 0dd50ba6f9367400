// The address holds the view: #map=zoom/lat/lng as on OpenStreetMap, filters in the query.
import { CENTURIES, DEFAULTS, KINDS, LAYERS, RADII_KM, STATUSES } from './state.js'

const HASH = /^#map=(\d{1,2}(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/
const ID = /^[\w-]{1,80}$/

/** Return the part of the state that an address holds; what cannot be read is left out. */
export function readAddress({ search, hash }) {
  const query = new URLSearchParams(search)
  const state = {}
  for (const read of Object.values(READ)) Object.assign(state, read(query))
  const view = HASH.exec(hash)
  if (view) state.view = { zoom: Number(view[1]), lat: Number(view[2]), lng: Number(view[3]) }
  return state
}

/** Return the address of a state, without the host. */
export function addressOf(state, { pathname, search }) {
  const query = new URLSearchParams()
  const lang = new URLSearchParams(search).get('lang')
  if (lang) query.set('lang', lang)
  for (const [name, write] of Object.entries(WRITE)) {
    const value = write(state)
    if (value) query.set(name, value)
  }
  // Commas and slashes may stand in a query as they are, and links stay legible.
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%2F', '/')
  const { zoom, lat, lng } = state.view
  const digits = Math.max(2, Math.ceil(zoom / 3) + 1)
  const hash = `#map=${zoom}/${lat.toFixed(digits)}/${lng.toFixed(digits)}`
  return `${pathname}${text ? `?${text}` : ''}${hash}`
}

const among = (text, known) => (text ?? '').split(',').filter((one) => known.includes(one))

const READ = {
  kind: (query) =>
    query.has('kind') ? { kinds: among(query.get('kind'), [...KINDS, 'none']) } : {},
  status: (query) =>
    query.has('status') ? { statuses: among(query.get('status'), STATUSES) } : {},
  country: (query) => {
    const codes = (query.get('country') ?? '').split(',').filter((one) => /^[A-Z]{2}$/.test(one))
    return codes.length ? { countries: codes } : {}
  },
  c: (query) => {
    const [, from, to] = /^(\d{1,2})-(\d{1,2})$/.exec(query.get('c') ?? '') ?? []
    if (from === undefined || Number(from) > Number(to) || Number(to) > CENTURIES.most) return {}
    return { from: Number(from), to: Number(to) }
  },
  dated: (query) => (query.get('dated') === '1' ? { dated: true } : {}),
  q: (query) => (query.get('q') ? { words: query.get('q').slice(0, 200) } : {}),
  region: (query) => (ID.test(query.get('region') ?? '') ? { region: query.get('region') } : {}),
  layers: (query) => (query.has('layers') ? { layers: among(query.get('layers'), LAYERS) } : {}),
  open: (query) => {
    const [layer, id] = (query.get('open') ?? '').split('/')
    return LAYERS.includes(layer) && ID.test(id ?? '') ? { open: { layer, id } } : {}
  },
  list: (query) => {
    const list = query.get('list')
    return LAYERS.includes(list) ? { list, tab: 'results' } : {}
  },
  km: (query) =>
    RADII_KM.includes(Number(query.get('km'))) ? { km: Number(query.get('km')) } : {},
}

const WRITE = {
  kind: ({ kinds }) => kinds.join(','),
  status: ({ statuses }) => statuses.join(','),
  country: ({ countries }) => countries.join(','),
  c: ({ from, to }) => (from !== DEFAULTS.from || to !== DEFAULTS.to ? `${from}-${to}` : ''),
  dated: ({ dated }) => (dated ? '1' : ''),
  q: ({ words }) => words,
  region: ({ region }) => region,
  // An empty list is a wish, too: a map without layers.
  layers: ({ layers }) => (layers.length === LAYERS.length ? '' : layers.join(',') || 'none'),
  open: ({ open }) => (open ? `${open.layer}/${open.id}` : ''),
  list: ({ tab, list }) => (tab === 'results' ? list : ''),
  km: ({ km }) => (km !== DEFAULTS.km ? String(km) : ''),
}

/** Keep the address in step with the state, without a history entry for every move. */
export function keepAddress(store) {
  let timer = 0
  const keep = () => {
    const address = addressOf(store.get(), location)
    if (address !== location.pathname + location.search + location.hash) {
      history.replaceState(null, '', address)
    }
    for (const link of document.querySelectorAll('.languages a')) {
      const search = `?lang=${link.dataset.lang}`
      link.href = addressOf(store.get(), { pathname: location.pathname, search })
    }
  }
  store.subscribe(() => {
    clearTimeout(timer)
    timer = setTimeout(keep, 150)
  })
  keep()
}
