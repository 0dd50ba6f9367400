// Lists in a form: rows are added without asking the server, which would otherwise do it.

/** Make every "Add a row" button of a form add one at once. */
export function quickenRows(form) {
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[name="more"]')
    if (!button) return
    event.preventDefault()
    const rows = button.closest('.rows')
    const all = rows.querySelectorAll(':scope > .row-of-form')
    const fresh = renumbered(all[all.length - 1], rows.dataset.rows, all.length)
    all[all.length - 1].after(fresh)
    fresh.querySelector('input, select, textarea')?.focus()
    form.dispatchEvent(new Event('input', { bubbles: true }))
  })
}

function renumbered(last, path, number) {
  const fresh = last.cloneNode(true)
  fresh.classList.remove('faulty')
  for (const part of fresh.querySelectorAll('.faults, .photo-chosen')) part.remove()
  for (const part of fresh.querySelectorAll('.row-of-form ~ .row-of-form')) part.remove()
  const stem = new RegExp(`^${escaped(path)}\\[\\d+\\]`)
  for (const part of [fresh, ...fresh.querySelectorAll('*')]) renumber(part, stem, path, number)
  for (const field of fresh.querySelectorAll('input, textarea')) field.value = ''
  for (const field of fresh.querySelectorAll('input[type="checkbox"]')) field.checked = false
  for (const field of fresh.querySelectorAll('select')) field.selectedIndex = 0
  for (const reading of fresh.querySelectorAll('output')) reading.textContent = ''
  return fresh
}

function renumber(part, stem, path, number) {
  for (const name of ['name', 'value', 'data-rows']) {
    const is = part.getAttribute(name)
    if (is && stem.test(is)) part.setAttribute(name, is.replace(stem, `${path}[${number}]`))
  }
  const idStem = new RegExp(`^(f-${escaped(idOf(path))}-)\\d+`)
  for (const name of ['id', 'for', 'aria-describedby']) {
    const is = part.getAttribute(name)
    if (is) part.setAttribute(name, is.replace(idStem, `$1${number}`))
  }
  part.removeAttribute('aria-invalid')
  part.removeAttribute('aria-errormessage')
}

const idOf = (path) => path.replaceAll('[', '-').replaceAll(']', '').replaceAll('.', '-')
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
