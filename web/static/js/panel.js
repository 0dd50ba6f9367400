// The panel: two tabs, and on small screens a sheet that comes from below.
import { byId } from './dom.js'
import { changed } from './state.js'

const TABS = ['legend', 'results']

export class Panel {
  constructor(store, map) {
    Object.assign(this, { store, map })
    this.panel = byId('panel')
    for (const name of TABS) {
      const tab = byId(`tab-${name}`)
      tab.addEventListener('click', () => store.set({ tab: name }))
      tab.addEventListener('keydown', (event) => this.key(event))
    }
    byId('open-panel').addEventListener('click', () => this.openSheet())
    byId('close-panel').addEventListener('click', () => this.closeSheet())
    for (const link of document.querySelectorAll('.skip')) {
      link.addEventListener('click', (event) => this.skip(event))
    }
    document.addEventListener('keydown', (event) => event.key === 'Escape' && this.closeSheet())
    store.subscribe((state, before) => changed(state, before, 'tab') && this.mark(state))
    store.subscribe(
      (state, before) => changed(state, before, 'open') && state.open && this.closeSheet(),
    )
    this.mark(store.get())
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer())
  }

  mark({ tab }) {
    for (const name of TABS) {
      const isOn = name === tab
      byId(`tab-${name}`).setAttribute('aria-selected', String(isOn))
      byId(`tab-${name}`).tabIndex = isOn ? 0 : -1
      byId(name).hidden = !isOn
    }
  }

  key(event) {
    if (!['ArrowLeft', 'ArrowRight'].includes(event.key)) return
    const tab = this.store.get().tab === 'legend' ? 'results' : 'legend'
    this.store.set({ tab })
    byId(`tab-${tab}`).focus()
  }

  /** Go where a skip link says; the hash of the address stays the map's. */
  skip(event) {
    event.preventDefault()
    const target = event.currentTarget.hash.slice(1)
    if (target === 'results') this.store.set({ tab: 'results' })
    byId(target).focus({ preventScroll: true })
  }

  openSheet() {
    this.panel.classList.add('open')
    byId('open-panel').setAttribute('aria-expanded', 'true')
    byId(`tab-${this.store.get().tab}`).focus({ preventScroll: true })
  }

  closeSheet() {
    if (!this.panel.classList.contains('open')) return
    this.panel.classList.remove('open')
    byId('open-panel').setAttribute('aria-expanded', 'false')
    byId('open-panel').focus({ preventScroll: true })
  }
}
