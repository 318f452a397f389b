import { basename, join, relative } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { type Seed, type SeedFolder, seedFolders } from '../core/migration/seed.ts'
import { isSql, readFolder } from './list-files.ts'
import { makeProjectFolder } from './make-folder.ts'
import { readMigration } from './migration-file.ts'
import { writeNew, writeWhole } from './new-file.ts'
import { nextVersion, numberedFile, numberlessSlug } from './new-migrations.ts'
import { readIfThere } from './regular-file.ts'

const folders: readonly string[] = ['common', 'local', 'staging', 'production']
/** As a person counts: 2_a before 10_b. */
const byNumber = new Intl.Collator('en', { numeric: true }).compare

/**
 * Reads and parses the seeds of some folders, in the order they run. A folder that does not exist is empty.
 * @throws NselfError `configuration` for a folder that cannot be read, `invalid-migration` for a file that cannot be one.
 */
export async function readSeeds(seedsDir: string, root: string, wanted: readonly SeedFolder[]): Promise<Seed[]> {
  const seeds: Seed[] = []
  for await (const { read } of seedFiles(seedsDir, root, wanted)) seeds.push(await read())
  return seeds
}

/** A file that is no seed as it stands. */
export interface InvalidSeed {
  readonly path: string
  readonly name: string
  readonly fault: unknown
}

/**
 * The same, with what is wrong with each file that cannot be a seed.
 * @throws NselfError `configuration` for a folder that cannot be read.
 */
export async function readEachSeed(
  seedsDir: string,
  root: string,
  wanted: readonly SeedFolder[],
): Promise<{ seeds: Seed[]; faults: InvalidSeed[] }> {
  const [seeds, faults]: [Seed[], InvalidSeed[]] = [[], []]
  for await (const { path, name, read } of seedFiles(seedsDir, root, wanted)) {
    try {
      seeds.push(await read())
    } catch (fault) {
      faults.push({ path, name, fault })
    }
  }
  return { seeds, faults }
}

async function* seedFiles(seedsDir: string, root: string, wanted: readonly SeedFolder[]) {
  refuseStray(seedsDir, root)
  for (const folder of wanted) {
    for (const file of list(join(seedsDir, folder), root)) {
      const path = join(seedsDir, folder, file)
      const [shown, name] = [relative(root, path), `${folder}/${file.slice(0, -4)}`]
      yield { path: shown, name, read: () => readSeed(path, shown, name) }
    }
  }
}

/** Whether there is a seed of any environment; a folder that cannot be read has none. */
export function hasSeeds(seedsDir: string, root: string): boolean {
  return seedFolders.some((folder) => {
    try {
      return list(join(seedsDir, folder), root).length > 0
    } catch {
      return false
    }
  })
}

/** What nobody would ever run is a mistake that must be told: a file beside the folders, a folder `prod`. */
function refuseStray(seedsDir: string, root: string): void {
  const shown = relative(root, seedsDir)
  const stray = readFolder(seedsDir, root, 'seeds').find(
    ({ name }) => !name.startsWith('.') && !folders.includes(name) && /\.sql$|^[^.]*$/i.test(name),
  )
  if (stray === undefined) return
  throw new NselfError(
    'configuration',
    `${join(shown, stray.name)} would never run: seeds belong in ${folders.join('/, ')}/`,
    {
      hint: 'move it into one of these folders',
    },
  )
}

function list(folder: string, root: string): string[] {
  const names = readFolder(folder, root, 'seeds').map(({ name }) => name)
  return names.filter(isSql).sort(byNumber)
}

async function readSeed(path: string, shown: string, name: string): Promise<Seed> {
  const file = await readMigration(path, shown, { version: '0', name })
  const wrong = (message: string, hint: string) => new NselfError('invalid-migration', `${shown} ${message}`, { hint })
  if (file.down !== null) throw wrong('has a DOWN section', 'a seed is never reverted: remove it')
  if (file.dependsOn.length > 0) throw wrong('has a depends_on line', 'seeds run in the order of their names')
  if (!file.up.transaction) {
    const alone = file.up.batch === null ? 'has to run outside a transaction' : 'runs in batches'
    const why = file.up.blocks > 0 ? 'has transactions of its own' : alone
    throw wrong(why, 'a seed runs in one: put one BEGIN and COMMIT around all of it, or move it into a migration')
  }
  return { name, file }
}

/**
 * Writes the next numbered seed and returns its path relative to `root`.
 * @throws NselfError `usage` for a name that cannot be one.
 */
export async function createSeed(seedsDir: string, root: string, folder: SeedFolder, name: string): Promise<string> {
  numberlessSlug(name)
  makeProjectFolder(join(seedsDir, folder))
  const files = list(join(seedsDir, folder), root)
  const path = join(seedsDir, folder, numberedFile(nextVersion(files), name))
  const again = 'Runs again whenever this file changes, so write it to allow that, with ON CONFLICT.'
  writeNew(path, `-- Seed: ${folder}/${basename(path, '.sql')}\n-- ${again}\n\n`)
  return relative(root, path)
}

const designed = /^\d+_design_records\.sql$/

/**
 * Writes the records of a design as a common seed, always the same file.
 * @returns its path relative to `root`, or null when it says that already.
 */
export function writeDesignSeed(seedsDir: string, root: string, text: string): string | null {
  const folder = join(seedsDir, 'common')
  makeProjectFolder(folder)
  const files = list(folder, root)
  const path = join(folder, files.find((file) => designed.test(file)) ?? `${nextVersion(files)}_design_records.sql`)
  if (readIfThere(path) === text) return null
  writeWhole(path, text)
  return relative(root, path)
}
