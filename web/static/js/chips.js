// Every filter that is on, as a button that takes it off.
import { collection, fetchJson } from './api.js'
import { bdi, byId, el } from './dom.js'
import { country, nameOf, t, term } from './i18n.js'
import { datingText } from './legend.js'
import { CENTURIES, changed, FILTER_KEYS, withoutFilters } from './state.js'

/** Show each filter that is on as a button that takes it off. */
export class Chips {
  constructor(list, store) {
    Object.assign(this, { list, store })
    store.subscribe((state, before) => changed(state, before, ...FILTER_KEYS) && this.show(state))
    this.show(store.get())
  }

  async show(state) {
    const chips = chipsOf(state)
    if (state.region) chips.push({ text: await regionName(state.region), change: { region: '' } })
    if (state !== this.store.get() && changed(state, this.store.get(), ...FILTER_KEYS)) return
    this.list.hidden = chips.length === 0
    this.list.replaceChildren(
      ...chips.map((chip) => this.chip(chip)),
      chips.length > 1 ? this.all() : '',
    )
  }

  chip({ text, change }) {
    return el(
      'button',
      {
        type: 'button',
        class: 'chip',
        'aria-label': t('Remove filter: {filter}', { filter: text }),
        on: { click: () => this.take(change) },
      },
      bdi({ text }),
      el('span', { 'aria-hidden': 'true', text: '×' }),
    )
  }

  all() {
    return el('button', {
      type: 'button',
      class: 'link',
      text: t('Clear filters'),
      on: { click: () => this.take(withoutFilters()) },
    })
  }

  take(change) {
    this.store.set(change)
    byId('search-input').focus({ preventScroll: true })
  }
}

function chipsOf(state) {
  const without = (key) => (value) => ({ [key]: state[key].filter((one) => one !== value) })
  const chips = []
  if (state.words) chips.push({ text: `“${state.words}”`, change: { words: '' } })
  for (const kind of state.kinds) {
    chips.push({
      text: kind === 'none' ? t('Kind not stated') : term('kind', kind),
      change: without('kinds')(kind),
    })
  }
  for (const status of state.statuses)
    chips.push({ text: term('status', status), change: without('statuses')(status) })
  for (const code of state.countries)
    chips.push({ text: country(code), change: without('countries')(code) })
  const dating = datingText(state)
  if (dating) chips.push({ text: dating, change: { from: CENTURIES.least, to: CENTURIES.most } })
  if (state.dated) chips.push({ text: t('Dated only'), change: { dated: false } })
  return chips
}

/** Return the name of a region by its id, for the chip of its filter. */
async function regionName(id) {
  try {
    const feature = await fetchJson(collection('regions', `items/${id}`))
    return nameOf(feature.properties).text
  } catch {
    return t('Region')
  }
}
