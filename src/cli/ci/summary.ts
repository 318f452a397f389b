import type { StatusResult } from '../../commands/shared/migrate-results.ts'
import type { Result } from '../../commands/shared/results.ts'
import type { NselfError } from '../../core/errors.ts'
import { counted, durationText } from '../../core/quantities.ts'
import type { Report, SeedReport } from '../../core/report.ts'
import { effectLines } from '../render/migrate.ts'

/** The summary of a job takes no more than a megabyte, and a person reads less. */
const rowsShown = 200

/** What a command did, for the page of a job, in Markdown; null for one that changes and checks nothing. */
export function summaryOf(result: Result): string | null {
  switch (result.kind) {
    case 'status':
      return statusSummary(result)
    case 'run':
    case 'update':
      return [`### nself: ${inline(result.database)}`, '', ...stepLines(result, result.durationMs)].join('\n')
    case 'seed':
      return [`### nself: seeds on ${inline(result.database)}`, '', ...stepLines(result, result.durationMs)].join('\n')
    default:
      return null
  }
}

/** Why a command failed, and how things stand. */
export function failureSummary({ message, location, server, hint, report }: NselfError): string {
  const place = location === undefined ? [] : [fenced(`${location.path}:${location.line}\n${location.excerpt}`), '']
  const added = [server?.detail, server?.hint].filter((text) => text !== undefined)
  return [
    `### ❌ nself: ${inline(message)}`,
    '',
    ...place,
    ...added.flatMap((text) => [inline(text), '']),
    ...(report?.kind === 'run' || report?.kind === 'seed' ? [...stepLines(report, null), ''] : []),
    ...(hint === undefined ? [] : [`**Next:** ${inline(hint)}`]),
  ].join('\n')
}

function statusSummary({ migrations, database, environment, drift }: StatusResult): string {
  const open = migrations.filter(({ status, outOfOrder }) => status !== 'applied' || outOfOrder)
  const applied = migrations.length - open.length
  const rows = open.map(({ name, status, outOfOrder }) => [name, outOfOrder ? 'out of order' : status])
  return [
    `### nself: ${applied} of ${migrations.length} migrations are applied on ${inline(database)} (${environment})`,
    '',
    ...table(['Migration', 'Status'], rows),
    ...(drift === null ? [] : ['', driftLine(drift.differences.length)]),
  ].join('\n')
}

const driftLine = (count: number): string => (count === 0 ? 'No drift.' : `⚠️ Drift: ${counted(count, 'difference')}.`)

const signs = { done: '✅ done', failed: '❌ failed', 'not-run': 'not run' }

function stepLines({ action, steps }: Report | SeedReport, durationMs: number | null): string[] {
  if (steps.length === 0) return ['Nothing to do.']
  const rows = steps.map((step) => [step.name, signs[step.outcome], effectLines(step).join('; ')])
  const took = durationMs === null ? [] : ['', `${steps.length} in ${durationText(durationMs)}.`]
  return [...table([action === 'seed' ? 'Seed' : 'Migration', action, 'Effects'], rows), ...took]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => inline(cell).replaceAll('|', '\\|')).join(' | ')} |`
  const more = rows.length > rowsShown ? ['', `and ${rows.length - rowsShown} more`] : []
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.slice(0, rowsShown).map(line), ...more]
}

/** Text of a database or a file, which is no markup. */
function inline(text: string): string {
  return text.replace(/[\\`*_[\]<>]/g, '\\$&').replace(/\s*\n\s*/g, ' ')
}

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}sql\n${text}\n${fence}`
}
