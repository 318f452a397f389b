import type { Effect } from '../../core/effect.ts'
import type { Plan, Step } from '../../core/plan/plan.ts'
import type { Report, StepResult } from '../../core/report.ts'
import type { History } from '../tracking/history.ts'

/** How far a step got that failed outside a transaction. */
type Part = Pick<StepResult, 'partly' | 'statements'>

/** What became of a plan whose first `done` steps are done, and of which one failed, in `part` or as if it had not run. */
export function reportOf(plan: Plan, done: number, failed: Step | null = null, part: Part = {}): Report {
  const steps = plan.steps.map((step, i): StepResult => {
    const { name, version, direction } = step
    if (step === failed) return { name, version, direction, outcome: 'failed', ...part }
    return { name, version, direction, outcome: i < done ? 'done' : 'not-run' }
  })
  return { action: plan.action, steps }
}

export function withEffects<Of extends object>(
  step: Of,
  effects: readonly Effect[] | undefined,
): Of & Pick<StepResult, 'effects'> {
  return effects === undefined ? step : { ...step, effects }
}

/** How many steps of a plan are done, by the history as it is afterwards. */
export function doneIn(plan: Plan, history: History): number {
  const rows = new Map(history.rows.map((row) => [row.version, row]))
  const open = plan.steps.findIndex(({ direction, version, name, file }) => {
    const found = rows.get(version)
    const row = found?.name === name ? found : undefined
    // A row that is partially applied or reverted is not done.
    return direction === 'down' ? row !== undefined : row?.state !== 'applied' || row.checksum !== file?.checksum
  })
  return open === -1 ? plan.steps.length : open
}
