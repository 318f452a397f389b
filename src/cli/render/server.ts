import type { LogResult, ServerResult } from '../../commands/shared/results.ts'
import { lastErrors } from '../../core/server-log.ts'

/** Where the embedded server is, or that it is not running. */
export function renderServer({ url, state }: ServerResult): string {
  return url ?? (state === 'stopped' ? 'Stopped' : 'Not running')
}

const errorsShown = 5

/** A log, and below it the last errors, which one looks for in it. */
export function renderLog({ text }: LogResult): string {
  const log = text.trimEnd()
  const errors = lastErrors(log, errorsShown)
  return errors.length === 0 ? log : [log, '', 'The last errors:', ...errors.map((line) => `  ${line}`)].join('\n')
}
