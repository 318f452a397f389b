import type { StatusResult } from '../../commands/shared/migrate-results.ts'
import { cutTo, displayWidth, padTo } from '../../core/display-width.ts'
import { shellWord } from '../../core/shell-word.ts'
import { fold } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'
import { localTime } from './status-table.ts'

type Entry = StatusResult['repeatables'][number]

const title = 'Repeatables'
const heads = { name: 'NAME', status: 'STATUS', applied: 'APPLIED' }
const [statusWidth, timeWidth] = [8, 16]

/** The block under the migrations of what runs again when it is edited; nothing where there is none. */
export function repeatableLines(entries: readonly Entry[], paint: Paint, width: number): string[] {
  if (entries.length === 0) return []
  const wanted = Math.max(heads.name.length, ...entries.map(({ name }) => displayWidth(name)))
  const hasTime = wanted + statusWidth + timeWidth + 4 <= width
  const name = hasTime ? wanted : Math.max(heads.name.length, Math.min(wanted, width - statusWidth - 2))
  const line = (row: typeof heads, colour: (text: string) => string = (text) => text) =>
    [
      padTo(cutTo(row.name, name), name),
      colour(hasTime ? padTo(row.status, statusWidth) : row.status),
      ...(hasTime ? [row.applied] : []),
    ].join('  ')
  return [
    '',
    paint.bold(title),
    '─'.repeat(title.length),
    line(heads),
    ...entries.map((entry) => {
      const status = entry.status.charAt(0).toUpperCase() + entry.status.slice(1)
      const applied = entry.appliedAt === null ? '-' : localTime(entry.appliedAt)
      return line({ name: entry.name, status, applied }, colourOf(entry, paint))
    }),
  ]
}

function colourOf({ status }: Entry, paint: Paint): (text: string) => string {
  if (status === 'applied') return paint.green
  return status === 'missing' ? paint.red : paint.yellow
}

/** What to type for those whose file is not here: nobody drops unasked what they made. */
export function repeatableAdvice(entries: readonly Entry[], width: number): string[] {
  const renamed = entries.flatMap(({ name, renamedTo }) => {
    if (renamedTo === undefined) return []
    const told = `${renamedTo} has the text of ${name}, whose file is not here. If it was renamed, say so before it runs again: nself db migrate repair --renamed-repeatable ${shellWord(`${name}=${renamedTo}`)}`
    return [fold(withGivenFlags(told), width, '  ')]
  })
  const missing = entries
    .filter(({ status, renamedTo }) => status === 'missing' && renamedTo === undefined)
    .map(({ name }) => name)
  if (missing.length === 0) return renamed
  const one = missing.length === 1
  const told = `${missing.join(', ')}: ${one ? 'its file is' : 'their files are'} not here, and what ${one ? 'it' : 'they'} made is kept. Bring ${one ? 'it' : 'them'} back, or drop that in a migration and forget ${one ? 'it' : 'them'}: nself db migrate repair ${missing.map((name) => `--forget-repeatable ${name}`).join(' ')}`
  return [...renamed, fold(withGivenFlags(told), width, '  ')]
}

/** Whether `up` would run one of them. */
export function isRunnable({ status }: Entry): boolean {
  return status === 'pending' || status === 'edited'
}
