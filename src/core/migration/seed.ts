import type { Watch } from '../effect.ts'
import type { Environment } from '../environment.ts'
import type { Migration } from './migration.ts'

export type SeedFolder = 'common' | Environment

export const seedFolders: readonly SeedFolder[] = ['common', 'local', 'staging', 'production']

export interface Seed {
  /** Folder and file name without `.sql`: `common/001_categories`. */
  readonly name: string
  /** Its SQL is the UP section. */
  readonly file: Migration
  /** How its effects are looked at; not at all without it. */
  readonly watch?: Watch
}

/** A row of nself.seeds. */
export interface Seeded {
  readonly name: string
  readonly checksum: string
  /** ISO 8601, in the zone of the session. */
  readonly appliedAt: string
  readonly durationMs: number
}

export interface SeedEntry {
  readonly name: string
  readonly status: 'applied' | 'pending' | 'edited' | 'missing'
  /** Null when it is missing. */
  readonly seed: Seed | null
  readonly applied: Seeded | null
}

/** Lays the files beside what the database has had of these folders: files in the order they run, then missing ones. */
export function compareSeeds(
  seeds: readonly Seed[],
  rows: readonly Seeded[],
  folders: readonly SeedFolder[],
): SeedEntry[] {
  const byName = new Map(rows.map((row) => [row.name, row]))
  const entries = seeds.map((seed): SeedEntry => {
    const applied = byName.get(seed.name) ?? null
    const status = applied === null ? 'pending' : applied.checksum === seed.file.checksum ? 'applied' : 'edited'
    return { name: seed.name, status, seed, applied }
  })
  const known = new Set(seeds.map((seed) => seed.name))
  const missing = rows.filter(({ name }) => !known.has(name) && folders.some((folder) => name.startsWith(`${folder}/`)))
  return [
    ...entries,
    ...missing.map((row): SeedEntry => ({ name: row.name, status: 'missing', seed: null, applied: row })),
  ]
}

/** The seeds to run: new ones and those that were edited since they ran, or with `again` all. */
export function planSeeds(entries: readonly SeedEntry[], again = false): Seed[] {
  return entries.flatMap(({ status, seed }) => (seed !== null && (again || status !== 'applied') ? [seed] : []))
}
