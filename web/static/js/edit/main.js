// The editing page: a form that works by itself, made quicker.
import { byId } from '../dom.js'
import { loadWords } from '../i18n.js'
import { readDates } from './dates.js'
import { placeOnMap } from './place.js'
import { offerReferences } from './references.js'
import { quickenRows } from './rows.js'

const form = byId('record')
const told = JSON.parse(byId('told').textContent)

quickenRows(form)
readDates(form, told.lang)
offerReferences(form, told.lang)
byId('summary')?.focus()
const box = byId('place-map')
if (box) {
  // Without its words the map still works, in English.
  await loadWords(told.lang).catch(() => {})
  placeOnMap(box, form, told)
}
form.dataset.ready = '1'
