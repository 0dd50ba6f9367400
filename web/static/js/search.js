// Search: an ARIA combobox. Picking a suggestion goes there; Enter without one filters.
import { fetchJson, latest } from './api.js'
import { bdi, byId, el } from './dom.js'
import { country, language, m, t, term } from './i18n.js'
import { kindGlyph, layerGlyph } from './symbols.js'

const WAIT_MS = 180
const LAYER_NAMES = {
  sites: m('Site'),
  cities: m('City'),
  twins: m('Twin pair'),
  regions: m('Region'),
}

export class Search {
  /** @param {object} store @param {(result: object) => void} onPick */
  constructor(store, onPick) {
    Object.assign(this, { store, onPick })
    this.input = byId('search-input')
    this.list = byId('search-options')
    this.results = []
    this.active = -1
    this.find = latest((signal, words) => this.fetch(signal, words))
    this.listen()
  }

  listen() {
    this.input.addEventListener('input', () => this.later())
    this.input.addEventListener('keydown', (event) => this.key(event))
    this.input.addEventListener('blur', () => setTimeout(() => this.close(), 150))
    byId('search').addEventListener('submit', (event) => {
      event.preventDefault()
      this.submit()
    })
    // The list keeps the focus in the field while a suggestion is pressed.
    this.list.addEventListener('mousedown', (event) => event.preventDefault())
  }

  later() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.suggest(), WAIT_MS)
  }

  async suggest() {
    const words = this.input.value.trim()
    if (words.length < 2) return this.close()
    try {
      const results = await this.find(words)
      if (results) this.show(results)
    } catch {
      this.message(t('Search does not answer just now.'))
    }
  }

  async fetch(signal, words) {
    const query = new URLSearchParams({ q: words, lang: language(), limit: 8 })
    const { results } = await fetchJson(`/search?${query}`, { signal })
    // A place is more often meant than what stands in it.
    const isCity = ({ layer }) => layer === 'cities'
    return [...results.filter(isCity), ...results.filter((one) => !isCity(one))]
  }

  show(results) {
    if (document.activeElement !== this.input) return
    this.results = results
    this.active = -1
    if (results.length === 0) return this.message(t('Nothing is called so.'))
    this.list.replaceChildren(...results.map((result, i) => this.option(result, i)))
    this.open()
  }

  option(result, i) {
    const { layer, label, kind } = result
    const glyph = layer === 'sites' ? kindGlyph(kind ?? 'none') : layerGlyph(layer)
    return el(
      'li',
      {
        role: 'option',
        id: `option-${i}`,
        'aria-selected': 'false',
        on: { click: () => this.pick(i) },
      },
      glyph,
      bdi({ text: label }),
      el('small', { text: describe(result) }),
    )
  }

  message(text) {
    this.results = []
    this.list.replaceChildren(
      el('li', { role: 'option', 'aria-disabled': 'true', class: 'none', text }),
    )
    this.open()
  }

  open() {
    this.list.hidden = false
    this.input.setAttribute('aria-expanded', 'true')
  }

  close() {
    this.list.hidden = true
    this.active = -1
    this.input.setAttribute('aria-expanded', 'false')
    this.input.removeAttribute('aria-activedescendant')
  }

  key(event) {
    const act = {
      ArrowDown: () => this.move(1),
      ArrowUp: () => this.move(-1),
      Escape: () => (this.list.hidden ? this.clear() : this.close()),
    }[event.key]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }

  move(step) {
    const count = this.results.length
    if (!count || this.list.hidden) return
    this.active = (this.active + step + count + (this.active < 0 && step < 0 ? 1 : 0)) % count
    ;[...this.list.children].forEach((option, i) =>
      option.setAttribute('aria-selected', String(i === this.active)),
    )
    this.list.children[this.active].scrollIntoView({ block: 'nearest' })
    this.input.setAttribute('aria-activedescendant', `option-${this.active}`)
  }

  clear() {
    this.input.value = ''
  }

  submit() {
    clearTimeout(this.timer)
    if (this.active >= 0) return this.pick(this.active)
    this.close()
    this.store.set({ words: this.input.value.trim(), tab: 'results' })
    this.clear()
    return undefined
  }

  pick(i) {
    const result = this.results[i]
    this.clear()
    this.close()
    this.onPick(result)
  }
}

/** Return what a suggestion is, and the name that was found where it is not the one shown. */
function describe({ layer, kind, country: code, name, label }) {
  const what = layer === 'sites' && kind ? term('kind', kind) : t(LAYER_NAMES[layer])
  return [what, code && country(code), name !== label && name].filter(Boolean).join(' · ')
}
