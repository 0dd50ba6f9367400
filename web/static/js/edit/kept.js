// What this browser keeps of drafts until the server has them; each account's apart.
const STEM = 'geomap-draft:'
const LONGEST_MS = 30 * 24 * 3600 * 1000

const place = ({ who, path }) => `${STEM}${who}:${path}`

/** Keep the body of a draft; return it with its key. A browser that keeps nothing is no error. */
export function keptHere(told, kept) {
  const key = `${place(told)}#${told.new}`
  try {
    localStorage.setItem(key, JSON.stringify({ ...kept, at: Date.now() }))
  } catch {
    // Full, or switched off: the server is asked all the same.
  }
  return { key, ...kept }
}

/** Return what is kept for a form; for that of a new record, all that was begun in it. */
export const keptHereFor = (told) => all().filter(({ key }) => key.startsWith(`${place(told)}#`))

/** Forget one. */
export function forgotten(key) {
  try {
    localStorage.removeItem(key)
  } catch {
    // Nothing is kept, then.
  }
}

/** Forget what nobody has come back to. */
export function sweep() {
  for (const { key, at } of all()) if (!(Date.now() - at < LONGEST_MS)) forgotten(key)
}

function all() {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(STEM))
      .map((key) => ({ key, ...read(key) }))
  } catch {
    return []
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key))
  } catch {
    return {}
  }
}
