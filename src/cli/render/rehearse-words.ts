import type { OverLimit, RehearseResult } from '../../commands/shared/rehearse-results.ts'
import { type LockMode, lockModes } from '../../core/probe/question.ts'
import { counted, durationText, sizeText } from '../../core/quantities.ts'
import { blockedBy } from '../../core/rehearse/lock-times.ts'
import type { RehearsedStatement, SeenLock } from '../../core/rehearse/rehearsed.ts'
import { visible } from './aligned.ts'

/** What a statement did, each fact for itself. */
export function factsOf({ ms, rows, rewritten, scanned, walBytes, locks }: RehearsedStatement): string[] {
  return [
    durationText(ms),
    ...(rows === null || rows === 0 ? [] : [counted(rows, 'row')]),
    ...(rewritten.length === 0 ? [] : [`rewrites ${names(rewritten)}`]),
    // Without a number: the session's counters miss the rows that parallel workers read.
    ...(scanned ?? []).map(({ table }) => `scans ${visible(table)}`),
    ...lockFacts(locks),
    ...(walBytes === 0 ? [] : [`${sizeText(walBytes)} of WAL`]),
  ]
}

const names = (tables: readonly string[]): string => tables.map(visible).join(', ')

/** Those that somebody may have to wait for, by mode, the strongest first. */
function lockFacts(locks: readonly SeenLock[]): string[] {
  return lockModes
    .slice(2)
    .toReversed()
    .flatMap((mode) => {
      const tables = locks.filter((lock) => lock.mode === mode).map(({ table }) => table)
      if (tables.length === 0) return []
      const { reads, writes } = blockedBy(mode)
      const waits = reads ? ': reads and writes wait' : writes ? ': writes wait' : ''
      return [`${modeWords(mode)} on ${names(tables)}${waits}`]
    })
}

/** `ShareRowExclusiveLock` as SQL has it: SHARE ROW EXCLUSIVE. */
const modeWords = (mode: LockMode): string =>
  mode
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase()

/** A table that is locked for longer than the limit, by what, and what to do about it. */
export function limitLine({ table, readsMs, writesMs, by, longest, instead }: OverLimit, limitMs: number): string {
  const [reads, writes] = [durationText(readsMs), durationText(writesMs)]
  const time =
    readsMs === 0
      ? `writes for ${writes}`
      : reads === writes
        ? `reads and writes for ${writes}`
        : `reads for ${reads} and for writes for ${writes}`
  const place = `${by.place.path}:${by.place.line}`
  const most =
    longest === by ? '' : `; most of it is ${longest.place.path}:${longest.place.line}, in the same transaction`
  return `${visible(table)} is locked for ${time}, over the limit of ${durationText(limitMs)}: by ${place}${most}. Next: ${instead}`
}

/** What is to be known of how the copy differs from what it is of. */
export function unusualLines({ schemaOnly, sizes, leftOut }: RehearseResult): string[] {
  const shown = sizes.map(
    ({ table, rows, bytes }) =>
      `${visible(table)} ${rows === null ? 'never counted' : `about ${counted(rows, 'row')}`}, ${sizeText(bytes)}`,
  )
  return [
    ...(schemaOnly
      ? [
          `The copy has no rows: times are those of empty tables.${shown.length === 0 ? '' : ` By the statistics there: ${shown.join('; ')}`}`,
        ]
      : []),
    ...(leftOut.length === 0 ? [] : [`Not run, because it reaches beyond the database: ${leftOut.join(', ')}`]),
  ]
}

/** Where nothing was copied. */
export const nothingLine = ({ source }: RehearseResult): string =>
  `Nothing to rehearse: no migration is pending on ${source}`

const waysOfCopying = { template: 'a copy', dump: 'a copy by pg_dump', backup: 'a copy' }

/** What was done, and that nothing is left of it. */
export function sourceLine({ migrations, copy, source, failure, durationMs }: RehearseResult): string {
  const count = counted(migrations.length, 'migration')
  const where = `on ${waysOfCopying[copy ?? 'template']} of ${source}`
  const kept = copy === 'backup' ? 'the backup is as it was' : 'nothing was changed there'
  if (failure !== null) return `${failure.migration} fails ${where}; the copy is gone, and ${kept}`
  return `Rehearsed ${count} ${where} in ${durationText(durationMs)}; the copy is gone, and ${kept}`
}
