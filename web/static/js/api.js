// Questions to our own server, and the filters of the state as its parameters.
import { t } from './i18n.js'
import { CENTURIES } from './state.js'

export class ApiError extends Error {
  constructor(status, detail) {
    super(detail)
    this.status = status
  }
}

/** Fetch JSON. @throws {ApiError} with the server's own words where it gave some. */
export async function fetchJson(url, { signal } = {}) {
  const answer = await asked(url, signal)
  if (answer.ok) return answer.json()
  throw new ApiError(answer.status, await detailOf(answer))
}

async function asked(url, signal) {
  try {
    return await fetch(url, { signal, headers: { Accept: 'application/json' } })
  } catch (error) {
    // The browser would say it in its own words, and in its own language.
    throw isAbort(error) ? error : new ApiError(0, t('The server does not answer.'))
  }
}

async function detailOf(answer) {
  try {
    return (await answer.json()).detail ?? answer.statusText
  } catch {
    return answer.statusText
  }
}

/** Tell an answer that is no longer wanted from one that failed. */
export const isAbort = (error) => error?.name === 'AbortError'

/**
 * Return a function that runs an asynchronous task, the latest call only: an earlier one is
 * aborted, and its answer is dropped.
 */
export function latest(task) {
  let controller = null
  return async (...args) => {
    controller?.abort()
    const own = (controller = new AbortController())
    try {
      return await task(own.signal, ...args)
    } catch (error) {
      if (isAbort(error) || own.signal.aborted) return undefined
      throw error
    }
  }
}

const FILTERS = {
  sites: ['kind', 'country', 'datetime', 'q', 'region'],
  cities: ['country', 'q', 'region'],
  twins: ['status', 'country', 'q'],
  regions: ['q'],
}

const VALUES = {
  kind: ({ kinds }) => (kinds.length ? kinds.map((one) => (one === 'none' ? '' : one)) : null),
  status: ({ statuses }) => (statuses.length ? statuses : null),
  country: ({ countries }) => (countries.length ? countries : null),
  datetime: interval,
  q: ({ words }) => words || null,
  region: ({ region }) => region || null,
}

/** Return the parameters of one layer's filters, and more of them as given. */
export function filters(layer, state, more = {}) {
  const query = new URLSearchParams()
  for (const name of FILTERS[layer]) {
    const value = VALUES[name](state)
    if (value !== null) query.set(name, Array.isArray(value) ? value.join(',') : value)
  }
  if (query.has('datetime') && state.dated) query.set('dated', 'true')
  for (const [name, value] of Object.entries(more)) query.set(name, value)
  // The server lets what has no place meet every box; only words are asked of all records.
  if (query.has('bbox') && !query.has('q')) query.set('placed', 'true')
  return query
}

function interval({ from, to }) {
  if (from === CENTURIES.least && to === CENTURIES.most) return null
  const start = from === CENTURIES.least ? '..' : `${yearText((from - 1) * 100 + 1)}-01-01`
  const end = to === CENTURIES.most ? '..' : `${yearText(to * 100)}-12-31`
  return `${start}/${end}`
}

const yearText = (year) => String(year).padStart(4, '0')

/** Return the box of the map as a parameter: west, south, east, north, within ±180. */
export function boxText(bounds) {
  const west = bounds.getWest()
  const east = bounds.getEast()
  const south = Math.max(-90, bounds.getSouth())
  const north = Math.min(90, bounds.getNorth())
  if (east - west >= 360) return [-180, south, 180, north].map(degree).join(',')
  return [wrapped(west), south, wrapped(east), north].map(degree).join(',')
}

const wrapped = (lng) => ((((lng + 180) % 360) + 360) % 360) - 180
const degree = (value) => value.toFixed(5)

/** Return the address of a collection's resource. */
export function collection(layer, resource, query = '') {
  const text = query.toString()
  return `/collections/${layer}/${resource}${text ? `?${text}` : ''}`
}
