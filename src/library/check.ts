import type { Context } from '../commands/shared/context.ts'
import { possibleParts } from '../core/check/choices.ts'
import { byFile, checkParts } from '../core/check/finding.ts'
import { severities } from '../core/check-rules.ts'
import { NselfError } from '../core/errors.ts'
import type { CheckedFinding, CheckRequest, FinishedCheck } from './check-request.ts'
import type { OptionKinds } from './options.ts'

export const ofCheck: OptionKinds<CheckRequest> = {
  scope: 'scope',
  base: 'text',
  on: 'text',
  only: 'list',
  skip: 'list',
  failOn: 'text',
  signal: 'signal',
}

/** @throws NselfError `usage` for a setting that is none; as check. */
export async function runCheck(context: Context, given: CheckRequest): Promise<FinishedCheck> {
  const { base = null, on = null, failOn = 'error', only, skip = [] } = given
  refuseOthers('only and skip', checkParts, [...(only ?? []), ...skip])
  refuseOthers('failOn', severities, [failOn])
  const choices = { base, on }
  const { check } = await import('../commands/db/check.ts')
  const { exitStatus, scope, migrations, parts, findings, proven } = await check(context, {
    ...choices,
    scope: scopeOf(given),
    parts: (only ?? possibleParts(choices)).filter((part) => !skip.includes(part)),
    failOn,
    format: 'json',
    report: null,
  })
  const told = byFile(findings).flatMap((file) => file.findings.map(findingOf))
  return { passed: exitStatus === 0, scope, migrations, parts, findings: told, proven }
}

function scopeOf({ scope = 'pending' }: CheckRequest) {
  if (typeof scope === 'object') return { kind: 'since', ref: scope.since } as const
  refuseOthers('scope', ['pending', 'all'], [scope])
  return { kind: scope }
}

function findingOf({ rule, severity, migration, place, message, instead, evidence }: CheckedFinding): CheckedFinding {
  const { path, line, column } = place
  return { rule, severity, migration, place: { path, line, column }, message, instead, evidence }
}

function refuseOthers(what: string, known: readonly string[], given: readonly string[]): void {
  const other = given.find((one) => !known.includes(one))
  if (other === undefined) return
  throw new NselfError('usage', `${what} of check() cannot be '${other}'`, { hint: `one of ${known.join(', ')}` })
}
