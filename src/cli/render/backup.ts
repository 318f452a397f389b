import type {
  BackupListResult,
  BackupResult,
  PruneResult,
  RestoreResult,
} from '../../commands/shared/backup-results.ts'
import { sizeText } from '../../core/backup.ts'
import { certain } from '../../core/certain.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import type { Paint } from './paint.ts'

/** What the commands about backups return, as the lines that a person reads. */
export function renderBackup(
  result: BackupResult | BackupListResult | PruneResult | RestoreResult,
  paint: Paint,
): string {
  switch (result.kind) {
    case 'backup':
      return renderTaken(result, paint)
    case 'backup-list':
      return renderList(result, paint)
    case 'prune':
      return renderPruned(result)
    case 'restore':
      return renderRestored(result, paint)
  }
}

function renderTaken({ file, path, manifest, removed }: BackupResult, paint: Paint): string {
  const { database, environment, size, durationMs, lastVersion, method, copy, verified } = manifest
  const what = method === 'dump' ? path : `${file}, the database ${copy} on ${manifest.server}`
  return [
    `${paint.green('✓')} ${what}`,
    `${sizeText(size)} in ${seconds(durationMs)} · ${database} (${environment}) · last ${lastVersion ?? 'none'}${verified ? ' · verified' : ''}`,
    ...removed.map((name) => `Removed ${name}`),
  ].join('\n')
}

function renderList({ backups, folder }: BackupListResult, paint: Paint): string {
  if (backups.length === 0) return `No backups yet in ${folder}`
  const rows = backups.map(({ file, takenAt, size, verified, manifest, isDamaged }) => [
    file,
    takenAt.slice(0, 19).replace('T', ' '),
    sizeText(size),
    manifest?.environment ?? '-',
    manifest === null ? '-' : (manifest.lastVersion ?? 'none'),
    verified ? 'yes' : isDamaged ? 'damaged manifest' : manifest === null ? 'no manifest' : 'no',
  ])
  const head = ['File', 'Taken (UTC)', 'Size', 'Environment', 'Last version', 'Verified']
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => certain(row[i]).length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 2 ? cell.padStart(certain(widths[i])) : cell.padEnd(certain(widths[i]))))
      .join('  ')
      .trimEnd()
  return [paint.bold(line(head)), ...rows.map(line), '', `${backups.length} in ${folder}`].join('\n')
}

function renderPruned({ removed, kept }: PruneResult): string {
  if (removed.length === 0) return `Nothing to remove; ${kept} kept`
  return [...removed.map((name) => `Removed ${name}`), `${kept} kept`].join('\n')
}

function renderRestored({ database, file, kept, durationMs }: RestoreResult, paint: Paint): string {
  const old =
    kept === null
      ? []
      : [`The old database is now ${kept}; to drop it: ${paint.cyan(`DROP DATABASE ${quoteIdentifier(kept)}`)}`]
  return [`${paint.green('✓')} ${database} restored from ${file} in ${seconds(durationMs)}`, ...old].join('\n')
}

const seconds = (ms: number) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`)
