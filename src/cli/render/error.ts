import type { NselfError } from '../../core/errors.ts'
import type { Faults } from '../../core/schema/faults.ts'
import type { Report, SeedReport } from '../../postgres/report.ts'
import type { Paint } from './paint.ts'

/** An error as the lines that a person reads: what, where, what PostgreSQL adds, how things stand, what to type next. */
export function renderError(error: NselfError, paint: Paint): string {
  const { location, server, hint } = error
  const lines = [`${paint.red('Error:')} ${error.message}`]
  if (location) {
    const gutter = String(location.line)
    lines.push(`  ${location.path}:${location.line}:${location.column}`)
    lines.push(`  ${gutter} | ${location.excerpt}`)
    if (location.caret > 0) lines.push(`  ${' '.repeat(gutter.length)} | ${' '.repeat(location.caret - 1)}^`)
  }
  if (server?.detail) lines.push(`  DETAIL: ${server.detail}`)
  if (server?.hint) lines.push(`  HINT: ${server.hint}`)
  if (server?.where) lines.push(`  CONTEXT: ${server.where.replaceAll('\n', '\n           ')}`)
  lines.push(...faultLines(error.report as Partial<Faults> | undefined))
  lines.push(...reportLines(error.report as Report | SeedReport | undefined))
  if (hint) lines.push(`${paint.cyan('Next:')} ${hint}`)
  return redact(lines.join('\n'))
}

const faultsShown = 10

/** The faults after the first one, which is the error itself. */
function faultLines(report: Partial<Faults> | undefined): string[] {
  const [, ...more] = report?.faults ?? []
  const lines = more.slice(0, faultsShown).map(({ message, location }) => {
    const place = location === null ? '' : `${location.path}:${location.line}:${location.column} `
    return `  ${place}${message}`
  })
  const rest = more.length > faultsShown ? [`  and ${more.length - faultsShown} more`] : []
  return more.length === 0 ? [] : ['Also:', ...lines, ...rest]
}

function reportLines(report: Report | SeedReport | undefined): string[] {
  // Some failures report something else, which only --json tells.
  if (report === undefined || !('steps' in report)) return []
  const names = (outcome: string) => report.steps.filter((step) => step.outcome === outcome).map((step) => step.name)
  const verb = report.action === 'down' ? 'Reverted' : 'Applied'
  const line = (label: string, list: string[]) =>
    list.length === 0
      ? []
      : [
          `${label}: ${list.length > 6 ? `${list.slice(0, 5).join(', ')} … ${list.at(-1)} (${list.length})` : list.join(', ')}`,
        ]
  return [
    ...line(`${verb} and kept`, names('done')),
    ...line('Failed', names('failed')),
    ...line('Not run', names('not-run')),
  ]
}

/** The same as a JSON document. */
export function jsonError(error: NselfError): string {
  const { code, message, hint, location, server, report } = error
  return redact(JSON.stringify({ ok: false, error: { code, message, hint, location, server, report } }))
}

/** The one place where what is printed loses its passwords. */
export function redact(text: string): string {
  return text
    .replace(/(postgres(?:ql)?:\/\/[^:@\s/]*):[^\s"']*@/g, '$1:***@')
    .replace(/(password\s*[=:]\s*)('[^']*'|[^\s,;]+)/gi, '$1***')
}
