import type { BatchesDone } from '../../core/migration/batch.ts'
import { batchesBefore, batchFingerprint } from '../../core/migration/batches-before.ts'
import type { Section } from '../../core/migration/section.ts'
import { editedBatches } from '../../core/plan/edited-batches.ts'
import { resumes, type Step } from '../../core/plan/plan.ts'
import type { MigrationWork } from './transaction.ts'
import type { WalkedTable } from './walked-table.ts'

/** Before the first batch; a DOWN does not walk farther than the UP that it reverts has come. */
export function startOf(
  { rows, walked }: WalkedTable,
  { step, section }: { readonly step: Step; readonly section: Section },
): BatchesDone {
  const start = { to: null, rows: 0, batches: 0, of: rows, statement: batchFingerprint(section), walked }
  const recorded = step.applied?.batches ?? null
  if (step.direction === 'up' || recorded?.walked !== walked) return start
  if (resumes(step)) return { ...start, upTo: recorded.upTo ?? null }
  return step.applied?.state === 'failed' ? { ...start, of: Math.min(rows, recorded.rows), upTo: recorded.to } : start
}

/** How far an earlier attempt came. @throws NselfError `refused` where that was at another statement. */
export function doneBefore({ step, section }: MigrationWork): BatchesDone | null {
  const before = batchesBefore(section, resumes(step) ? (step.applied?.batches ?? null) : null)
  if (before === 'edited') throw editedBatches(step)
  return before
}
