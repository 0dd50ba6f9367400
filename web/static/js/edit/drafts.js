// Drafts: what is typed is kept on the server, and in this browser while the server cannot be had.
import { byId, el } from '../dom.js'
import { language, m, t } from '../i18n.js'
import { forgotten, keptHere, keptHereFor, sweep } from './kept.js'

const WAIT_MS = 1000
const AGAIN_MS = 15_000
const MOST_ON_LEAVING = 60_000
const REFUSALS = {
  409: m('Not saved as a draft: you have as many as are kept. Save or discard another one.'),
  413: m('Not saved as a draft: this is longer than a draft may be.'),
  401: m('You are signed out. What you type is kept in this browser; save, and sign in on the way.'),
}
const OTHERWISE = m('Not saved as a draft. Kept in this browser.')

/**
 * Keep drafts of a form while one types.
 * @param {HTMLFormElement} form
 * @param {{path: string, who: string, new: string, saved_at: string, stamp: string}} told
 */
export async function keepDrafts(form, told) {
  sweep()
  localTimes()
  const drafts = new Drafts(form, told)
  if (!(await drafts.recover())) drafts.listen()
}

/** Show times in the reader's zone; the server tells them in UTC. */
function localTimes() {
  const written = new Intl.DateTimeFormat(tag(), { dateStyle: 'long', timeStyle: 'short' })
  for (const time of document.querySelectorAll('time[data-moment]'))
    time.textContent = written.format(new Date(time.dateTime))
}

const tag = () => (language() === 'en' ? 'en-GB' : language())

class Drafts {
  constructor(form, told) {
    this.form = form
    this.told = told
    this.note = byId('draft-note')
    this.known = this.typed()
    this.timer = 0
    this.sending = null
    this.isOver = false
  }

  /** What the form holds, but for the stamp, which tells one state of it from the next. */
  typed() {
    const pairs = [...new FormData(this.form)].filter(
      ([name, value]) => typeof value === 'string' && name !== 'stamp',
    )
    return new URLSearchParams(pairs).toString()
  }

  /** Bring what an earlier visit could not send; tell whether the page is about to be opened anew. */
  async recover() {
    const { told } = this
    let there = ''
    for (const kept of keptHereFor(told)) {
      if (kept.stamp === told.stamp) forgotten(kept.key)
      else if (kept.after === told.saved_at || told.new) there = (await this.brought(kept)) || there
      else this.offer(kept)
    }
    if (there) location.replace(there)
    return Boolean(there)
  }

  async brought(kept) {
    const answer = await this.post(kept.body).catch(() => null)
    if (!answer?.ok) return ''
    forgotten(kept.key)
    return (await answer.json()).href
  }

  /** What this browser kept is older or newer than what the server has: the reader knows which. */
  offer(kept) {
    const use = el('button', { type: 'button', class: 'quiet', text: t('Use it') })
    const drop = el('button', { type: 'button', class: 'quiet', text: t('Discard') })
    const box = el('section', { class: 'note' },
      el('p', { text: t('This browser keeps something else that you typed here and that was never sent.') }),
      el('p', { class: 'buttons' }, use, drop))
    use.addEventListener('click', async () => {
      const there = await this.brought(kept)
      if (!there) return
      this.isOver = true
      location.replace(there)
    })
    drop.addEventListener('click', () => {
      forgotten(kept.key)
      box.remove()
    })
    this.form.before(box)
  }

  listen() {
    this.form.addEventListener('input', () => this.soon())
    // What a script writes into an input, as drawing does, is no input event.
    this.form.addEventListener('change', () => this.soon())
    document.addEventListener('visibilitychange', () => document.hidden && this.leave())
    addEventListener('pagehide', () => this.leave())
    addEventListener('online', () => this.save())
    document.addEventListener('submit', (event) => this.submitted(event))
  }

  soon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.save(), WAIT_MS)
  }

  /** Keep what is typed now; return "" once it is kept, else the reason: a status, or "offline". */
  async save(isWished = false) {
    clearTimeout(this.timer)
    await this.sending
    if (this.isOver || (this.typed() === this.known && !isWished)) return ''
    this.sending = this.sent()
    const reason = await this.sending
    this.sending = null
    return reason
  }

  async sent() {
    const typed = this.typed()
    const { key, body } = this.keepHere(typed)
    const answer = await this.post(body).catch(() => null)
    if (answer?.ok) {
      const { saved_at: at } = await answer.json()
      this.known = typed
      this.told.saved_at = at
      forgotten(key)
      this.say(t('Draft saved {time}', { time: this.time(at) }))
      return ''
    }
    if (answer && answer.status < 500) {
      this.say(t(REFUSALS[answer.status] ?? OTHERWISE))
      return String(answer.status)
    }
    this.say(t('Not saved: the server cannot be reached. Kept in this browser.'))
    this.timer = setTimeout(() => this.save(), AGAIN_MS)
    return 'offline'
  }

  keepHere(typed) {
    const stamp = crypto.getRandomValues(new Uint32Array(2)).join('-')
    this.form.elements.stamp.value = stamp
    const body = `${typed}&stamp=${stamp}`
    return keptHere(this.told, { body, stamp, after: this.told.saved_at })
  }

  /** A page that is left waits for nothing: what is long stays in the browser until it is back. */
  leave() {
    if (this.isOver || this.typed() === this.known) return
    const { body } = this.keepHere(this.typed())
    if (body.length < MOST_ON_LEAVING) this.post(body, { keepalive: true }).catch(() => {})
  }

  post(body, more = {}) {
    return fetch(`${this.told.path}?lang=${language()}`, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
      body,
      ...more,
    })
  }

  /** Before the form goes its way, what it holds is kept: the way may lead nowhere. */
  async submitted(event) {
    if (this.isOver) return
    const { target, submitter } = event
    if (target !== this.form) {
      this.drop(target)
      return
    }
    event.preventDefault()
    const isDraft = Boolean(submitter?.hasAttribute('formaction'))
    const reason = await this.save(isDraft)
    if (isDraft && reason !== '401') return
    if (reason === 'offline') return
    this.isOver = true
    // While the event is still under way a browser does not hear of another one.
    setTimeout(() => this.form.requestSubmit(submitter))
  }

  /** Another form leads away; where it discards this draft, the browser's copy goes with it. */
  drop(target) {
    if (!target.action.endsWith(`/${this.told.new || this.told.path.split('/')[3]}/draft/discard`)) return
    this.isOver = true
    for (const kept of keptHereFor(this.told)) forgotten(kept.key)
  }

  time(at) {
    return new Intl.DateTimeFormat(tag(), { timeStyle: 'short' }).format(new Date(at))
  }

  say(text) {
    this.note.textContent = text
  }
}
