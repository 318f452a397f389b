import type { Effect } from '../../core/effect.ts'
import { NselfError } from '../../core/errors.ts'
import { interruption } from '../../core/interruption.ts'
import type { BatchesDone } from '../../core/migration/batch.ts'
import { rowsDoneText } from '../../core/rows-done.ts'
import { migrationFailure } from './failure.ts'
import { journalEnding } from './journal.ts'
import { effectRefusal, unapprovedEffects } from './refusal.ts'
import type { RunOptions } from './run-options.ts'
import type { RunProgress } from './run-progress.ts'
import type { Session } from './session.ts'
import type { Failed, Work } from './transaction.ts'

/** A run that ends before its last step. */
interface EndedRun {
  readonly session: Session
  readonly options: RunOptions
  readonly progress: RunProgress
}

/**
 * Journals that a step failed, or was refused for what it did.
 * @param done how many of its statements are, and stay; none of what runs in a transaction.
 * @returns the error that tells it, with a report of the whole run.
 */
export async function failureOf(
  run: EndedRun,
  work: Work,
  failed: Failed,
  done = 0,
  batches?: BatchesDone,
): Promise<NselfError> {
  const { session, options, progress } = run
  if (options.signal.aborted) return interruptionAt(run, work, batches)
  options.onStep(work.step, 'failed')
  const effects = unapprovedEffects(failed.outcome.error)
  await journal(run, work, effects === null ? 'failed' : 'refused', failed.outcome.error?.message ?? null, effects)
  const { transaction, statements } = work.section
  const rowsDone = batches && { batches: batches.batches, rows: batches.rows, of: batches.of }
  const part = transaction
    ? {}
    : { statements: { done, total: statements.length }, ...(rowsDone ? { batches: rowsDone } : {}) }
  const partly = !transaction && (effects === null || done > 0 || (batches?.rows ?? 0) > 0)
  const report = { kind: 'run', ...progress.report(work.step, partly ? { partly, ...part } : part) } as const
  if (effects !== null) return effectRefusal(work.step.name, effects, report, options.approveLine ?? '')
  return migrationFailure(session.client, work, failed, report, options.again?.[work.step.direction])
}

/** Journals that a signal came in the middle of a step. @returns the error that tells it. */
export async function interruptionAt(run: EndedRun, work: Work, batches?: BatchesDone): Promise<NselfError> {
  await journal(run, work, 'interrupted', null)
  const again = run.options.again?.[work.step.direction]
  const stands = work.section.transaction ? ', which was rolled back' : ', which the next up will resume'
  const so = batches === undefined ? stands : `: ${rowsDoneText(batches)}`
  return new NselfError(interruption(run.options.signal), `interrupted at ${work.step.name}${so}`, {
    report: { kind: 'run', ...(batches === undefined ? run.progress.report() : stoppedReport(run, work, batches)) },
    hint:
      batches === undefined || again === undefined
        ? 'run the command again: it continues from there'
        : `to continue with the next batch: ${again}`,
  })
}

const stoppedReport = ({ progress }: EndedRun, { step }: Work, { batches, rows, of }: BatchesDone) =>
  progress.report(step, { partly: true, batches: { batches, rows, of } })

function journal(
  { session, options }: EndedRun,
  { step }: Work,
  outcome: 'failed' | 'interrupted' | 'refused',
  detail: string | null,
  effects: readonly Effect[] | null = null,
) {
  // What the server says can quote what was filled in.
  const kept = detail === null ? null : options.variables.redact(detail)
  return journalEnding(session, step, { outcome, detail: kept, effects }, options)
}
