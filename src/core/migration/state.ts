import { NselfError } from '../errors.ts'
import type { Applied, Migration } from './migration.ts'
import { compareVersions } from './version.ts'

export type Status = 'applied' | 'pending' | 'missing' | 'edited' | 'failed'

/** One version: its file, its row, or both. */
export interface Entry {
  readonly version: string
  readonly name: string
  readonly status: Status
  /** Pending, although a migration that comes after it is applied. */
  readonly outOfOrder: boolean
  readonly file: Migration | null
  readonly applied: Applied | null
}

/** Files and history laid side by side, in the order in which migrations run. */
export interface State {
  readonly entries: readonly Entry[]
}

/**
 * Lays the files beside the history of the database.
 * @throws NselfError `conflict` for two files of one version, `invalid-migration` for an unknown or circular depends_on.
 */
export function compare(files: readonly Migration[], history: readonly Applied[]): State {
  const rows = new Map(history.map((row) => [row.version, row]))
  const ordered = order(files, rows)
  const known = new Set(ordered.map((file) => file.version))
  const statuses = ordered.map((file) => ({ file, row: rows.get(file.version) ?? null }))
  const last = statuses.findLastIndex(({ row }) => row !== null && row.state === 'applied')
  const newestMissing = history
    .filter((row) => !known.has(row.version))
    .map((row) => row.version)
    .sort(compareVersions)
    .at(-1)
  const entries: Entry[] = statuses.map(({ file, row }, i) => ({
    version: file.version,
    name: file.name,
    status: statusOf(file, row),
    outOfOrder:
      row === null && (i < last || (newestMissing !== undefined && compareVersions(file.version, newestMissing) < 0)),
    file,
    applied: row,
  }))
  const missing = history.filter((row) => !known.has(row.version)).sort((a, b) => compareVersions(a.version, b.version))
  for (const row of missing) insertMissing(entries, row)
  return { entries }
}

function statusOf(file: Migration, row: Applied | null): Status {
  if (row === null) return 'pending'
  if (row.state !== 'applied') return 'failed'
  return row.checksum === file.checksum ? 'applied' : 'edited'
}

function insertMissing(entries: Entry[], row: Applied): void {
  const at = entries.findIndex((entry) => compareVersions(entry.version, row.version) > 0)
  const entry: Entry = {
    version: row.version,
    name: row.name,
    status: row.state === 'applied' ? 'missing' : 'failed',
    outOfOrder: false,
    file: null,
    applied: row,
  }
  entries.splice(at === -1 ? entries.length : at, 0, entry)
}

/** By version, but each after what it depends on. */
function order(files: readonly Migration[], rows: ReadonlyMap<string, Applied>): Migration[] {
  const byVersion = new Map<string, Migration>()
  const sorted = [...files].sort((a, b) => compareVersions(a.version, b.version))
  for (const file of sorted) {
    const twin = byVersion.get(file.version)
    if (twin !== undefined) throw twins(twin, file)
    byVersion.set(file.version, file)
  }
  const done: Migration[] = []
  const seen = new Map<string, 'open' | 'done'>()
  // An explicit stack: a chain of ten thousand dependencies must not overflow the call stack.
  const visit = (start: Migration) => {
    const stack: { file: Migration; next: number }[] = [{ file: start, next: 0 }]
    seen.set(start.version, 'open')
    while (stack.length > 0) {
      const top = stack.at(-1) as { file: Migration; next: number }
      const dependency = top.file.dependsOn[top.next++]
      if (dependency === undefined) {
        seen.set(top.file.version, 'done')
        done.push(top.file)
        stack.pop()
        continue
      }
      const target = byVersion.get(dependency.version)
      const row = rows.get(dependency.version)
      const known = target ?? (row?.state === 'applied' ? row : undefined)
      if (known === undefined || !names(dependency.text, known.name)) {
        throw unknownDependency(top.file, dependency.text, known)
      }
      if (target === undefined) continue
      const state = seen.get(target.version)
      if (state === 'open')
        throw circular(
          stack.map(({ file }) => file),
          target,
        )
      if (state === undefined) {
        seen.set(target.version, 'open')
        stack.push({ file: target, next: 0 })
      }
    }
  }
  for (const file of sorted) if (!seen.has(file.version)) visit(file)
  return done
}

/** A dependency by number fits any name; one by full name must be that name. */
function names(text: string, name: string): boolean {
  return /^\d+$/.test(text) || text.replace(/\.sql$/, '') === name
}

function twins(a: Migration, b: Migration): NselfError {
  const halves = /\.down$/.test(a.name) && /\.up$/.test(b.name)
  return new NselfError('conflict', `two migrations have the version ${a.version}: ${a.path} and ${b.path}`, {
    hint: halves
      ? `make them one file: -- UP, the text of ${b.name}.sql, -- DOWN, the text of ${a.name}.sql`
      : `give the one that is not applied yet the next free number: nself db migrate repair --renumber ${b.name}`,
  })
}

function unknownDependency(file: Migration, text: string, near: { name: string } | undefined): NselfError {
  return new NselfError('invalid-migration', `${file.path} depends on ${text}, which does not exist`, {
    hint: near ? `did you mean ${near.name}?` : 'mend the depends_on line, or bring the file back',
  })
}

function circular(stack: readonly Migration[], target: Migration): NselfError {
  const circle = [...stack.slice(stack.indexOf(target)), target].map((file) => file.name).join(' → ')
  return new NselfError('invalid-migration', `circular depends_on: ${circle}`, {
    hint: 'remove one of these depends_on lines',
  })
}
