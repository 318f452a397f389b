import type { StatusResult } from '../../commands/shared/migrate-results.ts'
import { databaseName } from '../../core/database-name.ts'
import { differenceLine } from '../../core/schema/differences.ts'
import { painted } from './design.ts'
import { cutTo, displayWidth, padTo } from './display-width.ts'
import { fold } from './fold.ts'
import { withGivenFlags } from './given-flags.ts'
import type { Paint } from './paint.ts'

type Entry = StatusResult['migrations'][number]

interface Row {
  readonly version: string
  readonly name: string
  readonly status: string
  readonly applied: string
  readonly note: string
  readonly colour: (text: string) => string
}

const title = 'Migration Status'
const heads = { version: 'VERSION', name: 'NAME', status: 'STATUS', applied: 'APPLIED' }
/** What `Pending, out of order` takes. */
const statusWidth = 22
const timeWidth = 16
const leastName = 8

/** @param width how many columns there are; columns are dropped, not wrapped. */
export function renderStatus(result: StatusResult, paint: Paint, width: number): string {
  const { migrations, database, environment, isEmbedded, drift } = result
  const where = `${databaseName(database)} (${environment}${isEmbedded ? ', embedded' : ''})`
  if (migrations.length === 0) {
    return withGivenFlags(`No migrations yet on ${where}\nNext: nself db migrate create create_users`)
  }
  const rows = migrations.map((item) => rowOf(item, paint))
  const zone = rows.some(({ applied }) => applied !== '-') ? [`times in ${zoneName()}`] : []
  return [
    paint.bold(title),
    '─'.repeat(title.length),
    ...tableLines(rows, width),
    '',
    fold([counts(migrations), where, ...zone].join(' · '), width),
    ...nextLines(migrations, environment, width),
    ...driftLines(drift, paint),
  ].join('\n')
}

function rowOf(item: Entry, paint: Paint): Row {
  const [, version = item.version, name = item.name] = /^(\d+)_(.*)$/s.exec(item.name) ?? []
  const status = item.outOfOrder ? 'Pending, out of order' : item.status.charAt(0).toUpperCase() + item.status.slice(1)
  const isWaiting = ['pending', 'empty', 'running'].includes(item.status)
  const colour = item.status === 'applied' ? paint.green : isWaiting ? paint.yellow : paint.red
  const applied = item.appliedAt === null ? '-' : localTime(item.appliedAt)
  return { version, name, status, applied, note: noteOf(item), colour }
}

function noteOf({ status, statements, branch, branchWithFile }: Entry): string {
  if (statements) {
    const { done, total, direction } = statements
    return `partially ${direction === 'down' ? 'reverted' : 'applied'}, ${done} of ${total}`
  }
  if (status !== 'missing') return ''
  if (branchWithFile !== undefined) return `branch ${branchWithFile} has the file`
  return branch === null ? '' : `applied from ${branch}`
}

function tableLines(rows: readonly Row[], width: number): string[] {
  const widest = (of: (row: Row) => string) => Math.max(...rows.map((row) => displayWidth(of(row))))
  const version = Math.max(
    heads.version.length,
    widest((row) => row.version),
  )
  const shortest = Math.max(
    heads.status.length,
    widest((row) => row.status),
  )
  const wanted = Math.max(
    heads.name.length,
    widest((row) => row.name),
  )
  const hasTime = version + wanted + statusWidth + timeWidth + 6 <= width
  const status = hasTime ? statusWidth : shortest
  const name = hasTime ? wanted : Math.min(wanted, width - version - status - 4)
  const hasName = name >= Math.min(leastName, wanted)
  const line = (row: Pick<Row, 'version' | 'name' | 'status' | 'applied'>, colour: Row['colour'] = (text) => text) =>
    [
      padTo(row.version, version),
      ...(hasName ? [padTo(cutTo(row.name, name), name)] : []),
      colour(hasTime ? padTo(row.status, status) : row.status),
      ...(hasTime ? [row.applied] : []),
    ].join('  ')
  const full = version + name + status + timeWidth + 6
  return [
    line(heads),
    ...rows.flatMap((row) => {
      const text = line(row, row.colour)
      if (row.note === '') return [text]
      if (hasTime && full + 3 + displayWidth(row.note) <= width)
        return [`${text}${' '.repeat(timeWidth - row.applied.length)}   ${row.note}`]
      const indent = ' '.repeat(hasName ? version + 2 : 2)
      return [text, ...(indent + fold(row.note, width, indent, indent.length)).split('\n')]
    }),
  ]
}

function counts(migrations: readonly Entry[]): string {
  const of = (status: string) => migrations.filter((item) => item.status === status).length
  const attention = migrations.length - of('applied') - of('pending')
  return [
    ...(of('applied') > 0 ? [`${of('applied')} applied`] : []),
    ...(of('pending') > 0 ? [`${of('pending')} pending`] : []),
    ...(attention > 0 ? [`${attention} ${attention === 1 ? 'needs' : 'need'} attention`] : []),
  ].join(', ')
}

/** What to type for each that needs something; otherwise for what is pending. */
function nextLines(migrations: readonly Entry[], environment: string, width: number): string[] {
  const told = migrations.flatMap((item, i) => {
    const advice = adviceFor(item, migrations[i - 1], environment)
    return advice === null ? [] : [{ version: /^\d+/.exec(item.name)?.[0] ?? item.version, advice }]
  })
  if (told.length === 0) {
    const isPending = migrations.some(({ status }) => status === 'pending')
    const isStuck = migrations.some(({ status }) => status !== 'pending' && status !== 'applied')
    return isPending && !isStuck ? [withGivenFlags('Next: nself db migrate up')] : []
  }
  const versions = Math.max(...told.map(({ version }) => version.length))
  return told.map(({ version, advice }, i) => {
    const head = `${i === 0 ? 'Next: ' : '      '}${version.padEnd(versions)}  `
    return head + fold(withGivenFlags(advice), width, ' '.repeat(head.length), head.length)
  })
}

function adviceFor({ status, name, outOfOrder }: Entry, before: Entry | undefined, environment: string): string | null {
  const version = /^\d+/.exec(name)?.[0] ?? name
  if (status === 'edited') {
    const again = `nself db migrate down --to ${/^\d+/.exec(before?.name ?? '0')?.[0]}, then up`
    const local = environment === 'local' ? `or locally: ${again}; ` : ''
    return `undo the edit; ${local}or accept it: nself db migrate repair --accept ${version}`
  }
  if (status === 'failed') return `fix ${name}.sql, then: nself db migrate up`
  if (status === 'lost') return 'nself db migrate repair --rebuild'
  if (status === 'empty') return `write its UP in ${name}.sql, then: nself db migrate up`
  return outOfOrder ? `nself db migrate repair --renumber ${name}` : null
}

/** To the minute, in the zone of whoever reads it. */
function localTime(text: string): string {
  const moment = new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
  if (Number.isNaN(moment.getTime())) return text.slice(0, timeWidth).replace('T', ' ')
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}`
}

const zoneName = () => new Intl.DateTimeFormat().resolvedOptions().timeZone

function driftLines(drift: StatusResult['drift'], paint: Paint): string[] {
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
    paint.red(`Drift: the database differs from what its migrations make${since}`),
    ...drift.differences.map((item) => painted(item, paint, differenceLine(item, 'the migrations', 'the database'))),
    ...hidden,
  ]
}
