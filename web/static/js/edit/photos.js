// Photos in a form: what was chosen is shown before it is sent, and what is too large is said.
import { el } from '../dom.js'
import { number, t } from '../i18n.js'

const MOST_BYTES = 20 * 1024 * 1024

/** Show each photo of a form as soon as it is chosen. */
export function showChosen(form) {
  form.addEventListener('change', (event) => {
    const input = event.target.closest('input[data-photo]')
    if (input) show(input)
  })
}

function show(input) {
  for (const old of input.parentElement.querySelectorAll('.photo-chosen')) old.remove()
  const [file] = input.files
  if (!file) return
  if (file.size > MOST_BYTES) {
    const mb = number(Math.ceil(file.size / 1024 / 1024))
    const said = t('This file has {n} MB; up to 20 MB are taken.', { n: mb })
    input.after(el('p', { class: 'faults photo-chosen', role: 'alert', text: said }))
    input.value = ''
    return
  }
  const image = el('img', { class: 'photo-chosen', alt: t('The photo that was chosen') })
  image.addEventListener('load', () => URL.revokeObjectURL(image.src), { once: true })
  image.src = URL.createObjectURL(file)
  input.after(image)
}
