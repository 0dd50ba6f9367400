// Pieces that the details of every kind of feature are made of.
import { collection, fetchJson, isAbort } from './api.js'
import { bdi, el, icon } from './dom.js'
import { shownTo } from './exposure-words.js'
import { country, date, m, nameOf, number, plural, t, term, textIn } from './i18n.js'
import { KINDS, RADII_KM } from './state.js'
import { kindGlyph, statusGlyph } from './symbols.js'

const LANGUAGE_NAMES = new Map()
const VISIBILITY_NOTES = {
  generalised: m('The place is published as a cell of about {km} km, to protect the site.'),
  restricted: m('The place of this record is not published.'),
}

/** Return a list of facts; those without a value are left out. */
export function facts(rows) {
  const known = rows.filter(
    ([, value]) => value !== null && value !== undefined && value !== '' && value !== false,
  )
  if (known.length === 0) return null
  return el(
    'dl',
    { class: 'facts' },
    known.map(([name, value]) => el('div', {}, el('dt', { text: name }), el('dd', {}, value))),
  )
}

/** Return a headed part of the details; nothing where there is nothing to show. */
export function part(title, ...content) {
  const shown = content.flat().filter(Boolean)
  return shown.length ? el('section', { class: 'part' }, el('h3', { text: title }), ...shown) : null
}

/** Return all names with their languages, but for the one that is the title. */
export function namesPart(properties) {
  const title = nameOf(properties).text
  const names = (properties.names ?? []).filter(({ value }) => value !== title)
  if (names.length === 0) return null
  const rows = names.map(({ value, lang, type }) =>
    el(
      'li',
      {},
      bdi({ text: value, lang }),
      el('small', {
        text: [languageName(lang), type && type !== 'preferred' && term('name_type', type)]
          .filter(Boolean)
          .join(', '),
      }),
    ),
  )
  return part(t('Names'), el('ul', { class: 'names' }, rows))
}

function languageName(tag) {
  if (!tag) return ''
  if (!LANGUAGE_NAMES.has(tag)) {
    try {
      const names = new Intl.DisplayNames(document.documentElement.lang, { type: 'language' })
      LANGUAGE_NAMES.set(tag, names.of(tag))
    } catch {
      LANGUAGE_NAMES.set(tag, tag)
    }
  }
  return LANGUAGE_NAMES.get(tag)
}

/** Return a text in the reader's language, or the one there is, marked with its language. */
export function textPart(texts) {
  const found = textIn(texts)
  return found && el('p', { class: 'prose', text: found.text, lang: found.lang })
}

/** Return where a record comes from, under which licence, and as of when. */
export function sourcePart({
  source,
  licence,
  attribution,
  as_of: asOf,
  source_url: url,
  record_id: record,
}) {
  return part(
    t('Source'),
    facts([
      [t('Published by'), url ? outside(url, source ?? url) : source],
      [t('Credit'), attribution !== source && attribution],
      [t('Licence'), licence],
      [t('As of'), asOf && date(asOf)],
      [t('Record'), record],
    ]),
  )
}

/** Return a link that leaves the page. Only http and https go out. */
export function outside(url, text) {
  if (!/^https?:\/\//i.test(url)) return el('span', { text })
  return el(
    'a',
    { href: url, rel: 'noreferrer', target: '_blank' },
    bdi({ text }),
    el('span', { class: 'hidden', text: ` (${t('opens in a new tab')})` }),
  )
}

/** Return what is said of a place that is not shown exactly. */
export function placeNote({
  visibility,
  coordinate_uncertainty_m: metres,
  accuracy_m: accuracy,
  location_precision: precision,
  cell_km: cell,
}) {
  // Only who may see the record itself is told the width of its cell.
  if (cell !== undefined && visibility !== 'public')
    return el('p', {
      class: 'note',
      text: t('Only those with rights see this exact record. For the public: {what}.', {
        what: t(shownTo(visibility).short),
      }),
    })
  const note = VISIBILITY_NOTES[visibility]
  if (note)
    return el('p', {
      class: 'note',
      text: t(note, { km: number(Math.round((metres ?? 0) / 1000)) }),
    })
  const rough = !['exact_point', 'boundary', 'building'].includes(precision ?? 'exact_point')
  if (!rough && !(accuracy >= 100)) return null
  const parts = [
    rough && t('The point stands for: {what}.', { what: term('location_precision', precision) }),
    accuracy && t('It may be {n} m off.', { n: number(accuracy) }),
  ]
  return el('p', { class: 'note', text: parts.filter(Boolean).join(' ') })
}

/** Return the word of a status with its line, so that colour is never alone. */
export function statusBadge(status) {
  return el(
    'span',
    { class: `badge status-${status}` },
    statusGlyph(status),
    el('span', { text: term('status', status) }),
  )
}

/** Return a button of a row of actions. */
export function action(text, path, act) {
  return el(
    'button',
    { type: 'button', class: 'quiet', on: { click: act } },
    icon(path),
    el('span', { text }),
  )
}

export const ICONS = {
  target: 'M10 3v3m0 8v3m7-7h-3M6 10H3m7 3.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z',
  link: 'M8.500 11.500a3 3 0 0 0 4.300 0l3-3a3 3 0 0 0-4.300-4.300l-1 1M11.500 8.500a3 3 0 0 0-4.300 0l-3 3a3 3 0 0 0 4.300 4.300l1-1',
  filter: 'M3.500 5h13l-5 6v4.500l-3 1.500v-6Z',
}

/** Return a button that opens another feature. */
export function openButton(store, layer, id, content, look = '') {
  const act = () => store.set({ open: { layer, id } })
  return el('button', { type: 'button', class: `row ${look}`, on: { click: act } }, content)
}

/** Return a choice of distances, kept in the state. */
export function radiusChoice(store, onChange) {
  const state = store.get()
  const name = 'km'
  return el(
    'fieldset',
    { class: 'radius' },
    el('legend', { text: t('Within') }),
    RADII_KM.map((km) =>
      el(
        'label',
        {},
        el('input', {
          type: 'radio',
          name,
          value: km,
          checked: km === state.km,
          on: { change: () => (store.set({ km }), onChange()) },
        }),
        el('span', { text: t('{n} km', { n: number(km) }) }),
      ),
    ),
  )
}

/** Return what stands within a distance of a place: how many of each kind, and the best known. */
export function nearby(store, { lng, lat }) {
  const holder = el('div', { class: 'nearby', 'aria-live': 'polite' })
  const load = async () => {
    const { km } = store.get()
    const around = new URLSearchParams({
      near: `${lng.toFixed(5)},${lat.toFixed(5)}`,
      within_km: km,
    })
    try {
      const [counts, best] = await Promise.all([
        fetchJson(collection('sites', 'facets', around)),
        fetchJson(
          collection(
            'sites',
            'items',
            new URLSearchParams([...around, ['limit', 5], ['sortby', '-rank']]),
          ),
        ),
      ])
      holder.replaceChildren(...nearbyRows(store, counts, best))
    } catch (error) {
      if (!isAbort(error)) holder.replaceChildren(failed(load))
    }
  }
  load()
  return { holder, load }
}

function nearbyRows(store, { matched, facets }, { features }) {
  if (!matched) return [el('p', { class: 'small', text: t('No sites within this distance.') })]
  const kinds = [...KINDS, ''].filter((kind) => facets.kind?.[kind])
  return [
    el(
      'p',
      { class: 'figure' },
      el('strong', { text: number(matched) }),
      ` ${plural('site', 'sites', matched)}`,
    ),
    el(
      'ul',
      { class: 'tally' },
      kinds.map((kind) =>
        el(
          'li',
          { title: kind ? term('kind', kind) : t('Kind not stated') },
          kindGlyph(kind || 'none'),
          el('span', { class: 'hidden', text: kind ? term('kind', kind) : t('Kind not stated') }),
          el('span', { text: number(facets.kind[kind]) }),
        ),
      ),
    ),
    el(
      'ul',
      { class: 'rows compact' },
      features.map(({ id, properties }) =>
        el(
          'li',
          {},
          openButton(store, 'sites', id, [
            kindGlyph(properties.kind ?? 'none'),
            el('span', { class: 'name' }, bdi(nameOf(properties))),
          ]),
        ),
      ),
    ),
  ]
}

/** Return a message that something did not come, with a way to try again. */
export function failed(retry, detail = '') {
  return el(
    'div',
    { class: 'failed' },
    el('p', { text: t('This could not be loaded.') }),
    detail && el('p', { class: 'small', text: detail }),
    el('button', { type: 'button', class: 'quiet', text: t('Try again'), on: { click: retry } }),
  )
}

export const countryName = (code) => code && country(code)
