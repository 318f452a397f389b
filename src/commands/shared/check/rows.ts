import type { CheckPart } from '../../../core/check/finding.ts'
import type { Context } from '../context.ts'
import type { PartFound } from './part-found.ts'
import { rowFindings } from './rows-findings.ts'
import type { CheckScope } from './scope.ts'
import { walkOf } from './scratch-walk.ts'

/** Runs each migration both ways on tables that are filled with awkward rows. */
export async function checkRows(context: Context, scope: CheckScope, parts: readonly CheckPart[]): Promise<PartFound> {
  const { text, outcome, rows } = await walkOf(context, scope, parts)
  const isTold = parts.includes('proof') ? text.tellsLoss : () => false
  return { findings: rows.flatMap((one) => rowFindings(one, isTold)), outcome }
}
