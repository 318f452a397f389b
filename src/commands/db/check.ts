import { withoutAllowed } from '../../core/check/allowed.ts'
import { type CheckFinding, type CheckPart, checkParts, isAsBadAs } from '../../core/check/finding.ts'
import type { Severity } from '../../core/check-rules.ts'
import { exitStatusOf } from '../../core/errors.ts'
import { checkSyntax } from '../shared/check/parse.ts'
import { checkProofs } from '../shared/check/proof.ts'
import { type ScopeChoice, scopeOf } from '../shared/check/scope.ts'
import type { CheckResult, PartOutcome, ReportFormat } from '../shared/check-results.ts'
import type { Context } from '../shared/context.ts'

export interface CheckOptions {
  readonly scope: ScopeChoice
  readonly parts: readonly CheckPart[]
  /** The least severity that makes the check fail. */
  readonly failOn: Severity
  readonly format: ReportFormat
  readonly report: CheckResult['report']
}

/** Tells what a person should know of migrations before they run anywhere. Changes no database of the user's. */
export async function check(context: Context, options: CheckOptions): Promise<CheckResult> {
  const { parts, failOn, format, report } = options
  const scope = await scopeOf(context, options.scope)
  const findings: CheckFinding[] = []
  const outcomes: PartOutcome[] = checkParts
    .filter((part) => !parts.includes(part))
    .map((part) => ({ part, outcome: 'skipped', reason: null }))
  let proven: readonly string[] = []
  if (parts.includes('parse')) {
    context.progress('parsing')
    findings.push(...(await checkSyntax(context, scope)))
    outcomes.push({ part: 'parse', outcome: 'done', reason: null })
  }
  if (parts.includes('proof')) {
    const proof = await checkProofs(context, scope)
    findings.push(...proof.findings)
    outcomes.push(proof.outcome)
    proven = proof.proven
  }
  const ranWhole = outcomes.every(({ outcome }) => outcome === 'done')
  const told = withoutAllowed(findings, [...scope.wanted], ranWhole)
  const isBad = told.some(({ severity }) => isAsBadAs(severity, failOn))
  const fails = isBad || outcomes.some(({ outcome }) => outcome === 'incomplete')
  return {
    kind: 'check',
    format,
    report,
    scope: scope.words,
    migrations: [...scope.wanted].map(({ name }) => name),
    parts: outcomes,
    findings: told,
    failOn,
    proven,
    exitStatus: fails ? exitStatusOf('different') : 0,
  }
}
