import { join, relative } from 'node:path'
import { makeProjectFolder } from '../make-folder.ts'
import { writeMigrations } from '../new-migrations.ts'

/** Writes files into the folder of migrations, all of them or none; resolves to their paths. @throws as writeMigrations. */
export function writeAdopted(
  root: string,
  folder: string,
  files: readonly { readonly name: string; readonly text: string }[],
): string[] {
  if (files.length === 0) return []
  makeProjectFolder(folder)
  const texts = files.map(({ name, text }) => ({ path: join(relative(root, folder), `${name}.sql`), text }))
  writeMigrations(root, texts)
  return texts.map(({ path }) => path)
}
