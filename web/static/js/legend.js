// The legend is the filter: what a symbol means, how many there are, and a box to tick.
import { collection, fetchJson, filters, latest } from './api.js'
import { el } from './dom.js'
import { century, country, m, number, t, term } from './i18n.js'
import { CENTURIES, changed, FILTER_KEYS, KINDS, STATUSES, toggled } from './state.js'
import { kindGlyph, layerGlyph, statusGlyph } from './symbols.js'

const LAYER_TITLES = {
  sites: m('Cultural sites'),
  twins: m('Twin pairs'),
  cities: m('Cities'),
  regions: m('Cross-border regions'),
}

export class Legend {
  /**
   * @param {HTMLElement} pane
   * @param {object} store
   * @param {{box: () => string, basemaps: string[], onBasemap: Function, onError: Function}} more
   */
  constructor(pane, store, more) {
    Object.assign(this, { pane, store }, more)
    this.counts = { kind: {}, status: {}, country: {}, statuses: [] }
    this.count = latest((signal) => this.fetch(signal))
    this.build()
    this.mark(store.get())
    store.subscribe((state, before) => this.hear(state, before))
    this.refresh()
  }

  hear(state, before) {
    if (changed(state, before, 'layers', ...FILTER_KEYS)) this.mark(state)
    if (changed(state, before, 'view', ...FILTER_KEYS)) this.refresh()
  }

  async refresh() {
    try {
      const counts = await this.count()
      if (!counts) return
      this.counts = counts
      this.pane.classList.remove('stale')
      this.fill()
    } catch {
      // The list says that the server does not answer; old counts are marked as such.
      this.pane.classList.add('stale')
    }
  }

  /** Counts of kinds and statuses are those in view; of countries, those of the whole world. */
  async fetch(signal) {
    const state = this.store.get()
    const bbox = this.box()
    const ask = (layer, more) =>
      fetchJson(collection(layer, 'facets', filters(layer, state, more)), { signal })
    const [sites, twins, all] = await Promise.all([
      ask('sites', { bbox }),
      ask('twins', { bbox }),
      this.worldCounts(signal, state),
    ])
    return { kind: sites.facets.kind ?? {}, status: twins.facets.status ?? {}, ...all }
  }

  async worldCounts(signal, state) {
    const layers = ['sites', 'cities', 'twins']
    const query = (layer) => filters(layer, { ...state, countries: [], statuses: [] })
    const key = layers.map(query).join()
    if (key === this.worldKey) return this.world
    const answers = await Promise.all(
      layers.map((layer) => fetchJson(collection(layer, 'facets', query(layer)), { signal })),
    )
    const country = {}
    for (const { facets } of answers.slice(0, 2)) {
      for (const [code, count] of Object.entries(facets.country ?? {})) {
        if (code) country[code] = (country[code] ?? 0) + count
      }
    }
    this.world = { country, statuses: Object.keys(answers[2].facets.status ?? {}) }
    this.worldKey = key
    return this.world
  }

  build() {
    this.rows = new Map()
    this.switches = new Map()
    this.countries = el('div', { class: 'options scrolling' })
    this.pane.append(
      this.group('sites', this.kinds()),
      this.group('twins', this.statuses()),
      this.group('cities'),
      this.group('regions'),
      this.section(t('Dating of sites'), this.dating(), 'dating'),
      this.section(t('Country'), this.countryChoice(), 'countries'),
      this.basemaps.length ? this.section(t('Base map'), this.basemapChoice(), 'basemaps') : '',
    )
  }

  group(layer, options = null) {
    const box = el('input', {
      type: 'checkbox',
      role: 'switch',
      data: { layer },
      on: { change: () => this.store.set({ layers: toggled(this.store.get().layers, layer) }) },
    })
    this.switches.set(layer, box)
    const title = el(
      'label',
      { class: 'layer' },
      layerGlyph(layer),
      el('span', { text: t(LAYER_TITLES[layer]) }),
      box,
    )
    if (!options) return el('div', { class: 'group' }, title)
    return el(
      'fieldset',
      { class: 'group' },
      el('legend', { class: 'hidden', text: t(LAYER_TITLES[layer]) }),
      title,
      options,
    )
  }

  kinds() {
    const rows = [...KINDS, 'none'].map((kind) =>
      this.row(
        'kinds',
        kind,
        kindGlyph(kind),
        kind === 'none' ? t('Kind not stated') : term('kind', kind),
      ),
    )
    return el('div', { class: 'options' }, rows)
  }

  statuses() {
    const rows = STATUSES.map((status) =>
      this.row('statuses', status, statusGlyph(status), term('status', status)),
    )
    const note = t('Many pairs: the strongest links are drawn. Choose a city to see its own.')
    return el('div', { class: 'options' }, rows, el('p', { class: 'small if-many', text: note }))
  }

  row(key, value, glyph, text) {
    const box = el('input', {
      type: 'checkbox',
      data: { [key]: value },
      on: { change: () => this.store.set({ [key]: toggled(this.store.get()[key], value) }) },
    })
    const count = el('span', { class: 'number' })
    const row = el(
      'label',
      { class: 'option' },
      box,
      glyph ?? '',
      el('span', { class: 'text', text }),
      count,
    )
    this.rows.set(`${key}:${value}`, { row, box, count })
    return row
  }

  section(title, content, name) {
    const section = el(
      'details',
      { class: 'group', data: { section: name } },
      el('summary', {}, el('span', { text: title }), el('span', { class: 'hint' })),
      content,
    )
    return section
  }

  dating() {
    const slider = (key, label) => {
      const input = el('input', {
        type: 'range',
        min: CENTURIES.least,
        max: CENTURIES.most,
        step: 1,
        id: `century-${key}`,
        on: { input: () => this.slide(key, Number(input.value)) },
      })
      const output = el('span', { class: 'value' })
      this[key] = { input, output }
      return el(
        'div',
        { class: 'slider' },
        el('label', { for: input.id, text: label }),
        output,
        input,
      )
    }
    this.undated = el('input', {
      type: 'checkbox',
      on: { change: () => this.store.set({ dated: !this.undated.checked }) },
    })
    return el(
      'div',
      { class: 'dating' },
      slider('from', t('From')),
      slider('to', t('To')),
      el(
        'label',
        { class: 'option' },
        this.undated,
        el('span', { class: 'text', text: t('Also sites without a date') }),
      ),
    )
  }

  slide(key, value) {
    const { from, to } = this.store.get()
    const change =
      key === 'from'
        ? { from: value, to: Math.max(value, to) }
        : { from: Math.min(from, value), to: value }
    this.mark({ ...this.store.get(), ...change })
    clearTimeout(this.sliding)
    this.sliding = setTimeout(() => this.store.set(change), 250)
  }

  countryChoice() {
    const find = el('input', {
      type: 'text',
      id: 'country-find',
      autocomplete: 'off',
      on: { input: () => this.fillCountries() },
    })
    this.countryFind = find
    return el(
      'div',
      {},
      el('label', { class: 'small', for: find.id, text: t('Find a country') }),
      find,
      this.countries,
    )
  }

  basemapChoice() {
    const choice = (name, text) =>
      el(
        'label',
        { class: 'option' },
        el('input', {
          type: 'radio',
          name: 'basemap',
          checked: !name,
          on: { change: () => this.onBasemap(name) },
        }),
        el('span', { class: 'text', text }),
      )
    return el(
      'div',
      { class: 'options' },
      choice('', t('Built-in map')),
      this.basemaps.map((name) => choice(name, name)),
    )
  }

  /** Put the ticks where the state has them. */
  mark(state) {
    for (const [layer, box] of this.switches) {
      box.checked = state.layers.includes(layer)
      box.closest('.group').classList.toggle('off', !box.checked)
    }
    for (const [key, { row, box }] of this.rows) {
      const [name, value] = key.split(':')
      box.checked = state[name].includes(value)
      row.classList.toggle('dim', state[name].length > 0 && !box.checked)
    }
    for (const key of ['from', 'to']) this.markSlider(key, state)
    this.undated.checked = !state.dated
    this.hint('dating', datingText(state))
    this.hint('countries', state.countries.map(country).join(', '))
    this.fillCountries()
  }

  markSlider(key, state) {
    const { input, output } = this[key]
    input.value = state[key]
    output.textContent = ends(key, state[key])
    input.setAttribute('aria-valuetext', output.textContent)
  }

  hint(section, text) {
    this.pane.querySelector(`[data-section="${section}"] .hint`).textContent = text
  }

  fill() {
    for (const [key, { box, count, row }] of this.rows) {
      const [name, value] = key.split(':')
      if (name === 'countries') continue
      const facet = this.counts[name === 'kinds' ? 'kind' : 'status']
      const found = facet[value === 'none' ? '' : value] ?? 0
      count.textContent = number(found)
      row.classList.toggle('zero', found === 0)
      // Ten states are many to read; those that no pair of the world is in are left out.
      if (name === 'statuses') row.hidden = !box.checked && !this.counts.statuses.includes(value)
    }
    this.fillCountries()
  }

  fillCountries() {
    const wanted = this.countryFind.value.trim().toLocaleLowerCase()
    const chosen = this.store.get().countries
    const codes = Object.keys({
      ...this.counts.country,
      ...Object.fromEntries(chosen.map((code) => [code, 0])),
    })
      .filter((code) => country(code).toLocaleLowerCase().includes(wanted))
      .sort((one, other) => (this.counts.country[other] ?? 0) - (this.counts.country[one] ?? 0))
    const held = this.countries.contains(document.activeElement)
      ? document.activeElement.dataset.countries
      : ''
    this.countries.replaceChildren(
      ...codes.map((code) => {
        const row = this.row('countries', code, null, country(code))
        const { box, count } = this.rows.get(`countries:${code}`)
        box.checked = chosen.includes(code)
        count.textContent = number(this.counts.country[code] ?? 0)
        return row
      }),
    )
    if (held) this.rows.get(`countries:${held}`)?.box.focus()
  }
}

const ends = (key, value) =>
  (key === 'from' && value === CENTURIES.least) || (key === 'to' && value === CENTURIES.most)
    ? t('any time')
    : century(value)

/** Return the wished dating in words, or nothing when any will do. */
export function datingText({ from, to }) {
  if (from === CENTURIES.least && to === CENTURIES.most) return ''
  return from === to ? century(from) : `${ends('from', from)} – ${ends('to', to)}`
}
