import { isStricter } from '../../core/environment.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { History } from '../tracking/history.ts'
import { isCurrent } from '../tracking/metadata.ts'
import { raiseMarkSql, renameSql } from '../tracking/records.ts'
import { bootstrapSql } from '../tracking/schema.ts'
import { squashesSql } from '../tracking/squash.ts'
import type { RunOptions } from './run-options.ts'

/** SQL for what is to be put right in the tracking tables before the first step, or nothing. */
export function trackingChangesSql(
  facts: History['facts'],
  plan: Plan,
  { environment, tell }: Pick<RunOptions, 'environment' | 'tell'>,
): string {
  const { action, renames = [] } = plan
  const parts = isCurrent(facts) ? [] : [bootstrapSql(environment)]
  if (renames.length > 0) parts.push(renameSql(renames))
  parts.push(...squashesSql(plan, environment))
  if (action === 'up' && facts.markedAs !== null && (facts.markLost || isStricter(environment, facts.markedAs))) {
    const before = facts.markLost ? 'had no environment mark' : `was marked ${facts.markedAs}`
    tell(`The database ${before}; it is now marked ${environment}`)
    parts.push(`BEGIN; ${raiseMarkSql(environment)}; COMMIT`)
  }
  return parts.join('; ')
}
