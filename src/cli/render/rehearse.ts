import type { RehearsalFault, RehearseResult } from '../../commands/shared/rehearse-results.ts'
import { cutTo } from '../../core/display-width.ts'
import { durationText, grouped } from '../../core/quantities.ts'
import type { TableLockTime } from '../../core/rehearse/lock-times.ts'
import type { RehearsedStatement, StatementPlace } from '../../core/rehearse/rehearsed.ts'
import { aligned, visible } from './aligned.ts'
import { excerptLines, redactExcerpt } from './excerpt.ts'
import { fold } from './fold.ts'
import type { Paint } from './paint.ts'
import { factsOf, limitLine, nothingLine, sourceLine, unusualLines } from './rehearse-words.ts'

/** What a rehearsal found: by file, a statement and what it did below it; then how long tables are locked in all. */
export function renderRehearsal(result: RehearseResult, paint: Paint, width: number): string {
  if (result.copy === null) return nothingLine(result)
  const { transactions, tables, failure, overLimit, disagreements } = result
  const statements = transactions.flatMap((one) => one.statements)
  const differing = disagreements.map(
    ({ place, message }) => `  ${fold(`${at(place)}  ${message}`, width, ' '.repeat(4), 2)}`,
  )
  const sections = [
    ...byPath(statements).map((file) => fileLines(file, paint, width)),
    ...(tables.length === 0 ? [] : [lockTable(tables, paint)]),
    ...(differing.length === 0 ? [] : [[paint.bold('Lint and this run differ'), ...differing]]),
    ...(overLimit.length === 0
      ? []
      : [overLimit.map((one) => paint.red(fold(limitLine(one, result.maxLockMs ?? 0), width, '  ')))]),
    ...(failure === null ? [] : [failureLines(failure, result, paint, width)]),
    [...unusualLines(result), sourceLine(result)].map((line) => fold(line, width, '  ')),
  ]
  return sections.map((lines) => lines.join('\n')).join('\n\n')
}

interface FileStatements {
  readonly path: string
  readonly statements: RehearsedStatement[]
}

function byPath(statements: readonly RehearsedStatement[]): FileStatements[] {
  const files = new Map<string, RehearsedStatement[]>()
  for (const one of statements) files.set(one.place.path, [...(files.get(one.place.path) ?? []), one])
  return [...files].map(([path, list]) => ({ path, statements: list }))
}

/** The column in which a statement begins. */
const beside = 8

function fileLines({ path, statements }: FileStatements, paint: Paint, width: number): string[] {
  return [
    paint.bold(path),
    ...statements.flatMap((one) => {
      const more = one.count === 1 ? '' : ` (and ${grouped(one.count - 1)} more)`
      const text = visible(one.text) + more
      const shown = width === Number.POSITIVE_INFINITY ? text : cutTo(text, width - beside)
      const facts = fold(factsOf(one).join(' · '), width, ' '.repeat(beside), beside)
      return [`  ${String(one.place.line).padStart(4)}  ${shown}`, `${' '.repeat(beside)}${paint.dim(facts)}`]
    }),
  ]
}

function lockTable(tables: readonly TableLockTime[], paint: Paint): string[] {
  const rows = tables.map(({ table, readsMs, writesMs, by }) => [
    table,
    readsMs === 0 ? '-' : durationText(readsMs),
    durationText(writesMs),
    at(by.place),
  ])
  const [head = '', ...lines] = aligned([['LOCKED', 'READS', 'WRITES', 'BY'], ...rows], [1, 2])
  return [paint.bold(head), ...lines]
}

const at = ({ path, line }: StatementPlace): string => `${path}:${line}`

function failureLines(failure: RehearsalFault, { notRun }: RehearseResult, paint: Paint, width: number): string[] {
  const { migration, message, detail, location } = failure
  const { lines, remarked } =
    location === null
      ? { lines: [], remarked: false }
      : excerptLines(redactExcerpt(location), detail ?? undefined, paint, width)
  return [
    `${paint.red('✗')} ${migration}   fails on the copy${location === null ? ', at COMMIT' : ''}`,
    fold(message, width, '  '),
    ...lines,
    ...(detail === null || remarked ? [] : [fold(`  ${detail}`, width, '  ')]),
    ...(notRun.length === 0 ? [] : [fold(`Not run: ${notRun.join(', ')}`, width, '  ')]),
  ]
}
