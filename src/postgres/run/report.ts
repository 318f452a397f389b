import type { Effect } from '../../core/effect.ts'
import type { Plan, RepeatableStep, Step } from '../../core/plan/plan.ts'
import { isRepeatable } from '../../core/plan/repeatables.ts'
import type { Report, StepResult } from '../../core/report.ts'
import type { History } from '../tracking/history.ts'

/** How far a step got that failed outside a transaction. */
type Part = Pick<StepResult, 'partly' | 'statements' | 'batches'>

/** What became of a plan whose first `done` steps are done, and of which one failed, in `part` or as if it had not run. */
export function reportOf(plan: Plan, done: number, failed: Step | null = null, part: Part = {}): Report {
  const steps = plan.steps.flatMap((step, i): StepResult[] => {
    // The DOWN of what runs again is a part of that.
    const isPart = step.kind === 'repeatable' && step.direction === 'down' && !step.forgets
    if (isPart && step !== failed) return []
    const { name, version, direction } = step
    if (step === failed) return [{ name, version, direction, outcome: 'failed', ...part }]
    return [{ name, version, direction, outcome: i < done ? 'done' : 'not-run' }]
  })
  return { action: plan.action, steps }
}

/** A step with what its transaction did, where that was looked at. */
export function withEffects<Of extends object>(
  step: Of,
  effects: readonly Effect[] | undefined,
): Of & Pick<StepResult, 'effects'> {
  return effects === undefined ? step : { ...step, effects }
}

/** What is done of a step outside a transaction, and stays, by the history as it is afterwards; null where nothing is. */
export function partIn(step: Step, history: History): Part | null {
  const row = history.rows.find(({ version, name }) => version === step.version && name === step.name)
  if (row === undefined || row.state !== (step.direction === 'up' ? 'failed' : 'reverting')) return null
  const total = (step.direction === 'up' ? step.file?.up : step.file?.down)?.statements.length ?? row.statementsDone
  if ((row.batches?.rows ?? 0) === 0 && row.statementsDone === 0) return null
  const part = { partly: true, statements: { done: row.statementsDone, total } }
  if (row.batches === null) return part
  const { batches, rows, of } = row.batches
  return { ...part, batches: { batches, rows, of } }
}

/** How many steps of a plan are done, by the history as it is afterwards. */
export function doneIn(plan: Plan, history: History): number {
  const rows = new Map(history.rows.map((row) => [row.version, row]))
  const repeatablesDone = plan.steps.filter(isRepeatable).every((step) => isRepeatableDone(step, history))
  const open = plan.steps.findIndex((step) => {
    if (step.kind === 'repeatable') return !repeatablesDone
    const { direction, version, name, file } = step
    const found = rows.get(version)
    const row = found?.name === name ? found : undefined
    // A row that is partially applied or reverted is not done.
    return direction === 'down' ? row !== undefined : row?.state !== 'applied' || row.checksum !== file?.checksum
  })
  return open === -1 ? plan.steps.length : open
}

/** All of them are one transaction, of which each tells by what it leaves. */
function isRepeatableDone({ direction, repeatable, restores, forgets }: RepeatableStep, history: History): boolean {
  const row = history.repeatables.find(({ name }) => name === repeatable.name)
  if (direction === 'down') return !forgets || row === undefined
  return row?.text === repeatable.text && (restores === null || row.position === restores.position)
}
