// Words in the reader's language, from the server's catalogue.
let words = { lang: 'en', texts: {}, plurals: {}, terms: {}, countries: {} }
let rules = new Intl.PluralRules('en')
let numbers = new Intl.NumberFormat('en')

/** Fetch the words of one language; without them, the page speaks English. */
export async function loadWords(lang) {
  const answer = await fetch(`/i18n/${lang}.json`)
  if (!answer.ok) throw new Error(answer.statusText)
  words = { ...words, ...(await answer.json()) }
  rules = new Intl.PluralRules(lang)
  numbers = new Intl.NumberFormat(lang)
}

export const language = () => words.lang

/** Return a message, with {name} replaced by the value of that name. */
export function t(message, values = {}) {
  return filled(words.texts[message] || message, values)
}

/** Mark a message of a table, which `t` will translate when it is shown. */
export const m = (message) => message

/** Mark both forms of a message of a table, for `plural`. */
export const forms = (one, many) => [one, many]

/** Return the form of a message that goes with a number; {n} is the number, written out. */
export function plural(one, many, n, values = {}) {
  const all = words.plurals[one] ?? [one, many]
  const place = { one: 0, few: 1, many: 2 }[rules.select(n)] ?? all.length - 1
  return filled(all[Math.min(place, all.length - 1)], { n: number(n), ...values })
}

function filled(message, values) {
  return message.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
}

export const number = (value) => numbers.format(value)

/** Return a number that fits into a circle: 999, 1.2k, 24k. */
export function shortNumber(value) {
  if (value < 1000) return String(value)
  const thousands = value < 9950 ? Math.round(value / 100) / 10 : Math.round(value / 1000)
  return t('{n}k', { n: number(thousands) })
}

/** Return the label of a code of a vocabulary; the code itself where there is none. */
export function term(vocabulary, code) {
  return words.terms[vocabulary]?.[code] ?? String(code).replaceAll('_', ' ')
}

/** Return the name of a country by its ISO code. */
export const country = (code) => words.countries[code] ?? code

/** Return the best name of a feature for the reader, and the language it is in, if known. */
export function nameOf(properties) {
  const own = properties[`name_${words.lang}`]
  if (own) return { text: own, lang: words.lang }
  const text = properties.name ?? properties.name_en ?? properties.name_ru ?? properties.name_fi
  if (!text) return { text: t('Name not known'), lang: words.lang }
  const stated = properties.names?.find((name) => name.value === text)?.lang
  return { text, lang: stated ?? languageOf(properties, text) }
}

function languageOf(properties, text) {
  const found = ['en', 'ru', 'fi'].find((lang) => properties[`name_${lang}`] === text)
  return found ?? (/[\u0400-\u04ff]/.test(text) ? 'ru' : '')
}

/** Return a text of a {lang: text} object in the reader's language, else in any. */
export function textIn(texts) {
  if (!texts) return null
  const lang = texts[words.lang] ? words.lang : texts.en ? 'en' : Object.keys(texts)[0]
  return lang ? { text: texts[lang], lang } : null
}

/** Return an ISO date for people: 5 March 1994; years and months stand as they are precise. */
export function date(text) {
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(text ?? '')
  if (!match) return text ?? ''
  const [, year, month, day] = match
  if (!month) return year
  const options = { year: 'numeric', month: 'long', ...(day && { day: 'numeric' }) }
  const moment = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1)))
  return new Intl.DateTimeFormat(words.lang === 'en' ? 'en-GB' : words.lang, {
    ...options,
    timeZone: 'UTC',
  }).format(moment)
}

/** Return a span of years for people; an open end is said in words. */
export function years(from, to) {
  const has = (year) => year !== undefined && year !== null
  if (has(from) && has(to)) return from === to ? year(from) : `${year(from)}–${year(to)}`
  if (has(from)) return t('from {year}', { year: year(from) })
  return has(to) ? t('until {year}', { year: year(to) }) : ''
}

function year(value) {
  return value < 1 ? t('{year} BCE', { year: 1 - value }) : String(value)
}

/** Return an EDTF date for people: a calendar date as such, anything else as its years. */
export function edtf(text, from, to) {
  if (!text) return ''
  return /^\d{4}(-\d{2}){0,2}$/.test(text) ? date(text) : years(from, to) || text
}

/** Return the name of a century: 12 is the years 1101 to 1200; 0 is everything before our era. */
export function century(value) {
  return value === 0 ? t('before our era') : t('{ordinal} century', { ordinal: ordinal(value) })
}

function ordinal(value) {
  if (words.lang === 'ru') return roman(value)
  if (words.lang === 'fi') return `${value}.`
  const suffix = { one: 'st', two: 'nd', few: 'rd', other: 'th' }
  return value + suffix[new Intl.PluralRules('en', { type: 'ordinal' }).select(value)]
}

function roman(value) {
  const tens = 'X'.repeat(Math.floor(value / 10))
  return tens + ['', 'I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX'][value % 10]
}
