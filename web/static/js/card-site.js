// The details of a cultural site.
import { facts, namesPart, part, placeNote, sourcePart, textPart } from './cards.js'
import { bdi, el } from './dom.js'
import { country, number, plural, t, term, years } from './i18n.js'
import { kindGlyph } from './symbols.js'

/** Return the body of a site's drawer. */
export function siteCard({ properties }) {
  return [
    el(
      'p',
      { class: 'lead' },
      kindGlyph(properties.kind ?? 'none'),
      el('span', { text: properties.kind ? term('kind', properties.kind) : t('Kind not stated') }),
    ),
    photoPart(properties),
    textPart(properties.description),
    facts([
      [t('Dating'), dating(properties)],
      [t('Place'), place(properties)],
      [t('Type'), properties.type_text && bdi({ text: properties.type_text })],
      [t('Form'), properties.object_kind && term('object_kind', properties.object_kind)],
      [t('Condition'), properties.condition && term('condition', properties.condition)],
      [t('Area'), properties.area_ha && t('{n} ha', { n: number(properties.area_ha) })],
    ]),
    placeNote(properties),
    protectionPart(properties),
    worldHeritagePart(properties),
    namesPart(properties),
    sourcePart(properties),
  ]
}

/** The first photo stands for the site; its page shows all of them. */
function photoPart({ photos }) {
  const [first] = photos ?? []
  if (!first) return null
  return el(
    'figure',
    { class: 'photo' },
    el(
      'a',
      { href: first.href },
      el('img', { src: first.thumbnail, alt: first.alt, loading: 'lazy' }),
    ),
    el(
      'figcaption',
      {},
      `${t('Photo')}: `,
      bdi({ text: first.author }),
      ', ',
      bdi({ text: first.licence }),
      photos.length > 1 && ` · ${plural('{n} photo', '{n} photos', photos.length)}`,
    ),
  )
}

function dating({ dating_from: from, dating_to: to, dating_text: text }) {
  const span = years(from, to)
  if (!text || text === span) return span
  return span ? [span, el('br'), el('small', {}, bdi({ text }))] : bdi({ text })
}

function place({ municipality, country: code, countries, country_basis: basis }) {
  const codes = countries?.length ? countries : [code].filter(Boolean)
  const text = [municipality, ...codes.map(country)].filter(Boolean).join(', ')
  if (!text) return null
  return basis === 'nearest'
    ? [text, ' ', el('small', { text: `(${term('country_basis', basis)})` })]
    : text
}

function protectionPart({ designations = [] }) {
  return part(
    t('Protection'),
    designations.length > 0 &&
      el(
        'ul',
        { class: 'plain' },
        designations.map((one) =>
          el(
            'li',
            {},
            el('strong', { text: term('designation_scheme', one.scheme) }),
            one.value && [': ', bdi({ text: one.value })],
            el('small', { text: designationAbout(one) }),
          ),
        ),
      ),
  )
}

function designationAbout({ level, status, since, reference }) {
  return [
    level && level !== 'none' && term('designation_level', level),
    status && status !== 'unknown' && term('designation_status', status),
    since && t('since {year}', { year: since }),
    reference && t('No. {number}', { number: reference }),
  ]
    .filter(Boolean)
    .join(' · ')
}

function worldHeritagePart({
  inscribed,
  unesco_criteria: criteria,
  unesco_category: category,
  in_danger: danger,
  transboundary,
}) {
  if (!inscribed && !criteria) return null
  return part(
    t('World Heritage'),
    facts([
      [t('Inscribed'), inscribed && String(inscribed)],
      [t('Category'), category && term('unesco_category', category)],
      [t('Criteria'), criteria],
    ]),
    danger && el('p', { class: 'note', text: t('On the List of World Heritage in Danger.') }),
    transboundary && el('p', { class: 'note', text: t('One property in several states.') }),
  )
}
