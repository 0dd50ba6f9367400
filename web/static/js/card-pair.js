// The details of a twin pair: both cities side by side, the status and why, what was agreed.
import { collection, fetchJson } from './api.js'
import {
  facts,
  failed,
  nearby,
  outside,
  part,
  radiusChoice,
  sourcePart,
  statusBadge,
  textPart,
} from './cards.js'
import { bdi, el } from './dom.js'
import { country, date, edtf, nameOf, number, plural, t, term, textIn } from './i18n.js'
import { placeOf } from './overlay.js'

/** Return the body of a pair's drawer. */
export function pairCard({ properties }, { store, signal }) {
  const sides = el('div', { class: 'sides', 'aria-busy': 'true' })
  fillSides(sides, properties, store, signal)
  return [
    statusPart(properties),
    textPart(properties.description),
    facts([
      [t('Kind of relation'), properties.pair_type && term('pair_type', properties.pair_type)],
      [
        t('Established'),
        edtf(properties.established, properties.established_from, properties.established_to),
      ],
      [t('Ended'), edtf(properties.ended, properties.ended_from, properties.ended_to)],
      [
        t('Distance'),
        Number.isFinite(properties.distance_km) &&
          t('{n} km', { n: number(Math.round(properties.distance_km)) }),
      ],
      [t('Last activity'), properties.last_activity_on && date(properties.last_activity_on)],
      [
        t('Fields of cooperation'),
        properties.fields_of_cooperation?.map((one) => term('cooperation_field', one)).join(', '),
      ],
    ]),
    sides,
    part(t('Agreements'), agreements(properties.agreements ?? [])),
    part(t('What became of it'), events(properties.status_events ?? [])),
    part(t('What they did together'), activities(properties.activities ?? [])),
    sourcePart(properties),
  ]
}

function statusPart({ status = 'unknown', because = [], status_as_of: asOf }) {
  return el(
    'section',
    { class: `status-box status-${status}` },
    el(
      'p',
      {},
      statusBadge(status),
      asOf && el('small', { text: t('as of {date}', { date: date(asOf) }) }),
    ),
    because.length > 0 &&
      el(
        'ul',
        { class: 'because' },
        because.map((reason) => el('li', { text: reason })),
      ),
  )
}

async function fillSides(sides, properties, store, signal) {
  try {
    const ids = [properties.city_a, properties.city_b]
    const cities = await Promise.all(
      ids.map((id) => fetchJson(collection('cities', `items/${id}`), { signal })),
    )
    const around = []
    sides.replaceChildren(
      el('h3', { text: t('Both cities') }),
      radiusChoice(store, () => around.forEach(({ load }) => load())),
      el(
        'div',
        { class: 'columns' },
        cities.map((city) => side(city, store, around)),
      ),
    )
  } catch (error) {
    if (!signal.aborted)
      sides.replaceChildren(
        failed(() => fillSides(sides, properties, store, signal), error.message),
      )
  }
  sides.setAttribute('aria-busy', 'false')
}

function side(city, store, around) {
  const { id, properties } = city
  const place = placeOf(city.geometry)
  const near = place && nearby(store, place)
  if (near) around.push(near)
  return el(
    'div',
    { class: 'side' },
    el(
      'h4',
      {},
      el(
        'button',
        {
          type: 'button',
          class: 'link',
          on: { click: () => store.set({ open: { layer: 'cities', id } }) },
        },
        bdi(nameOf(properties)),
      ),
    ),
    el('p', { class: 'small', text: properties.country ? country(properties.country) : '' }),
    properties.population &&
      el('p', {
        class: 'small',
        text: plural('{n} inhabitant', '{n} inhabitants', properties.population),
      }),
    near?.holder,
  )
}

function agreements(list) {
  return (
    list.length > 0 &&
    el(
      'ul',
      { class: 'plain' },
      list.map((one) =>
        el(
          'li',
          {},
          el('strong', {
            text:
              textIn(one.title)?.text ??
              (one.doc_type ? term('agreement_type', one.doc_type) : t('Agreement')),
            lang: textIn(one.title)?.lang,
          }),
          el('small', { text: agreementAbout(one) }),
          one.source_url && outside(one.source_url, t('Source')),
          events(one.status_events ?? []),
        ),
      ),
    )
  )
}

function agreementAbout({ signed_on: signed, valid_until: until, term_type: termType }) {
  return [
    signed && t('signed {date}', { date: date(signed) }),
    until && t('valid until {date}', { date: date(until) }),
    termType && term('term_type', termType),
  ]
    .filter(Boolean)
    .join(' · ')
}

function events(list) {
  return (
    list.length > 0 &&
    el(
      'ul',
      { class: 'plain' },
      list.map(({ date: on, status, side: who, reason, note, source_url: url }) =>
        el(
          'li',
          {},
          el('strong', { text: `${date(on)}: ${term('agreement_status', status)}` }),
          el('small', {
            text: [who && term('side', who), reason && term('status_reason', reason)]
              .filter(Boolean)
              .join(' · '),
          }),
          note && el('p', { class: 'small' }, bdi({ text: note })),
          url && outside(url, t('Source')),
        ),
      ),
    )
  )
}

function activities(list) {
  return (
    list.length > 0 &&
    el(
      'ul',
      { class: 'plain' },
      list.map(({ title, type, start, source_url: url }) =>
        el(
          'li',
          {},
          el('strong', {
            text: textIn(title)?.text ?? term('activity_type', type),
            lang: textIn(title)?.lang,
          }),
          el('small', { text: [term('activity_type', type), date(start)].join(' · ') }),
          url && outside(url, t('Source')),
        ),
      ),
    )
  )
}
