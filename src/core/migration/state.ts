import { inDependencyOrder } from './dependency-order.ts'
import { findRenumbered, isSameText, rowsOfFiles } from './identity.ts'
import type { Applied, Migration, MigrationName } from './migration.ts'
import { compareRepeatables, type RepeatableEntry, type RepeatableSides } from './repeatable.ts'
import { type SquashView, withSquashes } from './squash.ts'
import { compareVersions } from './version.ts'

/** `lost`: its row is gone, but the journal knows that it was applied. */
export type Status = 'applied' | 'pending' | 'empty' | 'missing' | 'edited' | 'failed' | 'lost'

/** One migration: its file, its row, or both. Two of them can have one version. */
export interface Entry {
  readonly version: string
  readonly name: string
  readonly status: Status
  /** Pending, although a migration that comes after it is applied. What waits for a release never is. */
  readonly outOfOrder: boolean
  readonly file: Migration | null
  readonly applied: Applied | null
  /** The row of a migration whose file is gone, and that did what this pending file does: it may be that one. */
  readonly sameAs: Applied | null
  /** The file that stands for this row's, which is gone, in a database that has not all that it stands for. */
  readonly partOf: Migration | null
}

/** Files and history laid side by side, in the order in which migrations run. */
export interface State {
  readonly entries: readonly Entry[]
  /** Files of which two have one version: nothing can run, for nobody can tell their order. */
  readonly twins: readonly (readonly [Migration, Migration])[]
  /** What the journal knows as applied, and has no row. */
  readonly lost: readonly MigrationName[]
  /** What runs again when it is edited, in the order in which it runs. */
  readonly repeatables: readonly RepeatableEntry[]
  /** What stands for others: rows that are to become one, rows that are to become several again, and what is in between. */
  readonly squashes: Omit<SquashView, 'rows'>
}

/**
 * Lays the files beside the history of the database.
 * @param lost what the journal knows as applied, and has no row.
 * @throws NselfError `invalid-migration` for an unknown or circular depends_on.
 */
export function compare(
  files: readonly Migration[],
  recorded: readonly Applied[],
  lost: readonly MigrationName[] = [],
  repeatables: RepeatableSides = { files: [], rows: [] },
): State {
  const { rows: history, ...squashes } = withSquashes(files, recorded)
  const isLost = new Set(lost.map(({ version }) => version))
  const rows = rowsOfFiles(files, history)
  const found = new Set(rows.values())
  const missing = history.filter((row) => !found.has(row)).sort((a, b) => compareVersions(a.version, b.version))
  const ordered = inDependencyOrder(files, rows, history)
  const statuses = ordered.map((file) => ({ file, row: rows.get(file) ?? null }))
  const renumbered = findRenumbered(
    statuses.filter(({ row, file }) => row === null && !isLost.has(file.version)).map(({ file }) => file),
    missing,
  )
  const last = statuses.findLastIndex(({ row }) => row !== null && row.state === 'applied')
  const newestMissing = missing.at(-1)?.version
  const entries: Entry[] = statuses.map(({ file, row }, i) => ({
    version: file.version,
    name: file.name,
    status: row === null && isLost.has(file.version) ? 'lost' : statusOf(file, row),
    outOfOrder:
      row === null &&
      !isLost.has(file.version) &&
      file.phase !== 'contract' &&
      (i < last || (newestMissing !== undefined && compareVersions(file.version, newestMissing) < 0)),
    file,
    applied: row,
    sameAs: renumbered.get(file) ?? null,
    partOf: null,
  }))
  for (const row of missing) insertMissing(entries, row, squashes.half.find(({ done }) => done.includes(row))?.file)
  return { entries, twins: twinsOf(files), lost, repeatables: compareRepeatables(repeatables, takenAt(rows)), squashes }
}

/** Of repeatables that applied migrations say they take away, the place of the last of these in the order of application. */
function takenAt(rows: ReadonlyMap<Migration, Applied>): Map<string, number> {
  const last = new Map<string, number>()
  for (const [{ reruns }, { state, position }] of rows) {
    if (state !== 'applied') continue
    for (const name of reruns) last.set(name, Math.max(position, last.get(name) ?? 0))
  }
  return last
}

function statusOf(file: Migration, row: Applied | null): Status {
  if (row === null) return isEmpty(file) ? 'empty' : 'pending'
  if (row.state !== 'applied') return 'failed'
  return isSameText(file, row) ? 'applied' : 'edited'
}

/** Whether it is pending on purpose, until the new release is out. */
export function waitsForRelease({ status, file }: Pick<Entry, 'status' | 'file'>): boolean {
  return status === 'pending' && file?.phase === 'contract'
}

/** Whether nobody has written its UP yet. */
export function isEmpty({ up }: Migration): boolean {
  return up.statements.length === 0 && !up.nothingToDo
}

function twinsOf(files: readonly Migration[]): [Migration, Migration][] {
  const first = new Map<string, Migration>()
  const twins: [Migration, Migration][] = []
  for (const file of files) {
    const other = first.get(file.version)
    if (other === undefined) first.set(file.version, file)
    else twins.push([other, file])
  }
  return twins
}

/** The entry of a migration that nobody can run from here, at the place of its version. */
function insertMissing(entries: Entry[], row: Applied, partOf: Migration | undefined): void {
  const at = entries.findIndex((entry) => compareVersions(entry.version, row.version) > 0)
  const entry: Entry = {
    version: row.version,
    name: row.name,
    status: row.state === 'applied' ? 'missing' : 'failed',
    outOfOrder: false,
    file: null,
    applied: row,
    sameAs: null,
    partOf: partOf ?? null,
  }
  entries.splice(at === -1 ? entries.length : at, 0, entry)
}
