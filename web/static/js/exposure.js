// Who may see a record, changed from its card: choose, say why; before that, what the public sees.
import { el } from './dom.js'
import { t } from './i18n.js'
import { toast } from './toast.js'

const STALE = [409, 412]

/** Let a link to the page of a record's visibility open a dialog of the same form. */
export function quickenExposure(link, { onChange }) {
  link.setAttribute('aria-haspopup', 'dialog')
  link.addEventListener('click', (event) => {
    if (event.metaKey || event.ctrlKey) return
    event.preventDefault()
    open(link.href, link, onChange)
  })
}

async function open(address, opener, onChange) {
  const told = await ask(address)
  // Where the dialog cannot be filled, the page will say why.
  if (!told) return location.assign(address)
  const dialog = el('dialog', { class: 'dialog', id: 'exposure-dialog', 'aria-labelledby': 'exposure-title' })
  dialog.append(...content(told, { close: () => dialog.close(), send: (form) => send(form, dialog, { address, onChange }) }))
  dialog.addEventListener('close', () => (dialog.remove(), opener.isConnected && opener.focus()))
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
  document.body.append(dialog)
  dialog.showModal()
  return dialog.querySelector('input:checked')?.focus()
}

async function ask(address) {
  const json = new URL(address)
  json.searchParams.set('f', 'json')
  const answer = await fetch(json).catch(() => null)
  const isTold = answer?.ok && answer.headers.get('content-type')?.startsWith('application/json')
  return isTold ? answer.json() : null
}

function content({ ways, revision }, { close, send }) {
  const said = el('p', { class: 'note', role: 'alert', hidden: true })
  const form = el(
    'form',
    { class: 'exposure', on: { submit: (event) => (event.preventDefault(), send(form)) } },
    el('input', { type: 'hidden', name: 'base', value: revision }),
    el('fieldset', { class: 'ways' }, el('legend', { class: 'hidden', text: t('Who may see it') }), ways.flatMap(row)),
    el(
      'p',
      {},
      el('label', { for: 'exposure-reason', text: t('Why') }),
      el('input', { id: 'exposure-reason', name: 'reason', maxlength: 1000, required: true, autocomplete: 'off' }),
    ),
    el('p', {
      class: 'small',
      text: t('What has been public may have been copied: hiding it now does not call copies back.'),
    }),
    el(
      'p',
      { class: 'drawer-actions' },
      el('button', { type: 'submit', class: 'primary', text: t('Save') }),
      el('button', { type: 'button', class: 'quiet', text: t('Cancel'), on: { click: close } }),
    ),
  )
  return [el('h2', { id: 'exposure-title', text: t('Who may see it') }), said, form]
}

function row({ way, title, says, is_now: isNow }, number) {
  const id = `exposure-${number}`
  return [
    el(
      'label',
      { class: 'way' },
      el('input', { type: 'radio', name: 'way', value: way, checked: isNow, required: true, 'aria-describedby': id }),
      el('span', { text: isNow ? `${title} (${t('as now')})` : title }),
    ),
    el('p', { class: 'way-says', id, text: says.join(' ') }),
  ]
}

async function send(form, dialog, { address, onChange }) {
  const body = new URLSearchParams(new FormData(form))
  const answer = await fetch(address, { method: 'POST', body, redirect: 'manual' }).catch(() => null)
  if (answer?.type === 'opaqueredirect') {
    dialog.close()
    toast(t('Saved: the public sees it so from now on.'))
    return onChange()
  }
  const note = dialog.querySelector('[role="alert"]')
  note.hidden = false
  note.textContent = await refusal(answer, form, address)
  return undefined
}

async function refusal(answer, form, address) {
  if (!answer) return t('The server does not answer.')
  if (!STALE.includes(answer.status)) return t('This could not be saved.')
  const told = await ask(address)
  if (told) form.elements.base.value = told.revision
  return t('Someone has changed this record meanwhile. Look at it as it is now, then save.')
}
