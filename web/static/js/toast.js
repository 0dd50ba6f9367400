// Short messages at the edge of the page; they stay as long as they offer something to do.
import { byId, el } from './dom.js'
import { t } from './i18n.js'

const STAYS_MS = 6000

/** Show a message, once at a time, with an optional action. */
export function toast(text, { action = '', act = null } = {}) {
  const list = byId('toasts')
  if ([...list.children].some((other) => other.dataset.text === text)) return
  const close = () => message.remove()
  const message = el(
    'div',
    { class: 'toast', data: { text } },
    el('span', { text }),
    act &&
      el('button', {
        type: 'button',
        class: 'link',
        text: action,
        on: { click: () => (close(), act()) },
      }),
    el('button', { type: 'button', class: 'link', text: t('Dismiss'), on: { click: close } }),
  )
  list.append(message)
  if (!act) setTimeout(close, STAYS_MS)
}
