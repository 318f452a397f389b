import type { DiffResult, ImportResult } from '../../commands/shared/schema-results.ts'
import { databaseName } from '../../core/database-name.ts'
import { displayWidth } from '../../core/display-width.ts'
import { counted } from '../../core/quantities.ts'
import { type Difference, differenceLine } from '../../core/schema/differences.ts'
import { shellWord } from '../../core/shell-word.ts'
import { fold } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import { importLines } from './import-changes.ts'
import type { Paint } from './paint.ts'

/** @param isApplied what was written has run as well. */
export function renderImport(result: ImportResult, paint: Paint, width: number, isApplied = false): string {
  const { design, files, waiting, seed, wereRead = false } = result
  const done = paint.green('✓')
  // Whoever reads a file later has not seen the question.
  const isScreen = width !== Number.POSITIVE_INFINITY
  const seeded = seed === null ? [] : [`Seed written: ${seed}`]
  if (files.length === 0)
    return [`No changes: the migrations already make what ${design} describes`, ...seeded].join('\n')
  const next = withGivenFlags(isApplied ? proven : `${proven} ${nextOf(result)}`)
  return [
    ...(wereRead && isScreen ? [] : importLines(result, paint, width)),
    ...files.map((path) => `${done} Migration created: ${path}${waiting.includes(path) ? ', contract' : ''}`),
    ...seeded,
    fold(next, width),
  ].join('\n')
}

function nextOf({ files, waiting }: ImportResult): string {
  const read = files.length === 1 ? 'Read it' : 'Read them'
  if (waiting.length === 0) return `${read}, then: nself db migrate up`
  const last = 'When the new release is out and the old one gone: nself db migrate up'
  return waiting.length === files.length
    ? `${read}. ${last}`
    : `${read}, then: nself db migrate up --phase expand. ${last}`
}

const proven = 'Proven on a scratch database: UP makes the design, DOWN restores the schema.'

/** A line in the colour of its difference: green for what is new, red for what goes, yellow for what changes. */
export function painted({ sign }: Difference, paint: Paint, line: string): string {
  return { '+': paint.green, '-': paint.red, '~': paint.yellow }[sign](line)
}

/** The differences between two schemas as lines; where SQL was asked for, the SQL and nothing else. */
export function renderDiff(result: DiffResult, paint: Paint, width: number): string {
  const { differences, sql } = result
  const [left, right] = [databaseName(result.left), databaseName(result.right)]
  if (sql !== null) return sql
  if (differences.length === 0) return `No differences between ${left} and ${right}`
  const title = `Schema Differences (${left} vs ${right})`
  const lines = differences.flatMap((item) => [
    painted(item, paint, differenceLine(item, left, right)),
    ...traitLines(item, paint, left, right),
  ])
  const count = counted(differences.length, 'difference')
  const sides = [left, right].map(shellWord).join(' ')
  const next = [left, right].every(isTyped)
    ? [
        fold(
          withGivenFlags(`Next: SQL that makes ${right} like ${left}: nself db schema diff ${sides} --sql`),
          width,
          '      ',
        ),
      ]
    : []
  const places = [
    { label: left, place: result.leftPlace },
    { label: right, place: result.rightPlace },
  ].flatMap(({ label, place }) => {
    const spoken = place === null ? label : databaseName(place)
    return spoken === label ? [] : [`${label}: ${spoken}`]
  })
  const footer = fold([count, ...places].join(' · '), width, '  ')
  return [paint.bold(title), '─'.repeat(displayWidth(title)), ...lines, '', footer, ...next].join('\n')
}

/** Whether a side is called what is typed for it: an environment, `migrations`, a file. */
const isTyped = (label: string) => /^(?:local|staging|production|migrations|[\w./-]+\.(?:dbml|sql))$/.test(label)

/** How the two differ, where it can be said in a line. */
function traitLines({ traits }: Difference, paint: Paint, left: string, right: string): string[] {
  const short = traits.filter(
    ({ left: ours, right: theirs }) => `${ours}${theirs}`.length < 120 && !`${ours}${theirs}`.includes('\n'),
  )
  return short.map((item) =>
    paint.dim(
      `    ${traits.length === 1 ? '' : `${item.trait}: `}${item.left ?? 'none'} in ${left}, ${item.right ?? 'none'} in ${right}`,
    ),
  )
}
