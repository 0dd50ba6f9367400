// The editing page: a form that works by itself, made quicker.
import { byId } from '../dom.js'
import { loadWords } from '../i18n.js'
import { readDates } from './dates.js'
import { keepDrafts } from './drafts.js'
import { placeOnMap } from './place.js'
import { showChosen } from './photos.js'
import { offerReferences } from './references.js'
import { quickenRows } from './rows.js'

const form = byId('record')
const told = JSON.parse(byId('told').textContent)

quickenRows(form)
readDates(form, told.lang)
showChosen(form)
offerReferences(form, told.lang)
byId('summary')?.focus()
// Without its words the page still works, in English.
await loadWords(told.lang).catch(() => {})
const box = byId('place-map')
if (box) placeOnMap(box, form, told)
if (told.drafts) await keepDrafts(form, told.drafts)
form.dataset.ready = '1'
