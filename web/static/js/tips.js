// What a symbol says when it is pointed at, and a choice where several lie on one another.
import { bdi, el } from './dom.js'
import { exactTip } from './exact.js'
import { nameOf, plural, t, term, years } from './i18n.js'
import { featureGlyph } from './symbols.js'

const { L } = window

/** Ask which of several features at one place is meant. */
export function chooseOne(map, place, targets, pick) {
  const choose = (target) => {
    map.closePopup()
    pick(target)
  }
  const rows = targets.map((target) =>
    el(
      'li',
      {},
      el(
        'button',
        { type: 'button', class: 'row', on: { click: () => choose(target) } },
        featureGlyph(target.layer, target.properties),
        el('span', { class: 'name' }, bdi(nameOf(target.properties))),
      ),
    ),
  )
  const title = plural('{n} thing here', '{n} things here', targets.length)
  const list = el('ul', { class: 'rows compact', 'aria-label': title }, rows)
  const content = el('div', { class: 'choose' }, el('p', { class: 'overline', text: title }), list)
  L.popup({ closeButton: false, maxWidth: 320, minWidth: 220 })
    .setLatLng(place)
    .setContent(content)
    .openOn(map)
  list.querySelector('button').focus()
}

/** Return the lines of a tip: what it is, and what is worth knowing before a click. */
export function tipLines({ layer, count, properties, isExact }) {
  if (isExact && count > 1) return exactTip({ count, properties })
  if (isExact) return [nameOf(properties).text, ...exactTip({ count, properties })]
  if (layer === 'sites') return siteTip(count, properties)
  if (layer === 'twins') return pairTip(count, properties)
  const { text } = nameOf(properties)
  return properties.twin_count
    ? [text, plural('{n} twin city', '{n} twin cities', properties.twin_count)]
    : [text]
}

function siteTip(count, properties) {
  if (count > 1) return [plural('{n} site', '{n} sites', count), nameOf(properties).text]
  const kind = properties.kind ? term('kind', properties.kind) : t('Kind not stated')
  const dating = years(properties.dating_from, properties.dating_to)
  return [nameOf(properties).text, dating ? `${kind} · ${dating}` : kind]
}

function pairTip(count, properties) {
  if (count > 1) return [plural('{n} twin pair', '{n} twin pairs', count)]
  return [nameOf(properties).text, term('status', properties.status ?? 'unknown')]
}
