import { mkdir, open, readdir, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { NselfError } from '../core/errors.ts'
import type { Migration } from '../core/migration.ts'
import { MigrationReader, parseFileName, parseMigration } from '../core/migration-file.ts'
import { canonicalVersion, compareVersions } from '../core/version.ts'
import { notUtf8, readLines } from './migration-text.ts'

/** From this size in bytes on a file is read through a window, not held: its UP is read again as it runs. */
const large = 4_000_000

/** So many files are open at once at the most: a system may allow no more than a few hundred. */
const openAtOnce = 32

/**
 * Reads and parses every migration of a folder; paths are told relative to `root`.
 * @throws NselfError `invalid-migration` for the first file that cannot be read or understood; it names the others too.
 */
export async function readMigrations(folder: string, root: string): Promise<Migration[]> {
  const files = await listFiles(folder, root)
  const migrations: Migration[] = []
  const faults: { file: string; reason: unknown }[] = []
  for (let at = 0; at < files.length; at += openAtOnce) {
    const some = files.slice(at, at + openAtOnce)
    const read = await Promise.allSettled(some.map((file) => readNamed(join(folder, file), file, root)))
    for (const [i, result] of read.entries()) {
      if (result.status === 'fulfilled') migrations.push(result.value)
      else faults.push({ file: some[i] as string, reason: result.reason })
    }
  }
  const [first, ...others] = faults
  if (first !== undefined)
    throw withOthers(
      first.reason,
      others.map(({ file }) => file),
    )
  return migrations
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
export async function listFiles(folder: string, root: string): Promise<string[]> {
  try {
    const entries = await readdir(folder)
    return entries.filter(isSql).sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
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

async function readNamed(path: string, file: string, root: string): Promise<Migration> {
  const shown = relative(root, path)
  const name = parseFileName(file)
  if (name !== null) return readMigration(path, shown, name)
  throw new NselfError('invalid-migration', `${shown} is not named like a migration`, {
    hint: 'name it VERSION_NAME.sql, such as 004_create_orders.sql, or move it elsewhere',
  })
}

/** Reads and parses one file; `shown` is its path as messages name it. @throws NselfError `invalid-migration`. */
export async function readMigration(
  path: string,
  shown: string,
  name: { version: string; name: string },
): Promise<Migration> {
  try {
    const handle = await open(path)
    try {
      if ((await handle.stat()).size < large) return parseMigration(shown, name, decode(await handle.readFile(), shown))
    } finally {
      await handle.close()
    }
    const reader = new MigrationReader(shown, false)
    for await (const piece of readLines(path, shown)) reader.push(piece)
    return reader.finish(name)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof NselfError || code === undefined) throw error
    throw new NselfError('invalid-migration', `${shown} ${reasons[code] ?? `cannot be read: ${code}`}`, {
      hint: 'mend or remove it; nothing was run',
      cause: error,
    })
  }
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw notUtf8(path, new TextDecoder().decode(bytes))
  }
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
  await mkdir(folder, { recursive: true })
  for (;;) {
    const existing = await listFiles(folder, root)
    const timed = options.timestamp || isTimed(existing)
    const file = `${nextVersion(existing, timed ? options.now : null)}_${slug}.sql`
    const path = join(folder, file)
    await writeFile(path, `-- ${slug.replaceAll('_', ' ')}\n\n-- UP\n\n\n-- DOWN\n\n`, { flag: 'wx' })
    if (await isFirstOfNumber(folder, file, root)) return relative(root, path)
    await unlink(path)
  }
}

/**
 * The paths, relative to `root`, that the next migrations of this name would have, in the numbering style found.
 * @throws NselfError `usage` for a name that cannot be one.
 */
export async function nextPaths(
  folder: string,
  root: string,
  names: readonly string[],
  now: string,
): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const files = await listFiles(folder, root)
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
export async function writeMigrations(root: string, files: readonly { path: string; text: string }[]): Promise<void> {
  const written: string[] = []
  try {
    for (const { path, text } of files) {
      const full = join(root, path)
      await writeFile(full, text, { flag: 'wx' })
      written.push(full)
      if (!(await isFirstOfNumber(dirname(full), basename(full), root))) throw new Error('its number was taken')
    }
  } catch (error) {
    for (const path of written) await unlink(path)
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message
    throw new NselfError(
      'conflict',
      `${files[written.length - 1]?.path ?? files[0]?.path} was not written: ${reason}`,
      {
        hint: 'another command may have written a migration at the same moment: run it again',
        cause: error,
      },
    )
  }
}

/** Two that write at once may take one number: the one that sorts later gives way. */
async function isFirstOfNumber(folder: string, file: string, root: string): Promise<boolean> {
  const version = parseFileName(file)?.version
  const twins = (await listFiles(folder, root)).filter((other) => parseFileName(other)?.version === version)
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
