// Who one is: asked in private, for the page itself is the same for everyone.
import { fetchJson } from './api.js'
import { bdi, byId, el, icon } from './dom.js'
import { m, t } from './i18n.js'

const VISITOR = { name: null, role: 'visitor', rights: {}, links: [], scope: null }
const PERSON = 'M10 3.700a3.300 3.300 0 1 0 0 6.600 3.300 3.300 0 0 0 0-6.600ZM4 16.500c.6-3.600 3-5 6-5s5.400 1.400 6 5'
const ROLES = {
  contributor: m('Contributor'),
  expert: m('Expert'),
  heritage_editor: m('Heritage editor'),
  twin_coordinator: m('Twin-city coordinator'),
  reviewer: m('Reviewer'),
  administrator: m('Administrator'),
}
const LINKS = {
  account: m('Your account'),
  notices: m('Notices'),
  review: m('Review suggestions'),
  suggestions: m('My suggestions'),
  changes: m('My changes'),
  import: m('Import a file'),
}

/** Return who asks and what they may do; a visitor, where the server does not say. */
export async function whoIsThere(lang) {
  try {
    return await fetchJson(`/account?${new URLSearchParams({ f: 'json', lang })}`)
  } catch {
    return VISITOR
  }
}

/** Return the address of a page that the account may use for a layer, or none. */
export function door(who, rel, layer) {
  return who.links.find((one) => one.rel === rel && one.layer === layer)?.href
}

/** Put name, role, scope and links where "Sign in" stands; a visitor comes back after it. */
export function showWho(who) {
  const link = byId('sign-in')
  if (!link) return
  if (who.name === null) link.addEventListener('click', () => comeBack(link))
  else link.replaceWith(menu(who))
}

function comeBack(link) {
  const address = new URL(link.href)
  address.searchParams.set('next', location.pathname + location.search + location.hash)
  link.href = address.href
}

function menu(who) {
  const box = el(
    'details',
    { class: 'who', id: 'who' },
    el('summary', { class: 'quiet' }, icon(PERSON), el('span', {}, bdi({ text: who.name }))),
    el(
      'div',
      { class: 'who-card' },
      el('p', { class: 'who-name' }, bdi({ text: who.name })),
      el('p', { text: t(ROLES[who.role]) }),
      el('p', { class: 'small', text: scopeText(who) }),
      el('ul', { class: 'plain' }, linkRows(who)),
      who.signed_in && signOut(),
    ),
  )
  closing(box)
  return box
}

/** Return where the rights of an account end, in words. */
export function scopeText({ scope }) {
  if (!scope) return t('Your rights reach everywhere.')
  const places = [scope.municipalities, scope.regions].map((names) => names.join(', '))
  const named = places.filter(Boolean).join('; ')
  const drawn = scope.outline && `(${t('within the outline that was drawn for you')})`
  return [t('Your rights end at a border:'), named, drawn].filter(Boolean).join(' ')
}

function linkRows({ links }) {
  const own = Object.keys(LINKS).flatMap((rel) => links.filter((one) => one.rel === rel && !one.layer))
  const adds = links.filter(({ rel, layer }) => rel === 'create' && layer === 'sites')
  const row = (href, text) => el('li', {}, el('a', { href, text }))
  return [
    ...own.map(({ rel, href }) => row(href, t(LINKS[rel]))),
    ...adds.map(({ href }) => row(href, t('Add a site'))),
  ]
}

function signOut() {
  return el(
    'form',
    { method: 'post', action: '/logout' },
    el('button', { type: 'submit', class: 'quiet wide', text: t('Sign out') }),
  )
}

function closing(box) {
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !box.open) return
    event.stopPropagation()
    box.open = false
    box.querySelector('summary').focus()
  })
  document.addEventListener('click', ({ target }) => {
    if (!box.contains(target)) box.open = false
  })
}
