import { chmod, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Backup, backupName, type Manifest } from '../../core/backup.ts'
import { codeOf } from '../../core/system-error.ts'
import { place, sync } from '../durable-file.ts'
import { ending, exists, temporaryIn } from './folder.ts'
import { manifestText } from './manifest.ts'

/**
 * Gives a finished backup its name, its manifest first, both on disk: the backup is there once its own file is.
 * @param temporary the dump; null for a copy, whose manifest is all there is.
 */
export async function publish(folder: string, temporary: string | null, manifest: Manifest): Promise<Backup> {
  const temporaryManifest = temporaryIn(folder)
  try {
    if (temporary !== null) {
      await chmod(temporary, 0o600)
      await sync(temporary)
    }
    await writeFile(temporaryManifest, manifestText(manifest), { mode: 0o600, flag: 'wx' })
    await sync(temporaryManifest)
    const name = await reserve(folder, temporaryManifest, manifest)
    const path = join(folder, name)
    if (temporary !== null) await place(temporary, path)
    await sync(folder)
    const { size, takenAt: writtenAt } = manifest
    return { name, path, size, writtenAt, manifest, isDamaged: false }
  } finally {
    await rm(temporaryManifest, { force: true })
    if (temporary !== null) await rm(temporary, { force: true })
  }
}

/** The first free name, taken by its manifest: of two at once only one can link it. */
async function reserve(folder: string, from: string, { kind, takenAt, method }: Manifest): Promise<string> {
  for (let count = 1; ; count++) {
    const name = `${backupName(kind, takenAt)}${count === 1 ? '' : `_${count}`}${ending[method]}`
    // A dump without a manifest may have the name too.
    if (await exists(join(folder, name))) continue
    try {
      await place(from, join(folder, `${name}.json`))
      return name
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}
