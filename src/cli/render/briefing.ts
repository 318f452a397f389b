import type { BriefedItem, BriefedStep, Briefing } from '../../core/briefing.ts'
import { displayWidth, padTo } from '../../core/display-width.ts'
import { fold } from './fold.ts'
import type { Paint } from './paint.ts'

/** Names of steps of which nothing more is to be said, before the rest is counted. */
const namesShown = 10
/** A longer name has a line of its own. */
const longestName = 28

/** The lines above a question, no wider than the terminal. */
export function briefingLines(
  { environment, database, server, role, title, steps, notes }: Briefing,
  paint: Paint,
  width: number,
): string[] {
  const where = environment.toUpperCase()
  const nameWidth = Math.min(longestName, Math.max(0, ...steps.map(({ name }) => displayWidth(name))))
  const told = steps.filter(({ items, note }) => items.length > 0 || note !== null)
  const plain = steps.filter((step) => !told.includes(step))
  const shown = plain.length > namesShown ? plain.slice(0, namesShown) : plain
  const lines = steps
    .filter((step) => told.includes(step) || shown.includes(step))
    .flatMap((step) => stepLines(step, nameWidth, width))
  const rest = plain.length - shown.length
  const [heading = '', ...more] = folded(`${where}   ${database} on ${server}, as ${role}`, width, '  ')
  const colour = environment === 'production' ? paint.red : paint.yellow
  return [
    `${paint.bold(colour(where))}${heading.slice(where.length)}`,
    ...more,
    ...folded(title, width, '  '),
    ...lines,
    ...(rest === 0 ? [] : [`  and ${rest} more that destroy nothing`]),
    ...notes.flatMap((note) => folded(note, width, '  ')),
  ]
}

function stepLines({ name, items, note }: BriefedStep, nameWidth: number, width: number): string[] {
  const rows = rowsOf(items, note)
  if (rows.length === 0) return [`  ${name}`]
  const placeWidth = Math.max(0, ...rows.map(({ place }) => place.length))
  const isLong = displayWidth(name) > nameWidth
  const indent = isLong ? 4 : nameWidth + 4
  const at = indent + (placeWidth === 0 ? 0 : placeWidth + 2)
  const whatWidth = Math.max(0, ...rows.map(({ what, count }) => (count === '' ? 0 : displayWidth(what))))
  const fits = rows.every(
    ({ count, also }) => also === '' && (count === '' || at + whatWidth + 2 + displayWidth(count) <= width),
  )
  const lines = rows.flatMap(({ place, what, count, also }) => {
    const start = `${' '.repeat(indent)}${placeWidth === 0 ? '' : `${place.padEnd(placeWidth)}  `}`
    const counted = fits
      ? `${padTo(what, whatWidth)}  ${count}`.trimEnd()
      : `${what}${count === '' ? '' : ` (${count})`}`
    return folded(`${start}${counted}${also}`, width, ' '.repeat(at))
  })
  const [first = '', ...more] = lines
  if (isLong) return [`  ${name}`, ...lines]
  return [`  ${padTo(name, nameWidth)}  ${first.slice(indent)}`, ...more]
}

interface Row {
  readonly place: string
  readonly what: string
  readonly count: string
  readonly also: string
}

/** The note stands beside the last item that has nothing there. */
function rowsOf(items: readonly BriefedItem[], note: string | null): Row[] {
  const all = items.map(({ line, what, rows, also }) => {
    return { place: line === null ? '' : `line ${line}`, what, count: rows ?? '', also }
  })
  const last = all.at(-1)
  if (note === null) return all
  if (last === undefined || last.count !== '') return [...all, { place: '', what: note, count: '', also: '' }]
  return [...all.slice(0, -1), { ...last, count: note }]
}

/** A line as several that are no wider, cut at blanks; what follows the first is indented. */
function folded(line: string, width: number, indent: string): string[] {
  const start = /^ */.exec(line)?.[0] ?? ''
  return (start + fold(line.slice(start.length), width, indent, start.length)).split('\n')
}
