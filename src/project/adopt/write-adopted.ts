import { existsSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { PlannedFile } from '../../core/adopt/planned-file.ts'
import { NselfError } from '../../core/errors.ts'
import { makeProjectFolder } from '../make-folder.ts'
import { writeMigrations } from '../new-migrations.ts'

/** Files that come into one of our folders. */
export interface NewFiles {
  readonly folder: string
  readonly files: readonly Pick<PlannedFile, 'name' | 'version' | 'text'>[]
  /** The name that the folder gets first, with all that is in it; null where it stays. */
  readonly aside: string | null
}

/**
 * Writes files into our folders, all of them or none. Returns their paths.
 * @throws as writeMigrations.
 */
export function writeAdopted(root: string, folders: readonly NewFiles[]): string[] {
  const filled = folders.filter(({ files }) => files.length > 0)
  const moved: NewFiles[] = []
  try {
    for (const one of filled) {
      if (one.aside !== null) moveFolder(one.folder, one.aside)
      moved.push(one)
      makeProjectFolder(one.folder)
    }
    const texts = filled.flatMap((one) =>
      one.files.map(({ text, version, ...file }) => ({
        path: pathOf(root, one, file),
        text,
        isNumbered: version !== '',
      })),
    )
    writeMigrations(root, texts)
    return texts.map(({ path }) => path)
  } catch (error) {
    for (const { folder, aside } of moved) moveBack(folder, aside)
    throw error
  }
}

/** Takes back what was written, where it cannot be recorded. */
export function removeAdopted(root: string, folders: readonly NewFiles[]): void {
  for (const one of folders) {
    if (one.files.length === 0) continue
    for (const file of one.files) rmSync(join(root, pathOf(root, one, file)), { force: true })
    moveBack(one.folder, one.aside)
  }
}

const pathOf = (root: string, { folder }: NewFiles, { name }: { readonly name: string }) =>
  join(relative(root, folder), `${name}.sql`)

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
