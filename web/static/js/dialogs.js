// Export, share, help: dialogs of the browser, which keep the focus by themselves.
import { collection, fetchJson, filters } from './api.js'
import { fillAbout } from './about.js'
import { byId, el } from './dom.js'
import { forms, plural, t } from './i18n.js'
import { LAYERS } from './state.js'
import { toast } from './toast.js'

const COUNTED = {
  sites: forms('{n} site', '{n} sites'),
  twins: forms('{n} twin pair', '{n} twin pairs'),
  cities: forms('{n} city', '{n} cities'),
  regions: forms('{n} region', '{n} regions'),
}
/** Make the buttons of the header open their dialogs. */
export function openDialogs(store, box) {
  const opens = (name, fill) =>
    byId(`open-${name}`).addEventListener('click', () => (fill(), byId(name).showModal()))
  opens('export', () => fillExport(store, box))
  opens('share', fillShare)
  opens('about', () => fillAbout())
  byId('export').addEventListener('change', () => fillExport(store, box))
  byId('copy-link').addEventListener('click', () => copyLink(byId('share-link')))
  byId('print').addEventListener(
    'click',
    () => (byId('share').close(), setTimeout(() => window.print(), 100)),
  )
  for (const dialog of document.querySelectorAll('dialog')) {
    dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
  }
}

async function fillExport(store, box) {
  const state = store.get()
  const isView = document.querySelector('[name="export-area"]:checked').value === 'view'
  const more = isView ? { bbox: box() } : {}
  const { name, suffix, wishes } = exportFormat()
  const links = LAYERS.map((layer) => {
    const query = filters(layer, state, more)
    const count = el('small')
    countInto(count, layer, query)
    for (const [key, value] of Object.entries({ f: name, ...wishes })) query.set(key, value)
    return el(
      'li',
      {},
      el(
        'a',
        {
          href: collection(layer, 'export', query),
          download: layer + suffix,
          class: 'primary',
        },
        layer + suffix,
      ),
      count,
    )
  })
  byId('export-links').replaceChildren(...links)
}

/** The chosen format, and of the wishes those that it takes; spreadsheets know UTF-8 by a mark. */
function exportFormat() {
  const { value: name, dataset } = byId('export-format').selectedOptions[0]
  const takes = dataset.takes.split(' ')
  const crs = byId('export-crs')
  crs.disabled = !takes.includes('crs')
  const wishes = {}
  if (!crs.disabled) wishes.crs = crs.value
  if (takes.includes('bom')) wishes.bom = 'true'
  return { name, suffix: dataset.suffix, wishes }
}

async function countInto(element, layer, query) {
  try {
    const { matched } = await fetchJson(collection(layer, 'facets', query))
    element.textContent = plural(...COUNTED[layer], matched)
  } catch {
    element.textContent = t('Number not known just now')
  }
}

function fillShare() {
  byId('share-link').value = location.href
}

/** Copy the address of the view; where the browser does not let us, select it for the reader. */
export async function copyLink(field = null) {
  try {
    await navigator.clipboard.writeText(location.href)
    toast(t('Link copied.'))
  } catch {
    if (!field) byId('open-share').click()
    byId('share-link').select()
  }
}
