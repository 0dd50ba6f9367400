// The details of a cross-border region.
import { collection, fetchJson } from './api.js'
import { action, facts, ICONS, namesPart, part, sourcePart, textPart } from './cards.js'
import { bdi, el } from './dom.js'
import { country, edtf, number, plural, t, term, textIn } from './i18n.js'

/** Return the body of a region's drawer. */
export function regionCard({ id, properties }, { store, signal }) {
  return [
    el('p', {
      class: 'lead',
      text: [
        properties.region_type && term('region_type', properties.region_type),
        properties.countries?.map(country).join(', '),
      ]
        .filter(Boolean)
        .join(' · '),
    }),
    statement(properties.boundary_statement),
    textPart(properties.description),
    facts([
      [t('State'), state(properties)],
      [t('Legal form'), properties.legal_form && term('legal_form', properties.legal_form)],
      [t('Period'), edtf(properties.period, properties.period_from, properties.period_to)],
      [t('Outline'), properties.geometry_source && bdi({ text: properties.geometry_source })],
    ]),
    inside(id, store, signal),
    part(t('Members'), members(properties.members ?? [])),
    namesPart(properties),
    sourcePart(properties),
  ]
}

function statement(texts) {
  const found = textIn(texts)
  return found && el('p', { class: 'note', text: found.text, lang: found.lang })
}

function state({ region_status: status, status_text: text }) {
  if (!status) return text && bdi({ text })
  return text
    ? [term('region_status', status), el('br'), el('small', {}, bdi({ text }))]
    : term('region_status', status)
}

function inside(id, store, signal) {
  const counts = el('p', { class: 'figure' })
  const query = new URLSearchParams({ region: id })
  Promise.all(
    ['sites', 'cities'].map((layer) => fetchJson(collection(layer, 'facets', query), { signal })),
  )
    .then(([sites, cities]) =>
      counts.append(
        el('strong', { text: number(sites.matched) }),
        ` ${plural('site', 'sites', sites.matched)} · `,
        el('strong', { text: number(cities.matched) }),
        ` ${plural('city', 'cities', cities.matched)}`,
      ),
    )
    // Without the counts the rest of the card still holds; the list tells of a dead server.
    .catch(() => counts.remove())
  return part(
    t('Inside'),
    counts,
    action(t('Show only what lies inside'), ICONS.filter, () => store.set({ region: id })),
  )
}

function members(list) {
  return (
    list.length > 0 &&
    el(
      'ul',
      { class: 'plain' },
      list.map(({ name, country: code, role }) =>
        el(
          'li',
          {},
          bdi({ text: name }),
          el('small', { text: [code && country(code), role].filter(Boolean).join(' · ') }),
        ),
      ),
    )
  )
}
