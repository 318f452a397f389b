import { allowableRules, type RuleLevels, rules } from '../check-rules.ts'
import type { Migration } from '../migration/migration.ts'
import { type CheckFinding, type CheckPart, finding } from './finding.ts'

/**
 * Findings without those that their file allows. An allowed rule that finds nothing is a finding of its own, where its
 * part has run: it hides what comes later.
 * @param ran the parts that got through all that is in scope.
 */
export function withoutAllowed(
  findings: readonly CheckFinding[],
  files: readonly Pick<Migration, 'name' | 'path' | 'allows'>[],
  ran: ReadonlySet<CheckPart>,
): CheckFinding[] {
  const allows = new Map(files.map(({ name, allows: rules }) => [name, rules]))
  const isAllowed = ({ rule, migration }: CheckFinding) => allows.get(migration)?.includes(rule) === true
  const unused = files.flatMap(({ name, path, allows: list }) =>
    allowableRules
      .filter((rule) => list.includes(rule) && [...ran].some((part) => rule.startsWith(`${part}/`)))
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
  return [...findings.filter((one) => !isAllowed(one)), ...unused]
}

/** Findings as bad as a project says that they are, without those that it does not want to be told. */
export function atLevels(findings: readonly CheckFinding[], levels: RuleLevels): CheckFinding[] {
  return findings.flatMap((one) => {
    const level = levels[one.rule] ?? (rules[one.rule].isOff === true ? 'off' : one.severity)
    return level === 'off' ? [] : [{ ...one, severity: level }]
  })
}
