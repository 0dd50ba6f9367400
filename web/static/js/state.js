// One state for the whole page. Modules read it, change it, and hear of changes.

export const KINDS = [
  'worship',
  'defence',
  'archaeology',
  'culture',
  'building',
  'landscape',
  'nature',
]
export const STATUSES = [
  'active',
  'low_activity',
  'new',
  'active_without_agreement',
  'dormant',
  'suspended',
  'terminated',
  'expired',
  'lapsed_by_merger',
  'unknown',
]
export const LAYERS = ['sites', 'twins', 'cities', 'regions']
export const CENTURIES = { least: 0, most: 21 }
export const RADII_KM = [5, 10, 25, 50]

export const DEFAULTS = Object.freeze({
  kinds: [],
  statuses: [],
  countries: [],
  from: CENTURIES.least,
  to: CENTURIES.most,
  dated: false,
  words: '',
  region: '',
  layers: LAYERS,
  open: null,
  tab: 'legend',
  list: 'sites',
  sort: {},
  km: 10,
})

/**
 * @param {object} initial
 * @returns {{get: () => object, set: (change: object) => void, subscribe: (hear: Function) => void}}
 */
export function createStore(initial) {
  let state = Object.freeze({ ...DEFAULTS, ...initial })
  const hearers = []
  return {
    get: () => state,
    set(change) {
      const before = state
      state = Object.freeze({ ...state, ...change })
      for (const hear of hearers) hear(state, before)
    },
    subscribe(hear) {
      hearers.push(hear)
    },
  }
}

/** Tell whether any of these keys differs between two states. */
export function changed(state, before, ...keys) {
  return keys.some((key) => state[key] !== before[key])
}

export const FILTER_KEYS = [
  'kinds',
  'statuses',
  'countries',
  'from',
  'to',
  'dated',
  'words',
  'region',
]

/** Tell whether any filter narrows what is shown. */
export function isFiltered(state) {
  return FILTER_KEYS.some((key) =>
    Array.isArray(DEFAULTS[key]) ? state[key].length > 0 : state[key] !== DEFAULTS[key],
  )
}

/** Return the change that takes every filter off. */
export function withoutFilters() {
  return Object.fromEntries(FILTER_KEYS.map((key) => [key, DEFAULTS[key]]))
}

/** Return a list with the value put in, or taken out if it was there. */
export function toggled(list, value) {
  return list.includes(value) ? list.filter((one) => one !== value) : [...list, value]
}
