const plain = /^[\x20-\x7e]*$/
/** Characters that take two columns: those of East Asia, and what is drawn as a picture. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u
const invisible = /^[\p{Mn}\p{Me}\p{Cf}\u200b]+$/u

const colours = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g')

let segmenter: Intl.Segmenter | null = null

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter()
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

const widthOf = (grapheme: string) => (invisible.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1)

/** How many columns a terminal gives a text; its colours take none. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length
  return graphemes(text.replace(colours, '')).reduce((sum, grapheme) => sum + widthOf(grapheme), 0)
}

/** A text with blanks behind it up to a width. */
export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** A text that takes no more than a width; what is cut shows. */
export function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let cut = ''
  let taken = 0
  for (const grapheme of graphemes(text)) {
    taken += widthOf(grapheme)
    if (taken > width - 1) break
    cut += grapheme
  }
  return `${cut}…`
}
