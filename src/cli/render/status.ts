import type { StatusResult } from '../../commands/shared/migrate-results.ts'
import { databaseName } from '../../core/database-name.ts'
import { differenceLine } from '../../core/schema/differences.ts'
import { baseLines } from './base-status.ts'
import { painted } from './design.ts'
import { fold } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'
import { nextLines } from './status-advice.ts'
import { isRunnable, repeatableAdvice, repeatableLines } from './status-repeatables.ts'
import { statusTable } from './status-table.ts'

type Entry = StatusResult['migrations'][number]

const title = 'Migration Status'

/** @param width how many columns there are; columns are dropped, not wrapped. */
export function renderStatus(result: StatusResult, paint: Paint, width: number): string {
  const { migrations, repeatables, database, environment, isEmbedded, drift, base } = result
  const where = `${databaseName(database)} (${environment}${isEmbedded ? ', embedded' : ''})`
  if (migrations.length === 0 && repeatables.length === 0) {
    return withGivenFlags(`No migrations yet on ${where}\nNext: nself db migrate create create_users`)
  }
  const zone = [...migrations, ...repeatables].some(({ appliedAt }) => appliedAt !== null)
    ? [`times in ${zoneName()}`]
    : []
  return [
    paint.bold(title),
    '─'.repeat(title.length),
    ...statusTable(migrations, paint, width),
    ...repeatableLines(repeatables, paint, width),
    '',
    fold([counts(migrations, repeatables), where, ...zone].filter((part) => part !== '').join(' · '), width),
    ...nextLines(migrations, repeatables.some(isRunnable), environment, width, result.phase),
    ...repeatableAdvice(repeatables, width),
    ...driftLines(drift, paint, width),
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
    ...(open > 0 ? [`${open} ${open === 1 ? 'repeatable' : 'repeatables'} to run`] : []),
    ...(attention > 0 ? [`${attention} ${attention === 1 ? 'needs' : 'need'} attention`] : []),
  ].join(', ')
}

const zoneName = () => new Intl.DateTimeFormat().resolvedOptions().timeZone

function driftLines(drift: StatusResult['drift'], paint: Paint, width: number): string[] {
  if (drift === null) return []
  const { inAccess } = drift
  const hidden =
    inAccess === 0
      ? []
      : [paint.red(`${inAccess} difference${inAccess === 1 ? '' : 's'} in owners and rights: see --drift --all`)]
  if (drift.differences.length === 0 && inAccess > 0) return ['', ...hidden]
  if (drift.differences.length === 0) return ['', paint.green('No drift: the database is what its migrations make')]
  const since = drift.since === null ? '' : ` since ${drift.since}`
  return [
    '',
    paint.red(fold(`Drift: the database differs from what its migrations make${since}`, width, '  ')),
    ...drift.differences.map((item) =>
      painted(item, paint, fold(differenceLine(item, 'the migrations', 'the database'), width, '  ')),
    ),
    ...hidden,
  ]
}
