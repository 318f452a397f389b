import type { BatchesDone } from '../../core/migration/batch.ts'
import { batchLine } from '../../core/migration/batch-line.ts'
import { resumes, type Step } from '../../core/plan/plan.ts'
import type { Context } from './context.ts'

/** Tells what goes on: each step as it begins, and how far the batches of one have come. */
export function progressTeller({ progress, now }: Pick<Context, 'progress' | 'now'>) {
  let began = now()
  return {
    onProgress({ name }: Step, done: number, total: number): void {
      began = now()
      progress(`${name} (${done + 1} of ${total})`)
    },
    onBatch(step: Step, done: BatchesDone, size: number | null): void {
      const before = resumes(step) ? (step.applied?.batches?.rows ?? 0) : 0
      progress(`${step.name}  ${batchLine(done, size, { ms: now() - began, rows: done.rows - before })}`)
    },
  }
}
