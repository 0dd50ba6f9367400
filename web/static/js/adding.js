// A new site from the map: where one presses long, or right, or at the middle of the map.
import { door } from './account.js'
import { el, icon } from './dom.js'
import { t } from './i18n.js'

const { L } = window
const DECIMALS = 6
const PLUS = 'M10 17.500s-5.500-5-5.500-9a5.500 5.500 0 0 1 11 0c0 4-5.500 9-5.500 9ZM10 6v5M7.500 8.500h5'

/** Offer to add a site, or to suggest one, to those who may. */
export function offerAdding(map, who) {
  const add = door(who, 'create', 'sites')
  const href = add ?? door(who, 'suggest', 'sites')
  if (!href) return
  const texts = add
    ? { there: t('Add a site here'), button: t('Add a site at the middle of the map') }
    : { there: t('Suggest a site here'), button: t('Suggest a site at the middle of the map') }
  map.on('contextmenu', ({ latlng }) => {
    const link = el('a', { href: at(href, latlng), class: 'primary', text: texts.there })
    L.popup({ closeButton: false, className: 'adding' }).setLatLng(latlng).setContent(link).openOn(map)
    link.focus()
  })
  button(map, texts.button, () => location.assign(at(href, map.getCenter())))
}

function at(href, latlng) {
  const { lat, lng } = latlng.wrap()
  const address = new URL(href)
  address.searchParams.set('lng', lng.toFixed(DECIMALS))
  address.searchParams.set('lat', lat.toFixed(DECIMALS))
  return address.href
}

function button(map, label, act) {
  const bar = map.getContainer().querySelector('.map-buttons')
  const shown = { type: 'button', class: 'map-button', 'aria-label': label, title: label }
  bar.append(el('button', { ...shown, id: 'add-site', on: { click: act } }, icon(PLUS)))
}
