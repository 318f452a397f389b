import { existsSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import { makeProjectFolder } from '../make-folder.ts'
import { writeMigrations } from '../new-migrations.ts'

/**
 * Writes files into the folder of migrations, all of them or none. Returns their paths.
 * @param aside the name that the folder gets first, with all that is in it; null where it stays.
 * @throws as writeMigrations.
 */
export function writeAdopted(
  root: string,
  folder: string,
  files: readonly { readonly name: string; readonly text: string }[],
  aside: string | null,
): string[] {
  if (files.length === 0) return []
  if (aside !== null) moveFolder(folder, aside)
  makeProjectFolder(folder)
  const texts = files.map(({ name, text }) => ({ path: join(relative(root, folder), `${name}.sql`), text }))
  try {
    writeMigrations(root, texts)
  } catch (error) {
    moveBack(folder, aside)
    throw error
  }
  return texts.map(({ path }) => path)
}

/** Takes back what was written, where it cannot be recorded. */
export function removeAdopted(root: string, folder: string, written: readonly string[], aside: string | null): void {
  for (const path of written) rmSync(join(root, path), { force: true })
  moveBack(folder, aside)
}

function moveBack(folder: string, aside: string | null): void {
  if (aside === null) return
  rmdirSync(folder)
  renameSync(aside, folder)
}

function moveFolder(from: string, to: string): void {
  if (existsSync(to)) {
    throw new NselfError('conflict', `${from} is to be kept as ${to}, which already exists`, {
      hint: 'move one of them elsewhere; nothing was written',
    })
  }
  renameSync(from, to)
}
