// The details of a city: its twins, and what stands around it.
import { collection, fetchJson } from './api.js'
import {
  facts,
  failed,
  namesPart,
  nearby,
  openButton,
  part,
  radiusChoice,
  sourcePart,
  statusBadge,
  textPart,
} from './cards.js'
import { bdi, el } from './dom.js'
import { country, edtf, nameOf, number, plural, t, term } from './i18n.js'
import { placeOf } from './overlay.js'

const MOST_TWINS = 200

/** Return the body of a city's drawer. */
export function cityCard(feature, { store, signal }) {
  const { properties } = feature
  const place = placeOf(feature.geometry)
  const around = place && nearby(store, place)
  return [
    el('p', {
      class: 'lead',
      text: [
        properties.municipality_type && term('municipality_type', properties.municipality_type),
        country(properties.country ?? ''),
      ]
        .filter(Boolean)
        .join(' · '),
    }),
    textPart(properties.description),
    facts([
      [t('Inhabitants'), inhabitants(properties)],
      [t('Founded'), edtf(properties.founded, properties.founded_from, properties.founded_to)],
      [
        t('State'),
        properties.city_status &&
          properties.city_status !== 'existing' &&
          term('city_status', properties.city_status),
      ],
    ]),
    twinsPart(feature, store, signal),
    around && part(t('What stands around it'), radiusChoice(store, around.load), around.holder),
    namesPart(properties),
    sourcePart(properties),
  ]
}

function inhabitants({ population, population_year: year }) {
  if (!population) return null
  return year ? `${number(population)} (${year})` : number(population)
}

function twinsPart({ id, properties }, store, signal) {
  const count = properties.twin_count ?? 0
  const list = el('ul', { class: 'rows' })
  const load = async () => {
    try {
      const query = new URLSearchParams({ city: id, limit: MOST_TWINS, sortby: 'name' })
      const { features } = await fetchJson(collection('twins', 'items', query), { signal })
      list.replaceChildren(...features.map((pair) => twinRow(pair, id, store)))
    } catch (error) {
      if (!signal.aborted) list.replaceChildren(el('li', {}, failed(load, error.message)))
    }
  }
  if (count) load()
  return part(
    count ? plural('{n} twin city', '{n} twin cities', count) : t('Twin cities'),
    count
      ? list
      : el('p', {
          class: 'small',
          text: t('No twin city is recorded here; that does not mean that there is none.'),
        }),
  )
}

function twinRow({ id, properties }, cityId, store) {
  const code = properties.city_a === cityId ? properties.country_b : properties.country_a
  const content = [
    el('span', { class: 'name' }, bdi(otherName(properties, cityId))),
    el('span', { class: 'about', text: code ? country(code) : '' }),
    statusBadge(properties.status ?? 'unknown'),
  ]
  return el('li', {}, openButton(store, 'twins', id, content, 'twin'))
}

/** Return the name of the other city of a pair, which is named after both. */
function otherName(properties, cityId) {
  const { text, lang } = nameOf(properties)
  const parts = text.split(' – ')
  if (parts.length !== 2) return { text, lang }
  return { text: parts[properties.city_a === cityId ? 1 : 0], lang }
}
