// Help: what the symbols and the states mean, the keys, the borders, the sources.
import { fetchJson } from './api.js'
import { outside } from './cards.js'
import { bdi, byId, el } from './dom.js'
import { date, m, t, term } from './i18n.js'
import { KINDS, STATUSES } from './state.js'
import { kindGlyph, statusGlyph } from './symbols.js'

const STATUS_HELP = {
  active: m('Something was done together in the last 24 months.'),
  low_activity: m('Something was done together in the last five years.'),
  new: m('Agreed in the last 24 months; nothing done yet.'),
  active_without_agreement: m('The agreement has ended, but things are still done together.'),
  dormant: m('A side confirmed that nothing has happened for five years.'),
  suspended: m('At least one side has suspended it.'),
  terminated: m('Ended by a decision.'),
  expired: m('Ended because its term ran out.'),
  lapsed_by_merger: m('Ended because a municipality was merged.'),
  unknown: m('No source says. Silence is not dormancy.'),
}
const KEYS = [
  [m('Arrow keys'), m('move the map')],
  [m('+ and −'), m('zoom')],
  [m('Enter'), m('filter by the words in the search field')],
  [m('Escape'), m('close the drawer')],
]

/** Fill the help dialog, once. */
export function fillAbout() {
  const body = byId('about-body')
  if (body.childElementCount) return
  const sources = el('ul', { class: 'plain', 'aria-busy': 'true' })
  fillSources(sources)
  body.append(
    prose(
      t(
        'One map of cultural sites, cross-border regions and twin cities. Every record names its source, its licence and the day it was true.',
      ),
    ),
    el('div', { class: 'columns' }, headed(t('Sites'), kindsKey()), headed(t('Keyboard'), keys())),
    headed(
      t('What the status of a pair means'),
      el('p', {
        class: 'small',
        text: t('Computed for today from dated evidence; each pair says why.'),
      }),
      statuses(),
    ),
    headed(
      t('Borders and names'),
      prose(
        t(
          'Borders and coastlines are those of Natural Earth, which draws who controls a place in fact. They are generalised, carry no legal weight and are no statement on the status of any territory. Disputed borders are dotted. Names follow the language of the page.',
        ),
      ),
    ),
    headed(t('Sources'), sources, interfaces()),
  )
}

const prose = (text) => el('p', { class: 'prose', text })
const headed = (title, ...content) => el('section', {}, el('h3', { text: title }), ...content)

function kindsKey() {
  const rows = KINDS.map((kind) =>
    el('li', {}, kindGlyph(kind), el('span', { text: term('kind', kind) })),
  )
  return el('ul', { class: 'key' }, rows)
}

function keys() {
  const rows = KEYS.map(([key, does]) =>
    el('div', {}, el('dt', { text: t(key) }), el('dd', { text: t(does) })),
  )
  return el('dl', { class: 'keys' }, rows)
}

function statuses() {
  const rows = STATUSES.map((status) =>
    el(
      'div',
      {},
      el('dt', {}, statusGlyph(status), el('span', { text: term('status', status) })),
      el('dd', { text: t(STATUS_HELP[status]) }),
    ),
  )
  return el('dl', { class: 'statuses' }, rows)
}

function interfaces() {
  return el(
    'p',
    { class: 'small' },
    `${t('All data over open interfaces:')} `,
    el('a', { href: '/collections?f=json', text: 'OGC API – Features' }),
    ', ',
    el('a', { href: '/api', text: 'OpenAPI' }),
  )
}

async function fillSources(list) {
  try {
    const { sources } = await fetchJson('/sources')
    list.replaceChildren(...sources.map(sourceRow))
  } catch {
    list.replaceChildren(el('li', { text: t('Each record names its source in its details.') }))
  }
  list.setAttribute('aria-busy', 'false')
}

function sourceRow({ title, publisher, licence, url, as_of: asOf }) {
  return el(
    'li',
    {},
    url ? outside(url, title) : bdi({ text: title }),
    el('small', {
      text: [publisher, licence, asOf && t('as of {date}', { date: date(asOf) })]
        .filter(Boolean)
        .join(' · '),
    }),
  )
}
