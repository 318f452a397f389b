import type { StatusResult } from '../../commands/shared/migrate-results.ts'
import { cutTo, displayWidth, padTo } from '../../core/display-width.ts'
import { counted, durationText } from '../../core/quantities.ts'
import { rowsText } from '../../core/rows-done.ts'
import { fold } from './fold.ts'
import type { Paint } from './paint.ts'
import { redact } from './redact.ts'

type Entry = StatusResult['migrations'][number]

interface Row {
  readonly version: string
  readonly name: string
  readonly status: string
  readonly applied: string
  /** With `--long`: duration, who, DOWN. */
  readonly more: readonly string[]
  readonly note: string
  readonly colour: (text: string) => string
}

const heads = {
  version: 'VERSION',
  name: 'NAME',
  status: 'STATUS',
  applied: 'APPLIED',
  more: ['DURATION', 'BY', 'DOWN'],
}
/** What `Pending, out of order` takes. */
const statusWidth = 22
const timeWidth = 16
const leastName = 8

/** The migrations as a table of at most `width` columns: columns are dropped, not wrapped, and a note that does not fit has lines of its own. */
export function statusTable(migrations: readonly Entry[], paint: Paint, width: number): string[] {
  const timeOf = localTimes()
  const rows = migrations.map((item) => rowOf(item, paint, timeOf))
  const widest = (of: (row: Omit<Row, 'colour'>) => string) =>
    Math.max(...[{ ...heads, note: '' }, ...rows].map((row) => displayWidth(of(row))))
  const version = widest((row) => row.version)
  const wanted = widest((row) => row.name)
  const hasTime = version + wanted + statusWidth + timeWidth + 6 <= width
  const status = hasTime ? statusWidth : widest((row) => row.status)
  const name = hasTime ? wanted : Math.min(wanted, width - version - status - 4)
  const hasName = name >= Math.min(leastName, wanted)
  const base = version + name + status + timeWidth + 6
  const more = hasTime && rows.some((row) => row.more.length > 0) ? fittingColumns(widest, width - base) : []
  const full = more.reduce((sum, column) => sum + 2 + column.width, base)
  const line = (row: Omit<Row, 'colour' | 'note'>, colour: Row['colour'] = (text) => text) => {
    let text = padTo(row.version, version)
    if (hasName) text += `  ${padTo(cutTo(row.name, name), name)}`
    text += `  ${colour(hasTime ? padTo(row.status, status) : row.status)}`
    if (hasTime) text += `  ${padTo(row.applied, timeWidth)}`
    for (const column of more) text += `  ${padTo(row.more[column.at] ?? '', column.width)}`
    return text
  }
  return [
    line(heads).trimEnd(),
    ...rows.flatMap((row) => {
      const text = line(row, row.colour)
      if (row.note === '') return [text.trimEnd()]
      if (hasTime && full + 3 + displayWidth(row.note) <= width) return [`${text}   ${row.note}`]
      const indent = ' '.repeat(hasName ? version + 2 : 2)
      return [text.trimEnd(), ...(indent + fold(row.note, width, indent, indent.length)).split('\n')]
    }),
  ]
}

/** What is shown of the columns of `--long`: who goes first where there is no room, then how long. */
function fittingColumns(widest: (of: (row: Pick<Row, 'more'>) => string) => number, room: number) {
  const columns = heads.more.map((_, at) => ({ at, width: widest((row) => row.more[at] ?? '') }))
  const shown = [columns, columns.filter(({ at }) => at !== 1), columns.filter(({ at }) => at === 2)]
  return shown.find((some) => some.reduce((sum, { width }) => sum + 2 + width, 0) <= room) ?? []
}

function rowOf(item: Entry, paint: Paint, timeOf: (text: string) => string): Row {
  const digits = /^\d+(?=_)/.exec(item.name)?.[0]
  const version = digits ?? item.version
  const name = digits === undefined ? item.name : item.name.slice(digits.length + 1)
  const status = item.status.charAt(0).toUpperCase() + item.status.slice(1) + remarkOf(item)
  const isWaiting = ['pending', 'empty', 'running'].includes(item.status)
  const colour = item.status === 'applied' ? paint.green : isWaiting ? paint.yellow : paint.red
  const isIn = !['failed', 'running'].includes(item.status) && item.appliedAt !== null
  const applied = isIn && item.appliedAt !== null ? timeOf(item.appliedAt) : '-'
  return { version, name, status, applied, more: longCells(item, isIn), note: noteOf(item), colour }
}

function remarkOf({ status, outOfOrder, phase }: Entry): string {
  if (outOfOrder) return ', out of order'
  return status === 'pending' && phase === 'contract' ? ', contract' : ''
}

function longCells({ down, durationMs, appliedBy }: Entry, isIn: boolean): string[] {
  if (down === undefined) return []
  const took = isIn && durationMs !== null ? durationText(durationMs) : '-'
  return [took.padStart(heads.more[0]?.length ?? 0), isIn ? (appliedBy ?? '-') : '-', downWords[down]]
}

const downWords = { proven: 'proven', unproven: 'not proven', none: 'none' }

function noteOf({
  status,
  statements,
  batches,
  failure,
  runner,
  branch,
  branchWithFile,
  renamedTo,
  standsFor,
  partOf,
}: Entry): string {
  if (status === 'running')
    return [runner === undefined ? '' : runnerNote(runner), batches === undefined ? '' : rowsText(batches)]
      .filter((part) => part !== '')
      .join(' · ')
  const part = partOf === undefined ? '' : `part of ${partOf}`
  if (status === 'failed') {
    const note = batches === undefined ? failureNote(statements, failure) : batchNote(batches, failure)
    return [part, note].filter((text) => text !== '').join(' · ')
  }
  if (part !== '') return part
  if (status !== 'missing') return standsFor === undefined ? '' : `stands for ${counted(standsFor, 'migration')}`
  if (renamedTo !== undefined) return `${renamedTo} has its text`
  if (branchWithFile !== undefined) return `branch ${branchWithFile.name} has the file`
  return branch === null ? '' : `applied from ${branch}`
}

const reasonText = (message: string | null): string =>
  message === null ? '' : `: ${redact(message).replace(/\s*\n\s*/g, ' ')}`

/** Where it failed and why; how far it got, where nobody knows the statement. */
function failureNote(statements: Entry['statements'], failure: Entry['failure']): string {
  const { message = null, line = null } = failure ?? {}
  const why = reasonText(message)
  if (statements === undefined) return why.slice(2)
  const { done, total, direction } = statements
  const isDown = direction === 'down'
  if (message !== null && line !== null)
    return `statement ${Math.min(done + 1, total)} of ${total}${isDown ? ' of DOWN' : ''}, line ${line}${why}`
  return `partially ${isDown ? 'reverted' : 'applied'}, ${done} of ${total}${why}`
}

/** `DOWN stopped after 120,000 of about 500,000 rows, line 4: division by zero` */
function batchNote(batches: NonNullable<Entry['batches']>, failure: Entry['failure']): string {
  const { message = null, line = null } = failure ?? {}
  const place = message === null || line === null ? '' : `, line ${line}`
  const head = `${batches.direction === 'down' ? 'DOWN ' : ''}stopped after ${rowsText(batches)}`
  return `${head}${place}${reasonText(message)}`
}

/** `12 s, by ci@10.0.0.7` */
function runnerNote({ seconds, role, address }: NonNullable<Entry['runner']>): string {
  const who = role === null ? [] : [`by ${role}${address === null ? '' : `@${address}`}`]
  return [
    ...(seconds === null
      ? []
      : [
          durationText(seconds * 1000)
            .replace('.0 s', ' s')
            .replace(/^0 ms$/, '0 s'),
        ]),
    ...who,
  ].join(', ')
}

/** As localTime, which takes long and is mostly asked of many that were applied within a minute. */
function localTimes(): typeof localTime {
  let known = { minute: '', shown: '' }
  return (text) => {
    // What stands between them is the second: `2026-01-22T10:15` `:32.123` `+00:00`.
    const minute = text.slice(0, timeWidth) + text.slice(-6)
    if (minute !== known.minute) known = { minute, shown: localTime(text) }
    return known.shown
  }
}

/** To the minute, in the zone of whoever reads it. */
export function localTime(text: string): string {
  const moment = new Date(text)
  const minutes = moment.getTime() / 60_000 - moment.getTimezoneOffset()
  return Number.isNaN(minutes) ? text : new Date(minutes * 60_000).toISOString().slice(0, timeWidth).replace('T', ' ')
}
