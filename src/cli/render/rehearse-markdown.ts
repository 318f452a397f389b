import type { RehearsalFault, RehearseResult } from '../../commands/shared/rehearse-results.ts'
import { durationText } from '../../core/quantities.ts'
import type { TableLockTime } from '../../core/rehearse/lock-times.ts'
import type { RehearsedStatement, StatementPlace } from '../../core/rehearse/rehearsed.ts'
import { plain } from './check-markdown.ts'
import { factsOf, limitLine, nothingLine, sourceLine, unusualLines } from './rehearse-words.ts'

/** A comment on a pull request: what became of it, how long tables are locked, and each statement folded away. */
export function renderRehearsalMarkdown(result: RehearseResult): string {
  if (result.copy === null) return `### Rehearsal: nothing is pending\n\n${plain(nothingLine(result))}.`
  const { failure, overLimit, disagreements, tables, transactions, maxLockMs } = result
  const bad = [
    ...(failure === null ? [] : [failureLine(failure)]),
    ...overLimit.map((one) => `- ${plain(limitLine(one, maxLockMs ?? 0))}`),
  ]
  const differing = disagreements.map(({ place, message }) => `- ${plain(`${at(place)}: ${message}`)}`)
  const sections = [
    [`### Rehearsal: ${headOf(result)}`],
    [`${plain(sourceLine(result))}.`],
    [...bad, ...unusualLines(result).map((line) => `- ${plain(line)}`)],
    tables.length === 0
      ? []
      : ['| locked | reads | writes | by |', '| --- | ---: | ---: | --- |', ...tables.map(timeRow)],
    differing.length === 0 ? [] : ['Lint and this run differ:', '', ...differing],
    statementLines(transactions.flatMap(({ statements }) => statements)),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function headOf({ failure, overLimit, migrations }: RehearseResult): string {
  if (failure !== null) return `${plain(failure.migration)} fails`
  if (overLimit.length > 0) return `${overLimit.map(({ table }) => plain(table)).join(', ')} locked for too long`
  return `${migrations.length} ${migrations.length === 1 ? 'migration runs' : 'migrations run'}`
}

const at = ({ path, line }: Pick<StatementPlace, 'path' | 'line'>): string => `${path}:${line}`

function failureLine({ migration, message, location }: RehearsalFault): string {
  return `- ${plain(`${location === null ? `${migration}, at COMMIT` : at(location)}: ${message}`)}`
}

function timeRow({ table, readsMs, writesMs, by }: TableLockTime): string {
  const reads = readsMs === 0 ? '' : durationText(readsMs)
  return `| ${plain(table)} | ${reads} | ${durationText(writesMs)} | ${plain(at(by.place))} |`
}

function statementLines(statements: readonly RehearsedStatement[]): string[] {
  if (statements.length === 0) return []
  const rows = statements.map(
    (one) => `| ${plain(at(one.place))} | ${plain(one.text)} | ${plain(factsOf(one).join(' · '))} |`,
  )
  const head = ['| place | statement | what it did |', '| --- | --- | --- |']
  return ['<details><summary>Each statement</summary>', '', ...head, ...rows, '', '</details>']
}
