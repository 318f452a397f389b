import type { CheckFinding } from '../../../core/check/finding.ts'
import type { PartOutcome } from '../check-results.ts'

/** What a part has found. */
export interface PartFound {
  readonly findings: readonly CheckFinding[]
  readonly outcome: Omit<PartOutcome, 'part'>
  /** Names of migrations whose DOWN is proven. */
  readonly proven?: readonly string[]
}

export const done: PartFound['outcome'] = { outcome: 'done', reason: null }
