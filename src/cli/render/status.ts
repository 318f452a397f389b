import type { StatusResult } from '../../commands/shared/migrate-results.ts'
import { databaseName } from '../../core/database-name.ts'
import { counted } from '../../core/quantities.ts'
import { timeZone } from '../../project/time-zone.ts'
import { baseLines } from './base-status.ts'
import { fold } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'
import { nextLines } from './status-advice.ts'
import { isRunnable, repeatableAdvice, repeatableLines } from './status-repeatables.ts'
import { statusTable } from './status-table.ts'
import { untrackedAdvice } from './untracked-advice.ts'

type Entry = StatusResult['migrations'][number]

const title = 'Migration Status'

/** @param width how many columns there are; columns are dropped, not wrapped. */
export async function renderStatus(result: StatusResult, paint: Paint, width: number): Promise<string> {
  const { migrations, repeatables, database, environment, isEmbedded, base, untracked } = result
  const where = `${databaseName(database)} (${environment}${isEmbedded ? ', embedded' : ''})`
  if (migrations.length === 0 && repeatables.length === 0) {
    const first = untracked === undefined ? 'nself db migrate create create_users' : untrackedAdvice(0, untracked)
    return withGivenFlags(`No migrations yet on ${where}\nNext: ${first}`)
  }
  const zone = [...migrations, ...repeatables].some(({ appliedAt }) => appliedAt !== null)
    ? [`times in ${timeZone()}`]
    : []
  const next =
    untracked === undefined
      ? [...nextLines(result, width), ...repeatableAdvice(repeatables, width)]
      : [fold(withGivenFlags(`Next: ${untrackedAdvice(migrations.length, untracked)}`), width)]
  const drift =
    result.drift === null
      ? []
      : (await import('./drift-lines.ts')).driftLines(result.drift, result.environment, next.length === 0, paint, width)
  return [
    paint.bold(title),
    '─'.repeat(title.length),
    ...statusTable(migrations, paint, width),
    ...repeatableLines(repeatables, paint, width),
    '',
    fold([counts(migrations, repeatables), where, ...zone].filter((part) => part !== '').join(' · '), width),
    ...next,
    ...drift,
    ...(base === undefined ? [] : baseLines(base, paint, width)),
  ].join('\n')
}

function counts(migrations: readonly Entry[], repeatables: StatusResult['repeatables']): string {
  const open = repeatables.filter(isRunnable).length
  const of = (status: string) => migrations.filter((item) => item.status === status).length
  const attention = migrations.length - of('applied') - of('pending')
  return [
    ...(of('applied') > 0 ? [`${of('applied')} applied`] : []),
    ...(of('pending') > 0 ? [`${of('pending')} pending`] : []),
    ...(open > 0 ? [`${counted(open, 'repeatable')} to run`] : []),
    ...(attention > 0 ? [`${attention} ${attention === 1 ? 'needs' : 'need'} attention`] : []),
  ].join(', ')
}
