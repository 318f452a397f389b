export type Direction = 'up' | 'down'

const marker = /^--\s*(UP|DOWN)\s*(?::.*)?$/is

/** True for a comment that begins a section. */
export function isMarker(comment: string): boolean {
  return marker.test(comment)
}

/** What begins at a marker. */
export function directionOf(comment: string): Direction {
  return /^--\s*UP/i.test(comment) ? 'up' : 'down'
}

/** A comment that is no marker and reads like one. */
export interface MarkerLookalike {
  readonly direction: Direction
  /** Whoever wrote it meant a marker: nothing else can be read into it. */
  readonly certain: boolean
  /** It has the form that another tool gives its markers. */
  readonly foreign: boolean
}

/** The words of which the markers of migration tools are made, and what they begin. */
const vocabulary = new Map<string, Direction | 'another' | 'either'>([
  ...words('up', 'up ups'),
  ...words('down', 'down downs'),
  // Words that tell the direction too, and that people use in prose more often.
  ...words('another', 'undo undos below rollback revert reverse backward backwards downgrade'),
  ...words(
    'either',
    'migrate migration migrations script scripts section sql statement statements begin start end here',
  ),
  ...words('either', 'goose rambler create drop above changes change the this'),
])

function words<T extends string>(direction: T, text: string): [string, T][] {
  return text.split(' ').map((word) => [word, direction])
}

/** A marker of another tool by its sigil: `-- migrate:up`, `-- +goose Up`, `-- //@UNDO`, `-- !Ups`. */
const sigil = /^--\s*(?:-+\s*)?(?:\w+:\s*|[+@!/]+(?=\w)(?:\w+\s+)?)(up|down|undo)s?\s*$/i
/** UP or DOWN, and then something that is no sentence: `-- Down - drops users`, `-- DOWN (revert)`. */
const followed = /^[^\p{L}\p{N}]*(up|down)s?\s*(?:[^\s\p{L}\p{N},.'’/]|$)/iu
/** A word in capitals stands out as a marker does, whatever follows. */
const capitals = /^[^\p{L}\p{N}]*(UP|DOWN)(?![\p{L}\p{N}_])/u
/** What none of them can do without. */
const anyDirection = /up|down|undo|below|roll|rever|back/i
/** All of a line, without signs: DOWN with blanks in it, a letter twice, or two of them in the wrong order. No word is written so. */
const misspelt = /^(?:d o w n|dwon|donw|odwn|ddown|doown|dowwn|downn)$/
/** More than any marker needs: prose. */
const longest = 80

/**
 * Tells whether a comment that is no marker looks like one of ours or of another tool. Taken for an ordinary comment it
 * would let the other section run as part of the one it stands in, so such a comment is refused. It is a rule, not a
 * list of tools: nothing but words that markers are made of, one of which is a direction; or UP or DOWN set apart.
 */
export function markerLookalike(comment: string): MarkerLookalike | null {
  const text = comment.replace(/^--|^\/\*|\*\/$/g, '').trim()
  if (text.length > longest || isMarker(comment)) return null
  if (misspelt.test(wordsIn(text).join(' '))) return { direction: 'down', certain: true, foreign: false }
  if (!anyDirection.test(text)) return null
  const ofTool = sigil.exec(comment)?.[1]
  if (ofTool !== undefined) return { direction: directionIn(ofTool), certain: true, foreign: true }
  const directions = wordsIn(text).map((word) => (/^\d+$/.test(word) ? 'either' : vocabulary.get(word)))
  const said = directions.find((direction) => direction !== 'either')
  if (said !== undefined && !directions.includes(undefined)) {
    return { direction: said === 'up' ? 'up' : 'down', certain: said !== 'another', foreign: false }
  }
  const word = (followed.exec(text) ?? capitals.exec(text))?.[1]
  return word === undefined ? null : { direction: directionIn(word), certain: false, foreign: false }
}

function wordsIn(text: string): string[] {
  const joined = text.toLowerCase().replace(/\broll back\b/g, 'rollback')
  return joined.match(/[\p{L}\p{N}_]+/gu) ?? []
}

const directionIn = (word: string): Direction => (word.toLowerCase() === 'up' ? 'up' : 'down')
