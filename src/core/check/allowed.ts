import { allowableRules } from '../check-rules.ts'
import type { Migration } from '../migration/migration.ts'
import { type CheckFinding, finding } from './finding.ts'

/**
 * Findings without those that their file allows. An allowed rule that finds nothing is a finding of its own, where the
 * whole check has run: it hides what comes later.
 */
export function withoutAllowed(
  findings: readonly CheckFinding[],
  files: readonly Pick<Migration, 'name' | 'path' | 'allows'>[],
  ranWhole: boolean,
): CheckFinding[] {
  const allows = new Map(files.map(({ name, allows: rules }) => [name, rules]))
  const isAllowed = ({ rule, migration }: CheckFinding) => allows.get(migration)?.includes(rule) === true
  const unused = files.flatMap(({ name, path, allows: list }) =>
    allowableRules
      .filter((rule) => list.includes(rule))
      .filter((rule) => !findings.some((one) => one.migration === name && one.rule === rule))
      .map((rule) =>
        finding('check/unused-allow', {
          migration: name,
          place: { path, line: 1, column: 1 },
          message: `it allows ${rule}, which finds nothing in it`,
          instead: `remove the line -- nself: allow ${rule} …`,
          evidence: [],
        }),
      ),
  )
  return [...findings.filter((one) => !isAllowed(one)), ...(ranWhole ? unused : [])]
}
