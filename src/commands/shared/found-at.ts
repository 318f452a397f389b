import { type CheckFinding, finding } from '../../core/check/finding.ts'
import type { RuleName } from '../../core/check-rules.ts'
import type { Location } from '../../core/location.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Section } from '../../core/migration/section.ts'
import { locateIn } from '../../core/migration/section-text.ts'
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

/** Its first statement. */
export function placeIn({ path }: Migration, section: Section): CheckFinding['place'] {
  return placeOf(locateIn(section, path, section.statements.at(0)?.start ?? 0, '', 0))
}

/** Where a finding points to, of where a statement failed. */
export function placeOf({ path, line, column }: Location): CheckFinding['place'] {
  return { path, line, column }
}
