import type { Effect } from '../../core/effect.ts'
import type { Environment } from '../../core/environment.ts'
import { journalAction, type Step } from '../../core/plan/plan.ts'
import { send } from '../driver/send.ts'
import { journalSql } from '../tracking/journal-entry.ts'
import { cancelling, type Session } from './session.ts'

/** How a step ended that was not done. */
interface StepEnding {
  readonly outcome: 'failed' | 'interrupted' | 'refused'
  readonly detail: string | null
  readonly effects: readonly Effect[] | null
}

/** With a commit that is flushed: it also makes all that went before it durable, so it may be told. */
export async function journalEnding(
  session: Session,
  step: Step,
  { outcome, detail, effects }: StepEnding,
  { environment, signal }: { readonly environment: Environment; readonly signal: AbortSignal },
): Promise<void> {
  const of = step.kind === 'migration' ? step : { version: null, name: step.repeatable.name, file: step.file }
  const entry = journalSql(journalAction(step), of, outcome, environment, detail, effects)
  for (let attempt = 0; attempt < 3; attempt++) {
    await send(session.client, 'DISCARD ALL')
    // Who has interrupted the run does not wait for a standby that is missing.
    const writing = signal.aborted
      ? send(session.client, `BEGIN; SET LOCAL synchronous_commit = local; ${entry}; COMMIT`)
      : cancelling(session, signal, send(session.client, entry))
    const { error } = await writing
    // A cancel request that was late may hit this one.
    if (error?.code !== '57014') return
  }
}
