// The drawer: everything known of one feature. Focus goes in, and back to where it came from.
import { collection, fetchJson, latest } from './api.js'
import { action, failed, ICONS } from './cards.js'
import { cityCard } from './card-city.js'
import { pairCard } from './card-pair.js'
import { regionCard } from './card-region.js'
import { siteCard } from './card-site.js'
import { copyLink } from './dialogs.js'
import { bdi, byId, el } from './dom.js'
import { language, m, nameOf, t } from './i18n.js'
import { rowOf } from './list.js'
import { offerRights } from './rights.js'
import { changed } from './state.js'

const CARDS = {
  sites: { title: m('Site'), card: siteCard },
  cities: { title: m('City'), card: cityCard },
  twins: { title: m('Twin pair'), card: pairCard },
  regions: { title: m('Cross-border region'), card: regionCard },
}

export class Drawer {
  /** @param {object} store @param {{onShow: Function, onHide: Function, onGo: Function, onChange: Function}} hear */
  constructor(store, hear) {
    Object.assign(this, { store, ...hear })
    this.drawer = byId('drawer')
    this.pageTitle = document.title
    this.title = byId('drawer-title')
    this.body = byId('drawer-body')
    this.load = latest((signal, open) => this.fetch(signal, open))
    byId('drawer-close').addEventListener('click', () => this.close())
    document.addEventListener('keydown', (event) => this.key(event))
    store.subscribe((state, before) => changed(state, before, 'open') && this.follow(state, before))
    if (store.get().open) this.follow(store.get(), { open: null })
  }

  key(event) {
    if (event.key !== 'Escape' || this.drawer.hidden || document.querySelector('dialog[open]'))
      return
    this.close()
  }

  close() {
    this.store.set({ open: null })
  }

  follow({ open }, before) {
    if (!open) return this.hide()
    if (!before.open) this.cameFrom = document.activeElement
    return this.show(open)
  }

  hide() {
    const hadFocus = this.drawer.contains(document.activeElement)
    this.load(null)
    this.drawer.hidden = true
    document.title = this.pageTitle
    document.body.classList.remove('with-drawer')
    if (hadFocus) this.returnFocus()
    this.onHide()
  }

  /** Give the focus back; a row may have been drawn anew since it was left. */
  returnFocus() {
    const from = this.cameFrom
    const isThere = from?.isConnected && from !== document.body
    const back = isThere ? from : from?.dataset?.id && rowOf(from.dataset.id)
    ;(back || byId('map_main')).focus({ preventScroll: true })
  }

  async show(open) {
    this.drawer.hidden = false
    document.body.classList.add('with-drawer')
    byId('drawer-kind').textContent = t(CARDS[open.layer].title)
    this.body.setAttribute('aria-busy', 'true')
    try {
      const feature = await this.load(open)
      if (feature) this.fill(open, feature)
    } catch (error) {
      this.fail(open, error)
    }
  }

  async fetch(signal, open) {
    this.signal = signal
    if (!open) return undefined
    return fetchJson(
      collection(open.layer, `items/${open.id}`, new URLSearchParams({ lang: language() })),
      { signal },
    )
  }

  fill(open, feature) {
    const isNew = this.shown !== open.id
    this.shown = open.id
    const name = nameOf(feature.properties)
    this.title.replaceChildren(bdi(name))
    document.title = `${name.text} – ${this.pageTitle}`
    const card = CARDS[open.layer].card(feature, { store: this.store, signal: this.signal })
    const { visibility, cell_km: cell } = feature.properties
    this.drawer.classList.toggle('withheld', cell !== undefined && visibility !== 'public')
    const actions = this.actions(feature)
    this.body.replaceChildren(actions, ...card.flat().filter(Boolean))
    offerRights(actions, open, this.signal, () => this.changed(open))
    this.body.setAttribute('aria-busy', 'false')
    if (isNew) this.body.scrollTop = 0
    this.title.focus({ preventScroll: true })
    this.onShow(open, feature)
  }

  /** What was open has been changed: read it anew, and let the map follow. */
  changed(open) {
    this.onChange()
    return this.show(open)
  }

  actions(feature) {
    return el(
      'p',
      { class: 'drawer-actions' },
      feature.geometry && action(t('Show on the map'), ICONS.target, () => this.onGo(feature)),
      action(t('Copy link'), ICONS.link, () => copyLink()),
    )
  }

  fail(open, error) {
    const isGone = error.status === 404
    this.title.textContent = isGone ? t('This record is not here') : t('This could not be loaded.')
    const text = isGone
      ? t('It may have been removed, or the link is not complete.')
      : error.message
    this.body.replaceChildren(isGone ? el('p', { text }) : failed(() => this.show(open), text))
    this.body.setAttribute('aria-busy', 'false')
    this.title.focus({ preventScroll: true })
  }
}
