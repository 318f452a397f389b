import { rename } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { certain } from '../core/certain.ts'
import { NselfError } from '../core/errors.ts'
import { parseFileName } from '../core/migration/file-name.ts'
import { parseVersion } from '../core/migration/version.ts'
import { shellWord } from '../core/shell-word.ts'
import { listFiles } from './list-files.ts'
import { readMigrations } from './migrations.ts'
import { writeWhole } from './new-file.ts'
import { nextVersion } from './new-migrations.ts'
import { readRegular } from './regular-file.ts'

export interface Renumbered {
  /** Paths relative to the project's root. */
  readonly from: string
  readonly to: string
  /** The files whose depends_on line named it. */
  readonly updated: readonly string[]
}

/**
 * Renames a migration to the next free number.
 * @param wanted its file name, its name, or its version where only one file has it.
 * @param applied names that are in the history: these keep their number.
 * @throws NselfError `usage` when no file, or more than one, is meant; `refused` when it is applied; as readMigrations.
 */
export async function renumberMigration(
  folder: string,
  root: string,
  wanted: string,
  applied: ReadonlySet<string>,
): Promise<Renumbered> {
  const files = listFiles(folder, root)
  const file = findFile(files, wanted)
  const name = file.slice(0, -4)
  const to = name.replace(/^\d+/, nextVersion(files))
  if (applied.has(name)) {
    const [from, path] = [name, to].map((one) => shellWord(relative(root, join(folder, `${one}.sql`))))
    throw new NselfError('refused', `${name} is applied under this number; only a pending one can take another`, {
      hint: `renumber the file that is not applied yet. If others have applied that one already, and ${name} is yours alone: mv ${from} ${path} && nself db migrate repair --renamed ${name}=${to}; nothing was changed`,
    })
  }
  // One that cannot be read, or is not UTF-8, is told before anything is written.
  await readMigrations(folder, root)
  const updated: string[] = []
  for (const other of files) {
    const path = join(folder, other)
    const text = readRegular(path)
    const changed = text.replace(/^--\s*depends_on\s*:.*$/gim, (line) =>
      line.replace(/[^\s,:]+/g, (word) => (word === name || word === file ? word.replace(name, to) : word)),
    )
    if (changed === text) continue
    writeWhole(path, changed)
    updated.push(relative(root, path))
  }
  await rename(join(folder, file), join(folder, `${to}.sql`))
  return { from: relative(root, join(folder, file)), to: relative(root, join(folder, `${to}.sql`)), updated }
}

function findFile(files: readonly string[], wanted: string): string {
  const name = wanted.replace(/\.sql$/, '')
  const exact = files.find((file) => file === `${name}.sql`)
  if (exact !== undefined) return exact
  const version = /^\d+$/.test(name) ? parseVersion(name) : null
  const fitting = version === null ? [] : files.filter((file) => parseFileName(file)?.version === version)
  if (fitting.length === 1) return certain(fitting[0])
  if (fitting.length === 0) {
    throw new NselfError('usage', `no migration file is called ${wanted}`, {
      hint: 'to see the migrations: nself db migrate status',
    })
  }
  throw new NselfError('usage', `${wanted} is the version of ${fitting.length} files: ${fitting.join(', ')}`, {
    hint: `name the one that is not applied yet: nself db migrate repair --renumber ${fitting.at(-1)?.slice(0, -4)}`,
  })
}
