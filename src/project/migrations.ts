import { basename, relative } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { parseFileName } from '../core/migration/file-name.ts'
import type { Applied, Migration } from '../core/migration/migration.ts'
import { parseMigration } from '../core/migration/parse-file.ts'
import { recognise } from '../core/migration/recognise.ts'
import { withOthers } from '../core/migration/several-faults.ts'
import { listEntries } from './list-files.ts'
import { readLarge, readSmall, type Unparsed } from './migration-file.ts'
import { foldersWithSql } from './nested-sql.ts'

/** How many files are read before the connection, which is made meanwhile, gets its turn. */
const batch = 100

/** A file that is no migration, and why. */
export interface InvalidFile {
  readonly path: string
  readonly fault: unknown
}
export type ReadFile = Unparsed | Migration | InvalidFile

/**
 * Reads every migration file of a folder; paths are told relative to `root`. A file that cannot be read is a fault in its place.
 * @param before what was read of it before: a large file that nobody has written to meanwhile is not parsed again.
 */
export async function readFiles(folder: string, root: string, before: readonly Migration[] = []): Promise<ReadFile[]> {
  const shownFolder = relative(root, folder)
  const files: ReadFile[] = []
  for (const [i, entry] of listEntries(folder, root).entries()) {
    const file = entry.name
    if (i % batch === 0) await new Promise((resolve) => setImmediate(resolve))
    const path = `${folder}/${file}`
    const shown = shownFolder === '' ? file : `${shownFolder}/${file}`
    try {
      const name = parseFileName(file)
      if (name === null) throw misnamed(shown)
      files.push(readSmall(path, shown, name, entry.isFile()) ?? (await readLarge(path, shown, name, before)))
    } catch (fault) {
      files.push({ path: shown, fault })
    }
  }
  for (const nested of foldersWithSql(folder)) {
    const path = shownFolder === '' ? nested : `${shownFolder}/${nested}`
    files.push({ path, fault: inFolder(path) })
  }
  return files
}

/** What each file was parsed from. */
const parsedFrom = new WeakMap<Migration, string>()

interface ParsedFiles {
  readonly migrations: Migration[]
  /** Those that cannot be read or understood. */
  readonly faults: readonly InvalidFile[]
}

/**
 * Parses what was read, but for what is known from its row.
 * @param before what was parsed of the folder before: a file with the same text is not parsed again.
 */
export function parseEach(
  files: readonly ReadFile[],
  history: readonly Applied[],
  before: readonly Migration[] = [],
): ParsedFiles {
  const known = new Map(before.map((file) => [file.path, file]))
  const rows = new Map(history.map((row) => [row.version, row]))
  const migrations: Migration[] = []
  const faults: InvalidFile[] = []
  for (const file of files) {
    try {
      if ('fault' in file) throw file.fault
      migrations.push('text' in file ? parseUnlessKnown(file, rows, known.get(file.path)) : file)
    } catch (fault) {
      faults.push({ path: file.path, fault })
    }
  }
  return { migrations, faults }
}

/**
 * The same of files that all have to be right.
 * @throws NselfError `invalid-migration` for the first file that cannot be read or understood; it names the others too.
 */
export function parseFiles(
  files: readonly ReadFile[],
  history: readonly Applied[],
  before: readonly Migration[] = [],
): Migration[] {
  const { migrations, faults } = parseEach(files, history, before)
  const [first, ...others] = faults
  if (first !== undefined)
    throw withOthers(
      first.fault,
      others.map(({ path }) => basename(path)),
    )
  return migrations
}

function parseUnlessKnown(
  { path, name, text }: Unparsed,
  rows: ReadonlyMap<string, Applied>,
  before: Migration | undefined,
): Migration {
  if (before !== undefined && parsedFrom.get(before) === text) return before
  const row = rows.get(name.version)
  const file = (row && recognise(path, name, text, row)) ?? parseMigration(path, name, text)
  parsedFrom.set(file, text)
  return file
}

/**
 * Reads and parses every migration of a folder.
 * @param before as `parseFiles` takes it.
 * @throws NselfError as parseFiles.
 */
export async function readMigrations(
  folder: string,
  root: string,
  before: readonly Migration[] = [],
): Promise<Migration[]> {
  return parseFiles(await readFiles(folder, root, before), [], before)
}

function misnamed(shown: string): NselfError {
  return new NselfError('invalid-migration', `${shown} is not named like a migration`, {
    hint: 'name it VERSION_NAME.sql, such as 004_create_orders.sql, or move it elsewhere',
  })
}

function inFolder(shown: string): NselfError {
  return new NselfError('invalid-migration', `${shown} is a folder with SQL files, which are not read`, {
    hint: 'if another tool wrote them: move the folder elsewhere, for example to migrations; then: nself db adopt --from migrations',
  })
}
