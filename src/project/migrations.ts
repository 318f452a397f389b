import { type Dirent, existsSync, readdirSync, unlinkSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { certain } from '../core/certain.ts'
import { NselfError } from '../core/errors.ts'
import { fileHead } from '../core/migration/file-head.ts'
import { parseFileName } from '../core/migration/file-name.ts'
import type { Applied, Migration } from '../core/migration/migration.ts'
import { parseMigration } from '../core/migration/parse-file.ts'
import type { LargeFileParser } from '../core/migration/parse-large-file.ts'
import { recognise } from '../core/migration/recognise.ts'
import { canonicalVersion, compareVersions } from '../core/migration/version.ts'
import { diskFull, isDiskFull, messageOf, systemCodeOf } from '../core/system-error.ts'
import { writeNew } from './durable-file.ts'
import { makeProjectFolder } from './make-folder.ts'
import { foldersWithSql } from './nested-sql.ts'
import { largeText, readLines, readText } from './read-text.ts'

/** How many files are read before the connection, which is made meanwhile, gets its turn. */
const batch = 100

/** A migration file as it was read; only a large one is parsed already. */
interface Unparsed {
  readonly path: string
  readonly name: { readonly version: string; readonly name: string }
  readonly text: string
}
interface InvalidFile {
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

/**
 * Parses what was read, but for what is known from its row.
 * @throws NselfError `invalid-migration` for the first file that cannot be read or understood; it names the others too.
 */
export function parseFiles(files: readonly ReadFile[], history: readonly Applied[]): Migration[] {
  const rows = new Map(history.map((row) => [row.version, row]))
  const migrations: Migration[] = []
  const faults: InvalidFile[] = []
  for (const file of files) {
    try {
      if ('fault' in file) throw file.fault
      migrations.push('text' in file ? parseUnlessKnown(file, rows) : file)
    } catch (fault) {
      faults.push({ path: file.path, fault })
    }
  }
  const [first, ...others] = faults
  if (first !== undefined)
    throw withOthers(
      first.fault,
      others.map(({ path }) => basename(path)),
    )
  return migrations
}

function parseUnlessKnown({ path, name, text }: Unparsed, rows: ReadonlyMap<string, Applied>): Migration {
  const row = rows.get(name.version)
  return (row && recognise(path, name, text, row)) ?? parseMigration(path, name, text)
}

/**
 * Reads and parses every migration of a folder.
 * @throws NselfError as parseFiles.
 */
export async function readMigrations(
  folder: string,
  root: string,
  before: readonly Migration[] = [],
): Promise<Migration[]> {
  return parseFiles(await readFiles(folder, root, before), [])
}

/** The same; none where there is no folder yet. @throws NselfError as readMigrations. */
export async function readMigrationsIfAny(folder: string, root: string): Promise<Migration[]> {
  return existsSync(folder) ? readMigrations(folder, root) : []
}

const namedAtMost = 5

/** The first fault, with the names of the other files that have one: who mends a whole folder wants to know them all. */
function withOthers(first: unknown, others: readonly string[]): unknown {
  if (!(first instanceof NselfError) || others.length === 0) return first
  const names = others.slice(0, namedAtMost).join(', ') + (others.length > namedAtMost ? ' …' : '')
  const { code, message, hint, location, cause } = first
  return new NselfError(code, message, {
    ...(location === undefined ? {} : { location }),
    hint: `${hint}; ${others.length} more cannot be read as they are: ${names}`,
    cause,
  })
}

/** Also .SQL, though it names no migration: what would be passed over without a word is told. */
export function isSql(file: string): boolean {
  return /\.sql$/i.test(file) && !file.startsWith('.')
}

/** Names of the files in a folder of migrations, sorted. @throws NselfError `configuration` when it cannot be read. */
export function listFiles(folder: string, root: string): string[] {
  return listEntries(folder, root).map(({ name }) => name)
}

function listEntries(folder: string, root: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => isSql(name))
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    const code = systemCodeOf(error)
    throw new NselfError('configuration', `cannot read the migrations folder ${relative(root, folder)}: ${code}`, {
      hint: code === 'ENOENT' ? `mkdir -p ${relative(root, folder)}, or set NSELF_MIGRATIONS_DIR` : 'check its rights',
      cause: error,
    })
  }
}

const reasons: Record<string, string> = {
  EISDIR: 'is a folder, not a file',
  EACCES: 'cannot be read: permission denied',
  ELOOP: 'is a symbolic link that leads in a circle',
  ENOENT: 'is a symbolic link to a file that does not exist',
}

function misnamed(shown: string): NselfError {
  return new NselfError('invalid-migration', `${shown} is not named like a migration`, {
    hint: 'name it VERSION_NAME.sql, such as 004_create_orders.sql, or move it elsewhere',
  })
}

function inFolder(shown: string): NselfError {
  return new NselfError('invalid-migration', `${shown} is a folder with SQL files, which are not read`, {
    hint: 'make each of them one file VERSION_NAME.sql in the migrations folder, with -- UP and -- DOWN, or move the folder elsewhere',
  })
}

/** Null for a file that is too large to hold. */
function readSmall(path: string, shown: string, name: Unparsed['name'], isListed = false): Unparsed | null {
  try {
    const text = readText(path, shown, isListed)
    return text === null ? null : { path: shown, name, text }
  } catch (error) {
    throw unreadable(error, shown)
  }
}

const byteOrderMark = Buffer.from('\ufeff')

async function readLarge(
  path: string,
  shown: string,
  name: Unparsed['name'],
  before: readonly Migration[] = [],
): Promise<Migration> {
  const known = before.find((file) => file.path === shown)
  if (known?.up.kind === 'streamed' && known.up.file.isUntouched()) return known
  try {
    // Few folders have one.
    const { LargeFileParser } = await import('../core/migration/parse-large-file.ts')
    let parser: LargeFileParser | undefined
    for await (const lines of readLines(path, shown)) {
      const mark = parser === undefined && lines.subarray(0, 3).equals(byteOrderMark) ? byteOrderMark.length : 0
      parser ??= new LargeFileParser(shown, largeText(path), mark)
      parser.push(lines.subarray(mark))
    }
    return certain(parser).finish(name)
  } catch (error) {
    throw unreadable(error, shown)
  }
}

function unreadable(error: unknown, shown: string): unknown {
  const code = systemCodeOf(error)
  if (error instanceof NselfError || code === undefined) return error
  return new NselfError('invalid-migration', `${shown} ${reasons[code] ?? `cannot be read: ${code}`}`, {
    hint: 'mend or remove it; nothing was run',
    cause: error,
  })
}

/** Reads and parses one file; `shown` is its path as messages name it. @throws NselfError `invalid-migration`. */
export async function readMigration(path: string, shown: string, name: Unparsed['name']): Promise<Migration> {
  const small = readSmall(path, shown, name)
  return small === null ? readLarge(path, shown, name) : parseMigration(shown, name, small.text)
}

/**
 * Writes the next numbered migration and returns its path relative to `root`. `now` is 14 digits.
 * @throws NselfError `usage` for a name that cannot be one.
 */
export async function createMigration(
  folder: string,
  root: string,
  name: string,
  options: { timestamp: boolean; now: string },
): Promise<string> {
  const slug = slugOf(name)
  makeProjectFolder(folder)
  for (;;) {
    const existing = listFiles(folder, root)
    const timed = options.timestamp || isTimed(existing)
    const file = `${nextVersion(existing, timed ? options.now : null)}_${slug}.sql`
    const path = join(folder, file)
    const head = fileHead(basename(file, '.sql'), options.now).map((line) => `-- ${line}\n`)
    writeNew(path, `${head.join('')}\n-- UP\n\n\n-- DOWN\n\n`)
    if (isFirstOfNumber(folder, file, root)) return relative(root, path)
    unlinkSync(path)
  }
}

/**
 * The paths, relative to `root`, that the next migrations of this name would have, in the numbering style found.
 * @throws NselfError `usage` for a name that cannot be one.
 */
export function nextPaths(folder: string, root: string, names: readonly string[], now: string): string[] {
  makeProjectFolder(folder)
  const files = listFiles(folder, root)
  return names.map((name) => {
    const file = `${nextVersion(files, isTimed(files) ? now : null)}_${slugOf(name)}.sql`
    files.push(file)
    return join(relative(root, folder), file)
  })
}

/**
 * Writes migrations that nobody else has written meanwhile; all of them or none.
 * @throws NselfError `conflict` when another command has taken one of their numbers.
 */
export function writeMigrations(root: string, files: readonly { path: string; text: string }[]): void {
  const written: string[] = []
  let current = ''
  try {
    for (const { path, text } of files) {
      const full = join(root, path)
      current = path
      writeNew(full, text)
      written.push(full)
      if (!isFirstOfNumber(dirname(full), basename(full), root)) throw new Error('its number was taken')
    }
  } catch (error) {
    for (const path of written) unlinkSync(path)
    const code = systemCodeOf(error)
    if (isDiskFull(code)) throw diskFull(`${current} cannot be written`, code, error)
    throw new NselfError('conflict', `${current} was not written: ${code ?? messageOf(error)}`, {
      hint: 'another command may have written a migration at the same moment: run it again',
      cause: error,
    })
  }
}

/** Two that write at once may take one number: the one that sorts later gives way. */
function isFirstOfNumber(folder: string, file: string, root: string): boolean {
  const version = parseFileName(file)?.version
  const twins = listFiles(folder, root).filter((other) => parseFileName(other)?.version === version)
  return twins[0] === file
}

/** A name as part of a file's name. @throws NselfError `usage` for one that cannot be. */
export function slugOf(name: string): string {
  const slug = name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
  if (/^[a-z0-9_]{1,100}$/.test(slug) && /[a-z0-9]/.test(slug)) return slug
  throw new NselfError('usage', `"${name}" cannot be the name of a file`, {
    hint: 'use letters, digits, spaces, - and _, such as add_users_email',
  })
}

/** The next free number in the style of the files that are there; `now` (14 digits) where that style is the time. */
export function nextVersion(files: readonly string[], now: string | null = null): string {
  const versions = files.map((file) => /^(\d+)_/.exec(file)?.[1]).filter((version) => version !== undefined)
  const last = versions.sort((a, b) => compareVersions(canonicalVersion(a), canonicalVersion(b))).at(-1)
  const next = last === undefined ? '001' : String(BigInt(last) + 1n).padStart(last.length, '0')
  if (now === null) return next
  return last !== undefined && compareVersions(canonicalVersion(last), now) >= 0 ? next : now
}

function isTimed(files: readonly string[]): boolean {
  return files.some((file) => /^\d{14}_/.test(file))
}
