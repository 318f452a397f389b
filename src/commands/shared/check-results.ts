import type { CheckFinding, CheckPart } from '../../core/check/finding.ts'
import type { Severity } from '../../core/check-rules.ts'

/** What a report looks like. */
export type ReportFormat = 'human' | 'json' | 'github' | 'markdown' | 'sarif'

/** What became of a part of the check. */
export interface PartOutcome {
  readonly part: CheckPart
  /** `incomplete`: it did not get through all that is in scope, and `reason` says why; of one that is done, what it did without. */
  readonly outcome: 'done' | 'skipped' | 'incomplete'
  readonly reason: string | null
}

export interface CheckResult {
  readonly kind: 'check'
  readonly format: ReportFormat
  /** Where the report goes too; null for nowhere. */
  readonly report: { readonly path: string; readonly format: ReportFormat } | null
  /** What was looked at, in words: `2 pending migrations`. */
  readonly scope: string
  readonly migrations: readonly string[]
  readonly parts: readonly PartOutcome[]
  readonly findings: readonly CheckFinding[]
  readonly failOn: Severity
  /** Names of migrations whose DOWN is proven: schema and rows are as before, and UP makes the same again. */
  readonly proven: readonly string[]
  readonly exitStatus: number
}
