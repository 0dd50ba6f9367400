// Cities are picked by name; what the form sends is the city's id.
import { el } from '../dom.js'

const WAIT_MS = 200

/** Offer what is called so while a reference is typed. */
export function offerReferences(form, lang) {
  for (const input of form.querySelectorAll('input[data-reference]')) offer(input, lang)
}

function offer(input, lang) {
  const list = el('datalist', { id: `${input.id}-options` })
  const name = input.parentElement.querySelector('output')
  input.after(list)
  input.setAttribute('list', list.id)
  let timer = 0
  input.addEventListener('input', () => {
    clearTimeout(timer)
    const picked = [...list.children].find((option) => option.value === input.value)
    name.textContent = picked ? picked.label : ''
    if (!picked && input.value) timer = setTimeout(() => search(input, list, lang), WAIT_MS)
  })
}

async function search(input, list, lang) {
  const words = input.value
  const answer = await fetch(`/search?${new URLSearchParams({ q: words, lang, limit: 20 })}`)
  if (!answer.ok || input.value !== words) return
  const { results } = await answer.json()
  const named = results.filter(({ layer }) => layer === input.dataset.reference)
  list.replaceChildren(
    ...named.map(({ id, name, label, country }) =>
      el('option', { value: id, label: [name, label !== name && label, country].filter(Boolean).join(' · ') }),
    ),
  )
}
