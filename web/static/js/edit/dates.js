// Dates as they are typed: how each is understood stands beside it.
const WAIT_MS = 250

/** Show beside each date of a form how it is read. */
export function readDates(form, lang) {
  let timer = 0
  form.addEventListener('input', ({ target }) => {
    if (!target.matches?.('input[data-date]')) return
    clearTimeout(timer)
    timer = setTimeout(() => read(target, lang), WAIT_MS)
  })
}

async function read(input, lang) {
  const output = input.parentElement.querySelector('output')
  const typed = input.value
  const answer = await fetch(`/edit/reading?${new URLSearchParams({ text: typed, lang })}`)
  if (answer.ok && input.value === typed) output.textContent = await answer.text()
}
