import type { NselfError } from '../../core/errors.ts'
import { type Location, withoutSecretsIn } from '../../core/location.ts'
import type { FailureReport } from '../../core/report.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'
import { redact } from './redact.ts'
import { visibleIn } from './visible.ts'

/** An error as the lines that a person reads: what, where, what PostgreSQL adds, how things stand, what to type next. */
export function renderError(error: NselfError, paint: Paint): string {
  const { message, location, server, hint, report } = visibleIn(partsOf(error))
  if (error.code === 'no-project') return redact([message, ...hintLines(hint)].join('\n'))
  // Who says no has made no error.
  const isCancelled = error.code === 'not-confirmed' && hint === undefined
  const lines = [isCancelled ? message : `${paint.red('Error:')} ${message}`]
  if (location) lines.push(...excerptLines(redactExcerpt(location)))
  if (server?.detail) lines.push(`  DETAIL: ${server.detail}`)
  if (server?.hint) lines.push(`  HINT: ${server.hint}`)
  if (server?.where) lines.push(`  CONTEXT: ${server.where.replaceAll('\n', '\n           ')}`)
  lines.push(...faultLines(report), ...stepLines(report))
  if (hint) lines.push(`${paint.cyan('Next:')} ${withGivenFlags(hint)}`)
  return redact(lines.join('\n'))
}

/** What can be typed, a line each. */
function hintLines(hint: string | undefined): string[] {
  return (hint ?? '').split('\n').map((line) => `  ${line}`)
}

const partsOf = ({ message, location, server, hint, report }: NselfError) => ({
  message,
  location,
  server,
  hint,
  report,
})

function excerptLines({ path, line, column, excerpt, caret }: Location): string[] {
  const blank = ' '.repeat(String(line).length)
  const shown = [`  ${path}:${line}:${column}`, `  ${line} | ${excerpt}`]
  return caret > 0 ? [...shown, `  ${blank} | ${' '.repeat(caret - 1)}^`] : shown
}

/** A place as it may be shown. */
export const redactExcerpt = (location: Location): Location => withoutSecretsIn(location, redact)

const faultsShown = 10

/** The faults after the first one, which is the error itself. */
function faultLines(report: FailureReport | undefined): string[] {
  const [, ...more] = report?.kind === 'design-faults' ? report.faults : []
  const lines = more.slice(0, faultsShown).map(({ message, location }) => {
    const place = location === null ? '' : `${location.path}:${location.line}:${location.column} `
    return `  ${place}${message}`
  })
  const rest = more.length > faultsShown ? [`  and ${more.length - faultsShown} more`] : []
  return more.length === 0 ? [] : ['Also:', ...lines, ...rest]
}

/** What became of each migration or seed of a run. */
function stepLines(report: FailureReport | undefined): string[] {
  if (report?.kind !== 'run' && report?.kind !== 'seed') return []
  const names = (outcome: string) => report.steps.filter((step) => step.outcome === outcome).map((step) => step.name)
  const isUndone = report.kind === 'run' && report.rolledBack === true
  const verb = report.action === 'down' ? 'Reverted' : 'Applied'
  const line = (label: string, list: string[]) =>
    list.length === 0
      ? []
      : [
          `${label}: ${list.length > 6 ? `${list.slice(0, 5).join(', ')} … ${list.at(-1)} (${list.length})` : list.join(', ')}`,
        ]
  return [
    ...line(`${verb} and ${isUndone ? 'rolled back' : 'kept'}`, names('done')),
    ...line('Failed', names('failed')),
    ...line('Not run', names('not-run')),
  ]
}
