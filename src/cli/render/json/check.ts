import type { CheckResult } from '../../../commands/shared/check-results.ts'
import { byFile, type CheckFinding, countsOf } from '../../../core/check/finding.ts'
import { pageOf } from '../../../core/check-rules.ts'

/** The document of `db check`. `--report` writes it into a file, too. */
export function checkDocument({ kind, scope, migrations, parts, findings, failOn, proven }: CheckResult) {
  return {
    kind,
    scope,
    migrations,
    parts: parts.map(({ part, outcome, reason }) => ({ part, outcome, reason })),
    counts: Object.fromEntries(countsOf(findings).map(({ severity, count }) => [severity, count])),
    findings: byFile(findings).flatMap((file) => file.findings.map(findingDocument)),
    failOn,
    proven,
  }
}

function findingDocument({ rule, severity, migration, place, message, instead, evidence }: CheckFinding) {
  const { path, line, column } = place
  return { rule, page: pageOf(rule), severity, migration, place: { path, line, column }, message, instead, evidence }
}
