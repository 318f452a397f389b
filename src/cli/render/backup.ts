import type {
  BackupListResult,
  BackupResult,
  PruneResult,
  RestoreResult,
  UndoResult,
} from '../../commands/shared/backup-results.ts'
import { certain } from '../../core/certain.ts'
import { databaseName } from '../../core/database-name.ts'
import { displayWidth, padTo } from '../../core/display-width.ts'
import { durationText, sizeText } from '../../core/quantities.ts'
import type { Paint } from './paint.ts'

/** What the commands about backups return, as the lines that a person reads. */
export function renderBackup(
  result: BackupResult | BackupListResult | PruneResult | RestoreResult | UndoResult,
  paint: Paint,
  room: number,
): string {
  switch (result.kind) {
    case 'backup':
      return renderTaken(result, paint)
    case 'backup-list':
      return renderList(result, paint, room)
    case 'prune':
      return renderPruned(result)
    case 'restore':
      return renderRestored(result, paint)
    case 'undo':
      return renderUndone(result, paint)
  }
}

function renderTaken({ file, path, manifest, removed }: BackupResult, paint: Paint): string {
  const { database, environment, size, durationMs, lastVersion, method, copy, verified } = manifest
  const what = method === 'dump' ? path : `${file}, the database ${copy} on ${manifest.server}`
  return [
    `${paint.green('✓')} ${what}`,
    `${sizeText(size)} in ${durationText(durationMs)} · ${databaseName(database)} (${environment}) · last ${lastVersion ?? 'none'}${verified ? ' · verified' : ''}`,
    ...removed.map((name) => `Removed ${name}`),
  ].join('\n')
}

function renderList({ backups, folder, databases, pruneLine }: BackupListResult, paint: Paint, room: number): string {
  const files =
    backups.length === 0
      ? [`No backups yet in ${folder}`]
      : [...filesTable(backups, paint, room), '', `${backups.length} in ${folder}`]
  const kept = databases === null || databases.length === 0 ? [] : ['', ...keptTable(databases, pruneLine, paint, room)]
  return [...files, ...kept].join('\n')
}

type Cells = readonly (readonly string[])[]

/** Without those columns, in this order, for which there is no room. */
function fitted(
  heads: readonly string[],
  rows: Cells,
  droppable: readonly number[],
  room: number,
): [string[], string[][]] {
  const widths = heads.map((head, i) => Math.max(...[head, ...rows.map((row) => row[i] ?? '')].map(displayWidth)))
  const left = new Set(heads.keys())
  const taken = () => [...left].reduce((sum, i) => sum + (widths[i] ?? 0) + 2, -2)
  for (const column of droppable) if (taken() > room) left.delete(column)
  const kept = (cells: readonly string[]) => cells.filter((_, i) => left.has(i))
  return [kept(heads), rows.map(kept)]
}

function filesTable(backups: BackupListResult['backups'], paint: Paint, room: number): string[] {
  const rows = backups.map(({ file, takenAt, size, verified, manifest, isDamaged }) => [
    file,
    moment(takenAt),
    sizeText(size),
    manifest?.environment ?? '-',
    manifest === null ? '-' : (manifest.lastVersion ?? 'none'),
    verified ? 'yes' : isDamaged ? 'damaged manifest' : manifest === null ? 'no manifest' : 'no',
  ])
  const heads = ['File', 'Taken (UTC)', 'Size', 'Environment', 'Last version', 'Verified']
  return columns(...fitted(heads, rows, [4, 3, 2, 1], room), paint)
}

function keptTable(
  databases: NonNullable<BackupListResult['databases']>,
  pruneLine: string,
  paint: Paint,
  room: number,
): string[] {
  const rows = databases.map(({ name, of, keptAt, size, copiedBefore }) => [
    name,
    moment(keptAt),
    size === null ? '-' : sizeText(size),
    copiedBefore === null ? of : `${of}, before ${copiedBefore}`,
  ])
  const count = databases.length === 1 ? '1 database' : `${databases.length} databases`
  return [
    ...columns(...fitted(['Database', 'Kept (UTC)', 'Size', 'As it was before'], rows, [2, 3, 1], room), paint),
    '',
    `${count} kept by restores and for nself db undo; to drop them: ${paint.cyan(pruneLine)}`,
  ]
}

const moment = (iso: string) => iso.slice(0, 19).replace('T', ' ')

/** Sizes, in the third column, end alike. */
function columns(head: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string[] {
  const widths = head.map((title, i) => Math.max(...[title, ...rows.map((row) => certain(row[i]))].map(displayWidth)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (head[i] === 'Size' ? cell.padStart(certain(widths[i])) : padTo(cell, certain(widths[i]))))
      .join('  ')
      .trimEnd()
  return [paint.bold(line(head)), ...rows.map(line)]
}

function renderPruned({ removed, kept }: PruneResult): string {
  if (removed.length === 0) return `Nothing to remove; ${kept} kept`
  return [...removed.map((name) => `Removed ${name}`), `${kept} kept`].join('\n')
}

function renderRestored({ database, file, kept, pruneLine, durationMs }: RestoreResult, paint: Paint): string {
  const old = kept === null ? [] : [`The old database is now ${kept}; to drop it: ${paint.cyan(pruneLine)}`]
  return [
    `${paint.green('✓')} ${databaseName(database)} restored from ${file} in ${durationText(durationMs)}`,
    ...old,
  ].join('\n')
}

function renderUndone({ database, at, undone, kept, pruneLine, durationMs }: UndoResult, paint: Paint): string {
  const before = undone === null ? '' : `, before ${undone}`
  return [
    `${paint.green('✓')} ${databaseName(database)} is as it was at ${moment(at)} UTC${before}, in ${durationText(durationMs)}`,
    `The database it replaced is kept for a day as ${kept}. To return to it: ${paint.cyan('nself db undo')}; to drop it: ${paint.cyan(pruneLine)}`,
  ].join('\n')
}
