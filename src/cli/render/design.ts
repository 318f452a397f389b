import type { DiffResult, ImportResult } from '../../commands/shared/schema-results.ts'
import { typeChange, typeChangeText } from '../../core/effects/type-change.ts'
import { type Difference, differenceLine } from '../../core/schema/differences.ts'
import { shellWord } from '../../core/shell-word.ts'
import { shortTypes } from '../../core/sql/plain-names.ts'
import { displayWidth } from './display-width.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'

/** @param isApplied what was written has run as well. */
export function renderImport(
  { design, files, differences, renames, seed }: ImportResult,
  paint: Paint,
  isApplied = false,
): string {
  const done = paint.green('✓')
  const seeded = seed === null ? [] : [`Seed written: ${seed}`]
  if (files.length === 0) return [`No changes: the migrations make what ${design} draws`, ...seeded].join('\n')
  const lines = differences.flatMap((item) => [
    painted(item, paint, differenceLine(item, design, 'the migrations').replace(/ \((?:missing in .*)\)$/, '')),
    ...retypeLines(item, paint),
  ])
  return [
    `${done} ${paint.bold('Schema changes detected!')}`,
    ...renames.map((text) => paint.yellow(`  ~ Renamed: ${text}`)),
    ...lines.map((line) => `  ${line}`),
    ...files.map((path) => `${done} Migration created: ${path}`),
    ...seeded,
    withGivenFlags(isApplied ? proven : `${proven} Read it, then: nself db migrate up`),
  ].join('\n')
}

/** What another type does to the values that are there. */
function retypeLines({ kind, traits }: Difference, paint: Paint): string[] {
  const type = kind === 'column' ? traits.find(({ trait }) => trait === 'type') : undefined
  if (type?.left == null || type.right === null) return []
  return [paint.dim(`    Was ${shortTypes(type.right)}: ${typeChangeText(typeChange(type.right, type.left))}.`)]
}

const proven = 'Proven on a scratch database: UP makes the design, DOWN restores the schema.'

export function painted({ sign }: Difference, paint: Paint, line: string): string {
  return { '+': paint.green, '-': paint.red, '~': paint.yellow }[sign](line)
}

export function renderDiff({ left, right, differences, sql }: DiffResult, paint: Paint): string {
  if (sql !== null) return sql
  if (differences.length === 0) return `No differences between ${left} and ${right}`
  const title = `Schema Differences (${left} vs ${right})`
  const lines = differences.flatMap((item) => [
    painted(item, paint, differenceLine(item, left, right)),
    ...traitLines(item, paint, left, right),
  ])
  const count = `${differences.length} difference${differences.length === 1 ? '' : 's'}`
  const sides = [left, right].map(shellWord).join(' ')
  const next = [left, right].every(isTyped)
    ? [withGivenFlags(`Next: SQL that makes ${right} like ${left}: nself db schema diff ${sides} --sql`)]
    : []
  return [paint.bold(title), '─'.repeat(displayWidth(title)), ...lines, '', count, ...next].join('\n')
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
