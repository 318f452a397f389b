import type { CheckPart } from '../../../core/check/finding.ts'
import { NselfError } from '../../../core/errors.ts'
import { hasRecordings } from '../../../project/queries.ts'
import type { Context } from '../context.ts'
import { queryFindings } from '../query-findings.ts'
import type { PartFound } from './part-found.ts'
import type { CheckScope } from './scope.ts'
import { walkOf } from './scratch-walk.ts'

/**
 * Prepares what the running release asks before and after each migration.
 * @throws NselfError `usage` where only that is wanted and nothing was recorded; `configuration` for a recording that cannot be read.
 */
export async function checkQueries(
  context: Context,
  scope: CheckScope,
  parts: readonly CheckPart[],
): Promise<PartFound> {
  if (!hasRecordings(context.settings.migrationsDir)) {
    if (parts.length === 1) throw nothingRecorded()
    return { findings: [], outcome: { outcome: 'skipped', reason: 'no queries are recorded' } }
  }
  const { outcome, queries } = await walkOf(context, scope, parts)
  return { findings: queries.flatMap((one) => queryFindings(one, scope.eachByItself)), outcome }
}

const nothingRecorded = (): NselfError =>
  new NselfError('usage', 'no queries are recorded in nself/queries', {
    hint: 'record them where the application runs: nself db queries record --on production',
  })
