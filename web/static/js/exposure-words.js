// How much of a record the public sees: its words and its marks, the same wherever they stand.
import { svg } from './dom.js'
import { m } from './i18n.js'

const WORDS = {
  public: { short: m('Public'), long: m('Everyone sees the exact place') },
  generalised: {
    short: m('Public as a cell only'),
    long: m('Everyone sees a cell of some kilometres'),
  },
  restricted: {
    short: m('Public without a place'),
    long: m('Everyone sees the name and the municipality, no place'),
  },
  hidden: { short: m('Hidden'), long: m('Nobody without rights learns that it exists') },
}

/** Return the words of a visibility: a short one for marks, a long one for choices. */
export const shownTo = (visibility) => WORDS[visibility] ?? WORDS.hidden

/** Return the ring that marks an exact place of this visibility, for the legend. */
export function shownToGlyph(visibility) {
  const ring = svg('circle', { r: 7, class: `exact-ring exact-${visibility}` })
  return svg('svg', { class: 'glyph', viewBox: '-10 -10 20 20', 'aria-hidden': 'true' }, ring)
}
