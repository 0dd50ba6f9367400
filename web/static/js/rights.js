// What one may do with the record that is open, told before one tries.
import { collection, fetchJson, isAbort } from './api.js'
import { el, icon } from './dom.js'
import { quickenExposure } from './exposure.js'
import { language, m, t } from './i18n.js'

const OFFERED = {
  edit: {
    text: m('Edit'),
    path: 'm4 16 1-4 8.500-8.500 3 3L8 15l-4 1ZM11.500 5.500l3 3',
  },
  visibility: {
    text: m('Who may see it'),
    path: 'M2.500 10c4-6.500 11-6.500 15 0-4 6.500-11 6.500-15 0Zm7.500-2.300a2.300 2.300 0 1 0 0 4.600 2.300 2.300 0 0 0 0-4.600Z',
  },
  history: { text: m('History'), path: 'M10 3.500a6.500 6.500 0 1 1-6.100 4.300M3.500 4v4h4M10 6.500V10l2.500 2' },
  suggest: { text: m('Suggest a correction'), path: 'M3.500 4.500h13v9H9l-4 3v-3H3.500Z' },
}

/** Add to a row of actions those that whoever asks may do; nothing, where that is not known. */
export async function offerRights(row, { layer, id }, signal, onChange) {
  try {
    const asked = new URLSearchParams({ lang: language() })
    const rights = await fetchJson(collection(layer, `items/${id}/rights`, asked), { signal })
    row.append(...links(rights))
    const visibility = row.querySelector('[data-rel="visibility"]')
    if (visibility) quickenExposure(visibility, { onChange })
    return rights
  } catch (error) {
    if (!isAbort(error)) row.dataset.rights = 'unknown'
    return null
  }
}

function links(rights) {
  return rights.links
    .filter(({ rel }) => rel in OFFERED)
    .map(({ rel, href }) => {
      const { text, path } = OFFERED[rel]
      return el('a', { href, class: 'quiet', data: { rel } }, icon(path), el('span', { text: t(text) }))
    })
}
