import type { StatusResult } from '../../commands/shared/migrate-results.ts'
import type { Result } from '../../commands/shared/results.ts'
import type { NselfError } from '../../core/errors.ts'
import { differenceLine } from '../../core/schema/differences.ts'
import { workflowCommand } from '../render/workflow-command.ts'

/** What stands beside the code: where the migration failed, and why. @param fileOf the path as the log knows it. */
export function errorAnnotation(error: NselfError, fileOf: (path: string) => string): string {
  const { code, message, location, server, hint } = error
  const text = [message, server?.detail, server?.hint, hint && `Next: ${hint}`].filter(Boolean).join('\n')
  const place = location && { file: fileOf(location.path), line: location.line, col: location.column }
  return workflowCommand('error', { ...place, title: `nself: ${code.replaceAll('-', ' ')}` }, text)
}

const alarming = ['edited', 'missing', 'failed', 'lost']

/** What a result has to warn of: states that keep `up` from running, and drift. */
export function warningsIn(result: Result): string[] {
  if (result.kind !== 'status') return []
  const states = result.migrations
    .filter(({ status, outOfOrder }) => outOfOrder || alarming.includes(status))
    .map(({ name, status, outOfOrder }) => {
      const what = outOfOrder ? 'out of order' : status
      return workflowCommand('warning', { title: `nself: ${what}` }, `${name} is ${what} on ${result.database}`)
    })
  return [...states, ...driftWarning(result)]
}

const driftShown = 20

function driftWarning({ drift, database }: StatusResult): string[] {
  if (drift === null || drift.differences.length === 0) return []
  const since = drift.since === null ? '' : ` since ${drift.since}`
  const lines = drift.differences
    .slice(0, driftShown)
    .map((one) => differenceLine(one, 'the migrations', 'the database'))
  const more = drift.differences.length - lines.length
  const text = [
    `${database} differs from what its migrations produce${since}`,
    ...lines,
    ...(more > 0 ? [`and ${more} more`] : []),
  ]
  return [workflowCommand('warning', { title: 'nself: drift' }, text.join('\n'))]
}
