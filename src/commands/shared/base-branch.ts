import { join, relative } from 'node:path'
import { type BranchComparison, type Branches, compareBranches } from '../../core/merge/compare-branches.ts'
import { parseFileName } from '../../core/migration/file-name.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { parseMigration } from '../../core/migration/parse-file.ts'
import { type BaseFiles, readBase } from '../../project/base-files.ts'
import type { Context } from './context.ts'

/** How the migrations here go together with those of a branch. */
export interface BaseComparison extends BranchComparison, Branches {
  readonly ref: string
}

/** @throws NselfError `usage` as readBase; `invalid-migration` for a file of the branch that cannot be read. */
export async function compareWithBase(
  { settings }: Context,
  here: readonly Migration[],
  ref: string,
): Promise<BaseComparison> {
  const { migrationsDir, cwd } = settings
  const files = await readBase(migrationsDir, cwd, ref)
  const there = await migrationsThere(files, here, relative(cwd, migrationsDir))
  const names = [...files.fork.keys()].map(nameOf)
  const changed = [...files.fork].filter(([file, hash]) => files.here.get(file) !== hash).map(([file]) => nameOf(file))
  const branches = { here, there, fork: new Set(names), changedHere: new Set(changed) }
  return { ref, ...branches, ...compareBranches(branches) }
}

const nameOf = (file: string): string => file.slice(0, -'.sql'.length)

/** Files that are the same here are parsed already. */
async function migrationsThere(files: BaseFiles, here: readonly Migration[], folder: string): Promise<Migration[]> {
  const known = new Map(here.map((file) => [`${file.name}.sql`, file]))
  const found: Migration[] = []
  for (const [file, hash] of files.there) {
    const same = files.here.get(file) === hash ? known.get(file) : undefined
    const name = parseFileName(file)
    if (same !== undefined) found.push(same)
    else if (name !== null) found.push(parseMigration(join(folder, file), name, await files.textThere(file)))
  }
  return found
}
