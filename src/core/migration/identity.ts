import { seenChecksumOf, sha256 } from './checksum.ts'
import type { Applied, Migration } from './migration.ts'

/** Whether two names are of one migration: their numbers may be written differently. */
export function isSameName(a: string, b: string): boolean {
  return a === b || titleOf(a) === titleOf(b)
}

function titleOf(name: string): string {
  return name.replace(/^\d+_/, '')
}

/** Whether the UP of a file is the one that was applied, but for comments and blanks. */
export function isSameText(file: Migration, row: Applied): boolean {
  if (file.checksum === row.checksum) return true
  return row.seenChecksum !== null && row.seenChecksum === seenChecksumOf(file.up)
}

const nothing = sha256('')

/** Whether there was no statement in the UP that was applied. */
export function wasEmpty({ checksum, seenChecksum }: Applied): boolean {
  return checksum === nothing || seenChecksum === nothing
}

/**
 * The row of each file that has one. A number and a name tell a migration, and a number and a text: a row whose number
 * is that of a file with neither its name nor its text is of another migration.
 */
export function rowsOfFiles(files: readonly Migration[], history: readonly Applied[]): Map<Migration, Applied> {
  const byVersion = new Map<string, Migration[]>()
  for (const file of files) {
    const twins = byVersion.get(file.version)
    if (twins === undefined) byVersion.set(file.version, [file])
    else twins.push(file)
  }
  const rows = new Map<Migration, Applied>()
  for (const row of history) {
    const files = byVersion.get(row.version) ?? []
    const file =
      files.find(({ name }) => name === row.name) ??
      files.find(({ name }) => isSameName(name, row.name)) ??
      files.find((one) => isSameText(one, row))
    if (file !== undefined) rows.set(file, row)
  }
  return rows
}

/**
 * Of pending files, those whose text was applied under another number by a migration whose file is gone: one at the most
 * for each of these, one of its name first. Where another of these has the number of a file, its record cannot take that
 * number: they are of another branch, and no file was renamed.
 */
export function findRenumbered(
  pending: readonly Migration[],
  missing: readonly Applied[],
): ReadonlyMap<Migration, Applied> {
  const found = new Map<Migration, Applied>()
  if (missing.length === 0) return found
  const taken = new Set(missing.map(({ version }) => version))
  const open = pending.filter(
    ({ up, allows, version }) => up.statements.length > 0 && !allows.includes('same-text') && !taken.has(version),
  )
  const raw = grouped(open, ({ checksum }) => checksum)
  const hasSeen = missing.some(({ seenChecksum }) => seenChecksum !== null)
  const seen = grouped(hasSeen ? open : [], ({ up }) => seenChecksumOf(up))
  for (const row of missing) {
    const same = [...(raw.get(row.checksum) ?? []), ...(seen.get(row.seenChecksum ?? '') ?? [])]
    const free = same.filter((file) => !found.has(file))
    const file = free.find(({ name }) => isSameName(name, row.name)) ?? free[0]
    if (file !== undefined) found.set(file, row)
  }
  return found
}

function grouped(files: readonly Migration[], keyOf: (file: Migration) => string | null): Map<string, Migration[]> {
  const groups = new Map<string, Migration[]>()
  for (const file of files) {
    const key = keyOf(file)
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), file])
  }
  return groups
}
