import { resolve } from 'node:path'
import { atLevels, withoutAllowed } from '../../core/check/allowed.ts'
import { type PartChoices, possibleParts } from '../../core/check/choices.ts'
import { type CheckFinding, type CheckPart, checkParts, isAsBadAs } from '../../core/check/finding.ts'
import type { Severity } from '../../core/check-rules.ts'
import { exitStatusOf, NselfError } from '../../core/errors.ts'
import { refuseUnknownBase } from '../../project/base-files.ts'
import { readCheckSettings } from '../../project/check-settings.ts'
import { refuseUnwritable } from '../../project/text-file.ts'
import { partRuns } from '../shared/check/parts.ts'
import { type ScopeChoice, scopeOf } from '../shared/check/scope.ts'
import type { CheckResult, PartOutcome, ReportFormat } from '../shared/check-results.ts'
import type { Context } from '../shared/context.ts'

export interface CheckOptions extends PartChoices {
  readonly scope: ScopeChoice
  readonly parts: readonly CheckPart[]
  /** The least severity that makes the check fail. */
  readonly failOn: Severity
  readonly format: ReportFormat
  readonly report: CheckResult['report']
}

/**
 * Tells what a person should know of migrations before they run anywhere. Changes no database of the user's.
 * @throws NselfError `usage` for a part that is not told what to look at; as scopeOf.
 */
export async function check(context: Context, options: CheckOptions): Promise<CheckResult> {
  const { parts, failOn, format, report } = options
  refuseUnsaid(options)
  await refuseUnusable(context, options)
  const settings = await readCheckSettings(context.settings.root, context.settings.cwd)
  const scope = await scopeOf(context, options.scope, options.on)
  const findings: CheckFinding[] = []
  const outcomes: PartOutcome[] = possibleParts(options)
    .filter((part) => !parts.includes(part))
    .map((part) => ({ part, outcome: 'skipped', reason: null }))
  const proven: string[] = []
  const ran = new Set<CheckPart>()
  for (const part of checkParts.filter((one) => parts.includes(one))) {
    const found = await partRuns[part](context, scope, { ...options, settings })
    findings.push(...found.findings)
    outcomes.push({ part, ...found.outcome })
    proven.push(...(found.proven ?? []))
    if (found.outcome.outcome === 'done' && found.outcome.reason === null) ran.add(part)
  }
  const told = atLevels(withoutAllowed(findings, [...scope.wanted], ran), settings.rules)
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

/** What would only be noticed at the end of a long check. */
async function refuseUnusable(
  { settings: { migrationsDir } }: Context,
  { report, base, parts }: CheckOptions,
): Promise<void> {
  if (report !== null) await refuseUnwritable(resolve(report.path), report.path)
  if (base !== null && parts.includes('merge')) await refuseUnknownBase(migrationsDir, base)
}

function refuseUnsaid(options: CheckOptions): void {
  const unsaid = options.parts.find((part) => !possibleParts(options).includes(part))
  if (unsaid === undefined) return
  const [what, flag] =
    unsaid === 'merge' ? ['branch to compare with', '--base origin/main'] : ['server to ask', '--on production']
  throw new NselfError('usage', `the part ${unsaid} needs a ${what}`, {
    hint: `for example: nself db check ${flag}`,
  })
}
