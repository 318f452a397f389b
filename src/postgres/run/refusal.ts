import { type Effect, effectLine, parseEffects } from '../../core/effect.ts'
import { NselfError } from '../../core/errors.ts'
import type { FailureReport } from '../../core/report.ts'
import type { ServerError } from '../driver/send.ts'
import { unapprovedState } from './effect-states.ts'

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
  return new NselfError(
    'refused',
    `${name} was rolled back, because it does what was not approved: ${[...lines, ...more].join('; ')}`,
    {
      report,
      hint: `look at it; to approve exactly this: ${approve}`,
    },
  )
}
