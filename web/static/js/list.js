// The list in step with the map: the same features, for those who do not see the canvas, too.
import { collection, fetchJson, filters, isAbort, latest } from './api.js'
import { bdi, byId, el } from './dom.js'
import { country, forms, m, nameOf, number, plural, t, term, years } from './i18n.js'
import { placeOf } from './overlay.js'
import { changed, FILTER_KEYS, isFiltered, LAYERS, withoutFilters } from './state.js'
import { featureGlyph } from './symbols.js'

const PAGE = 40
const TITLES = { sites: m('Sites'), twins: m('Pairs'), cities: m('Cities'), regions: m('Regions') }
const COUNTS = {
  sites: forms('{n} site in this view', '{n} sites in this view'),
  twins: forms('{n} twin pair in this view', '{n} twin pairs in this view'),
  cities: forms('{n} city in this view', '{n} cities in this view'),
  regions: forms('{n} region in this view', '{n} regions in this view'),
}
const SORTS = {
  sites: {
    '-rank': m('Importance'),
    name: m('Name'),
    dating_from: m('Oldest first'),
    '-dating_from': m('Newest first'),
  },
  twins: {
    '-rank': m('Importance'),
    name: m('Name'),
    distance_km: m('Nearest pairs first'),
    established_from: m('Oldest first'),
  },
  cities: { '-rank': m('Importance'), name: m('Name'), '-population': m('Largest first') },
  regions: { name: m('Name'), '-rank': m('Importance') },
}

export class List {
  /**
   * @param {HTMLElement} pane
   * @param {object} store
   * @param {{box: () => string, onPoint: Function, onFirst: Function}} more
   */
  constructor(pane, store, more) {
    Object.assign(this, { pane, store }, more)
    this.load = latest((signal, url) => fetchJson(url, { signal }))
    this.build()
    store.subscribe((state, before) => this.hear(state, before))
    this.refresh()
  }

  build() {
    this.tabs = el('div', { class: 'segments', role: 'group', 'aria-label': t('List of') })
    for (const layer of LAYERS) {
      const button = el('button', {
        type: 'button',
        text: t(TITLES[layer]),
        data: { list: layer },
        on: { click: () => this.store.set({ list: layer }) },
      })
      this.tabs.append(button)
    }
    this.sort = el('select', { id: 'sort', on: { change: () => this.sortBy(this.sort.value) } })
    const sorting = el(
      'div',
      { class: 'sorting' },
      el('label', { for: 'sort', text: t('Sort by') }),
      this.sort,
    )
    this.items = el('ul', { class: 'rows', id: 'rows' })
    this.foot = el('div', { class: 'list-foot' })
    this.pane.append(this.tabs, sorting, this.items, this.foot)
    this.mark(this.store.get())
  }

  hear(state, before) {
    if (changed(state, before, 'list', 'open')) this.mark(state)
    if (changed(state, before, 'view', 'list', 'sort', ...FILTER_KEYS)) this.refresh()
  }

  mark({ list, open, sort }) {
    for (const button of this.tabs.children) {
      button.setAttribute('aria-pressed', String(button.dataset.list === list))
    }
    this.sort.replaceChildren(
      ...Object.entries(SORTS[list]).map(([value, text]) => el('option', { value, text: t(text) })),
    )
    this.sort.value = sort[list] ?? Object.keys(SORTS[list])[0]
    for (const row of this.items.querySelectorAll('.row')) {
      if (row.dataset.id === open?.id) row.setAttribute('aria-current', 'true')
      else row.removeAttribute('aria-current')
    }
  }

  sortBy(value) {
    const { sort, list } = this.store.get()
    this.store.set({ sort: { ...sort, [list]: value } })
  }

  address() {
    const state = this.store.get()
    const { list, sort } = state
    const sortby = sort[list] ?? Object.keys(SORTS[list])[0]
    return collection(
      list,
      'items',
      filters(list, state, { bbox: this.box(), sortby, limit: PAGE }),
    )
  }

  async refresh() {
    this.busy(true)
    try {
      const answer = await this.load(this.address())
      if (!answer) return
      this.announce(answer.numberMatched)
      this.show(answer)
      this.busy(false)
    } catch (error) {
      if (!isAbort(error)) this.fail(error)
    }
    this.onFirst()
  }

  /** Show a page of features; a reader who was in the list stays in it. */
  show(answer) {
    const held = this.items.contains(document.activeElement) && document.activeElement.dataset.id
    this.items.replaceChildren(...answer.features.map((feature) => this.row(feature)))
    this.after(answer)
    if (held) (rowOf(held) ?? this.pane).focus({ preventScroll: true })
  }

  /** Show that work goes on, but only if it takes a while; what was there stays meanwhile. */
  busy(isBusy) {
    clearTimeout(this.waiting)
    this.items.setAttribute('aria-busy', String(isBusy))
    if (!isBusy) byId('progress').classList.remove('on')
    else this.waiting = setTimeout(() => byId('progress').classList.add('on'), 300)
  }

  announce(matched) {
    const { list } = this.store.get()
    byId('count').textContent = plural(...COUNTS[list], matched)
    byId('count').classList.remove('error')
  }

  row(feature) {
    const { list, open } = this.store.get()
    const place = placeOf(feature.geometry)
    const point = (isOn) => () => this.onPoint(list, isOn ? feature.id : '', isOn ? place : null)
    return el(
      'li',
      {},
      el(
        'button',
        {
          type: 'button',
          class: 'row',
          data: { id: feature.id },
          'aria-current': feature.id === open?.id ? 'true' : null,
          on: {
            click: () => this.store.set({ open: { layer: list, id: feature.id } }),
            mouseenter: point(true),
            focus: point(true),
            mouseleave: point(false),
            blur: point(false),
          },
        },
        featureGlyph(list, feature.properties),
        el('span', { class: 'name' }, bdi(nameOf(feature.properties))),
        el('span', { class: 'about', text: about(list, feature) }),
      ),
    )
  }

  after({ features, links = [] }) {
    const next = links.find(({ rel }) => rel === 'next')
    if (next) {
      this.foot.replaceChildren(
        el('button', {
          type: 'button',
          class: 'quiet wide',
          text: t('Show more'),
          on: { click: () => this.more(next.href) },
        }),
      )
    } else this.foot.replaceChildren(...(features.length ? [] : this.nothing()))
  }

  async more(address) {
    this.busy(true)
    try {
      const { pathname, search } = new URL(address, location.href)
      const answer = await this.load(pathname + search)
      if (!answer) return
      const rows = answer.features.map((feature) => this.row(feature))
      this.items.append(...rows)
      rows[0]?.querySelector('button').focus()
      this.after(answer)
      this.busy(false)
    } catch (error) {
      if (!isAbort(error)) this.fail(error)
    }
  }

  nothing() {
    const filtered = isFiltered(this.store.get())
    return [
      el('p', {
        class: 'empty',
        text: filtered
          ? t('Nothing in this view passes the filters.')
          : t('Nothing in this view. Move the map or zoom out.'),
      }),
      filtered &&
        el('button', {
          type: 'button',
          class: 'primary',
          text: t('Clear filters'),
          on: { click: () => this.store.set(withoutFilters()) },
        }),
    ].filter(Boolean)
  }

  fail(error) {
    this.busy(false)
    const count = byId('count')
    count.textContent = t('The list could not be loaded.')
    count.classList.add('error')
    this.items.replaceChildren()
    this.foot.replaceChildren(
      el('p', { class: 'empty error', text: t('The list could not be loaded.') }),
      error.message && el('p', { class: 'small', text: error.message }),
      el('button', {
        type: 'button',
        class: 'primary',
        text: t('Try again'),
        on: { click: () => this.refresh() },
      }),
    )
  }
}

/** Return the row of a feature, or null when the list does not hold it. */
export const rowOf = (id) => document.querySelector(`#rows .row[data-id="${CSS.escape(id)}"]`)

/** Return what a row says beside the name. */
export function about(layer, { properties, geometry }) {
  const parts = ABOUT[layer](properties)
  if (!geometry) {
    const isHeld = properties.visibility === 'restricted'
    parts.push(isHeld ? t('place not published') : t('place not known'))
  }
  return parts.filter(Boolean).join(' · ')
}

const ABOUT = {
  sites: ({
    kind,
    dating_from: from,
    dating_to: to,
    dating_text: text,
    municipality,
    country: code,
  }) => [
    kind ? term('kind', kind) : t('Kind not stated'),
    years(from, to) || text,
    [municipality, code && country(code)].filter(Boolean).join(', '),
  ],
  twins: ({ status, established_from: from, distance_km: km }) => [
    term('status', status ?? 'unknown'),
    from && t('since {year}', { year: from }),
    Number.isFinite(km) && t('{n} km', { n: number(Math.round(km)) }),
  ],
  cities: ({ country: code, population, twin_count: twins }) => [
    code && country(code),
    population && plural('{n} inhabitant', '{n} inhabitants', population),
    twins ? plural('{n} twin city', '{n} twin cities', twins) : '',
  ],
  regions: ({ region_type: type, countries }) => [
    type && term('region_type', type),
    countries?.map(country).join(', '),
  ],
}
