import { addEffects, type Effect } from '../../core/effect.ts'
import type { Plan, Step } from '../../core/plan/plan.ts'
import type { Report, StepResult } from '../../core/report.ts'
import { reportOf, withEffects } from './report.ts'
import type { RunOptions } from './run-options.ts'
import type { Work } from './transaction.ts'

/** How far a run has come, and what it did so far; each step is told as it ends and as the next one begins. */
export class RunProgress {
  private readonly plan: Plan
  private readonly options: RunOptions
  private works: readonly Work[] = []
  /** What was told of each step's doings, by its name. */
  private readonly effects = new Map<string, readonly Effect[]>()
  /** How many steps were told as done. */
  done = 0

  constructor(plan: Plan, options: RunOptions) {
    this.plan = plan
    this.options = options
  }

  /** The step that runs now; undefined after the last. */
  get step(): Step | undefined {
    return this.plan.steps[this.done]
  }

  /** @param works all steps of the plan, ready to be sent. */
  begin(works: readonly Work[]): void {
    this.works = works
    this.tell()
  }

  finished(work: Work): void {
    this.done++
    this.options.onStep(work.step, 'done')
    this.tell()
  }

  /** Told of what a transaction did, before it is told that it is done. */
  noteEffects(effects: readonly Effect[]): void {
    const name = this.step?.name
    if (name === undefined) return
    const isWhole = this.works[this.done]?.section.transaction !== false
    this.effects.set(name, isWhole ? effects : addEffects(this.effects.get(name) ?? [], effects))
  }

  /** What became of each step so far. @param part of the failed one, what is done where it ran statement by statement. */
  report(failed: Step | null = null, part: Pick<StepResult, 'partly' | 'statements' | 'batches'> = {}): Report {
    const report = reportOf(this.plan, this.done, failed, part)
    return { ...report, steps: report.steps.map((step) => withEffects(step, this.effects.get(step.name))) }
  }

  private tell(): void {
    const { step } = this
    if (step !== undefined) this.options.onProgress(step, this.done, this.plan.steps.length)
  }
}
