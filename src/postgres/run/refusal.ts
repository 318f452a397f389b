import { type Effect, effectLine, parseEffects } from '../../core/effect.ts'
import { NselfError } from '../../core/errors.ts'
import type { FailureReport } from '../../core/report.ts'
import type { ServerError } from '../driver/send.ts'
import { unapprovedState } from './effects.ts'
import { doneStatements } from './report.ts'

/** What a transaction did that was rolled back because it had not been approved; null for any other failure. */
export function unapprovedEffects(error: ServerError | null): Effect[] | null {
  return error?.code === unapprovedState ? parseEffects(error.detail) : null
}

const shown = 8

/**
 * What is told of a step that was rolled back for what it did.
 * @param approve the command line that approves exactly this.
 */
export function effectRefusal(
  name: string,
  effects: readonly Effect[],
  report: FailureReport,
  approve: string,
): NselfError {
  const lines = effects.slice(0, shown).map(effectLine)
  const more = effects.length > shown ? [`and ${effects.length - shown} more`] : []
  const kept = report.kind === 'run' || report.kind === 'seed' ? report.steps.filter(isDone).length : 0
  const left = doneStatements(report) ?? `nothing of ${name} is left`
  const stands = kept === 0 ? left : `${left}; what ran before it stays applied`
  return new NselfError(
    'refused',
    `${name} was rolled back, because it does what was not approved: ${[...lines, ...more].join('; ')}`,
    {
      report,
      hint: `${stands}. Look at it; to approve exactly this: ${approve}`,
    },
  )
}

function isDone({ outcome }: { readonly outcome: string }): boolean {
  return outcome === 'done'
}
