import { unlinkSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { fileHead } from '../core/migration/file-head.ts'
import { parseFileName } from '../core/migration/file-name.ts'
import { canonicalVersion, compareVersions } from '../core/migration/version.ts'
import { diskFull, isDiskFull, systemCodeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { listFiles } from './list-files.ts'
import { makeProjectFolder } from './make-folder.ts'
import { writeNew } from './new-file.ts'

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
  numberlessSlug(name)
  makeProjectFolder(folder)
  for (;;) {
    const existing = listFiles(folder, root)
    const timed = options.timestamp || isTimed(existing)
    const file = numberedFile(nextVersion(existing, timed ? options.now : null), name)
    const path = join(folder, file)
    const head = fileHead(basename(file, '.sql'), options.now).map((line) => `-- ${line}\n`)
    writeNew(path, `${head.join('')}\n-- UP\n\n\n-- DOWN\n\n`)
    if (ofTakenNumber([relative(root, path)], root) === undefined) return relative(root, path)
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
    const file = numberedFile(nextVersion(files, isTimed(files) ? now : null), name)
    files.push(file)
    return join(relative(root, folder), file)
  })
}

interface NewFile {
  /** From the project's root on. */
  readonly path: string
  readonly text: string
  /** False for one that runs again whenever it is edited. */
  readonly isNumbered?: boolean
}

/**
 * Writes migrations that nobody else has written meanwhile; all of them or none.
 * @throws NselfError `conflict` when another command has taken one of their numbers.
 */
export function writeMigrations(root: string, files: readonly NewFile[]): void {
  const written: string[] = []
  let current = ''
  try {
    for (const { path, text } of files) {
      const full = join(root, path)
      current = path
      writeNew(full, text)
      written.push(full)
    }
    const numbered = files.filter(({ isNumbered = true }) => isNumbered).map(({ path }) => path)
    const late = ofTakenNumber(numbered, root)
    if (late !== undefined) {
      current = late
      throw new Error('its number was taken')
    }
  } catch (error) {
    for (const path of written) unlinkSync(path)
    const code = systemCodeOf(error)
    if (isDiskFull(code)) throw diskFull(`${current} cannot be written`, code, error)
    throw new NselfError('conflict', `${current} was not written: ${systemReason(error)}`, {
      hint: 'another command may have written a migration at the same moment: run it again',
      cause: error,
    })
  }
}

/** Two that write at once may take one number: the one that sorts later gives way. Each folder is listed once. */
function ofTakenNumber(paths: readonly string[], root: string): string | undefined {
  const folders = new Map<string, Map<string | undefined, string>>()
  return paths.find((path) => {
    const folder = dirname(join(root, path))
    const firsts = folders.get(folder) ?? firstOfEachNumber(folder, root)
    folders.set(folder, firsts)
    return firsts.get(versionOf(path)) !== basename(path)
  })
}

function firstOfEachNumber(folder: string, root: string): Map<string | undefined, string> {
  // The last of those with one number that is set stays: the first of the list.
  const files = listFiles(folder, root).reverse()
  return new Map(files.map((file) => [versionOf(file), file]))
}

const versionOf = (path: string) => parseFileName(basename(path))?.version

/** The file of a number and a name; a name that was typed with a number has only the one that it gets. */
export function numberedFile(version: string, name: string): string {
  const slug = numberlessSlug(name)
  return `${version}_${slug.startsWith(`${version}_`) ? slug.slice(version.length + 1) : slug}.sql`
}

/** A number as files have it: 001, or the 14 digits of a time. The digits of 2024_prices belong to the name. */
const typedNumber = /^(0\d*|\d{14})(_|$)/

/** The name of a numbered file, without a number that was typed. @throws NselfError `usage` for one that cannot be. */
export function numberlessSlug(name: string): string {
  return slugOf(name).replace(typedNumber, '')
}

/** A name as part of a file's name. @throws NselfError `usage` for one that cannot be. */
export function slugOf(name: string): string {
  const slug = name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
    .replace(/\.sql$/, '')
  if (!/^[a-z0-9_]{1,100}$/.test(slug)) throw cannotBeName(`"${name}" cannot be the name of a file`)
  if (!/[a-z]/.test(slug)) throw cannotBeName(`"${name}" has no letter, so it does not say what the file does`)
  return slug
}

function cannotBeName(message: string): NselfError {
  return new NselfError('usage', message, {
    hint: 'use letters from a to z, digits, spaces, - and _, such as add_users_email',
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
