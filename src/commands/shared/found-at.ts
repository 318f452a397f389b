import { type CheckFinding, finding } from '../../core/check/finding.ts'
import type { RuleName } from '../../core/check-rules.ts'
import type { ProbePlace } from '../../core/probe/question.ts'

/** A finding at a place of a run. */
export function foundAt(
  rule: RuleName,
  place: ProbePlace,
  message: string,
  instead: string,
  evidence: readonly string[] = [],
): CheckFinding {
  const { migration, path, line, column } = place
  return finding(rule, { migration, place: { path, line, column }, message, instead, evidence })
}
