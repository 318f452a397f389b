import type { DiffResult, ImportResult } from '../../commands/shared/schema-results.ts'
import { typeChange, typeChangeText } from '../../core/effects/type-change.ts'
import { type Difference, differenceLine } from '../../core/schema/differences.ts'
import { shortTypes } from '../../core/sql/plain-names.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'

export function renderImport({ design, files, differences, renames, seed }: ImportResult, paint: Paint): string {
  const seeded = seed === null ? [] : [`Seed written: ${seed}`]
  if (files.length === 0) return [`No changes: the migrations make what ${design} draws`, ...seeded].join('\n')
  const lines = differences.flatMap((item) => [
    painted(item, paint, differenceLine(item, design, 'the migrations').replace(/ \((?:missing in .*)\)$/, '')),
    ...retypeLines(item, paint),
  ])
  return [
    paint.bold('Schema changes detected!'),
    ...renames.map((text) => paint.yellow(`~ Renamed: ${text}`)),
    ...lines,
    '',
    ...files.map((path) => `Migration created: ${path}`),
    ...seeded,
    withGivenFlags('Proven both ways on a scratch database. Read it, then: nself db migrate up'),
  ].join('\n')
}

/** What another type does to the values that are there. */
function retypeLines({ kind, traits }: Difference, paint: Paint): string[] {
  const type = kind === 'column' ? traits.find(({ trait }) => trait === 'type') : undefined
  if (type?.left == null || type.right === null) return []
  return [paint.dim(`    Was ${shortTypes(type.right)}: ${typeChangeText(typeChange(type.right, type.left))}.`)]
}

export function painted({ sign }: Difference, paint: Paint, line: string): string {
  return { '+': paint.green, '-': paint.red, '~': paint.yellow }[sign](line)
}

export function renderDiff({ left, right, differences, sql }: DiffResult, paint: Paint): string {
  if (sql !== null) return sql
  if (differences.length === 0) return `No differences between ${left} and ${right}`
  return differences
    .flatMap((item) => [
      painted(item, paint, differenceLine(item, left, right)),
      ...traitLines(item, paint, left, right),
    ])
    .join('\n')
}

/** How the two differ, where it can be said in a line. */
function traitLines({ traits }: Difference, paint: Paint, left: string, right: string): string[] {
  const short = traits.filter(
    ({ left: ours, right: theirs }) => `${ours}${theirs}`.length < 120 && !`${ours}${theirs}`.includes('\n'),
  )
  return short.map((item) =>
    paint.dim(`    ${item.trait}: ${item.left ?? 'none'} in ${left}, ${item.right ?? 'none'} in ${right}`),
  )
}
