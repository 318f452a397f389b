import { constants, copyFileSync, existsSync, readFileSync, rmSync, unlinkSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { NselfError } from '../core/errors.ts'
import { diskFull, isDiskFull, systemCodeOf } from '../core/system-error.ts'
import { systemReason } from '../core/system-refusal.ts'
import { place, sync } from './durable-file.ts'
import { makeProjectFolder } from './make-folder.ts'
import { writeNew } from './new-file.ts'

/** A file that takes the place of others. */
export interface SquashedFiles {
  /** Relative to `root`, as are all paths here. */
  readonly path: string
  readonly text: string
  /** The files that it stands for. */
  readonly parts: readonly string[]
  /** Where these are kept. */
  readonly folder: string
}

/**
 * Writes a file in the place of others, which are kept elsewhere. They are copied first and go last, so whatever
 * interrupts it, nothing is lost: what is left is finished by `removeKept`.
 * @throws NselfError `usage`, `configuration`, `disk-full` where something cannot be written; nothing is changed then.
 */
export async function replaceFiles(root: string, { path, text, parts, folder }: SquashedFiles): Promise<void> {
  const [full, aside] = [resolve(root, path), resolve(root, folder)]
  makeProjectFolder(aside)
  const meanwhile = join(dirname(full), `.${basename(full)}.new`)
  const copied: string[] = []
  try {
    for (const part of parts) {
      const to = join(aside, basename(part))
      if (isSameFile(resolve(root, part), to)) continue
      copyFileSync(resolve(root, part), to, constants.COPYFILE_EXCL)
      copied.push(to)
      await sync(to)
    }
    await sync(aside)
    rmSync(meanwhile, { force: true })
    writeNew(meanwhile, text)
    await sync(meanwhile)
    await place(meanwhile, full)
    rmSync(meanwhile, { force: true })
  } catch (error) {
    for (const one of [...copied, meanwhile]) rmSync(one, { force: true })
    throw unwritten(path, error)
  }
  removeKept(root, parts, folder)
}

/** Removes files of which there is the same copy. @throws NselfError `conflict` for one that has no such copy. */
export function removeKept(root: string, parts: readonly string[], folder: string): void {
  for (const part of parts) {
    const path = resolve(root, part)
    if (!isSameFile(path, join(resolve(root, folder), basename(part)))) {
      throw new NselfError(
        'conflict',
        `${part} is not as it was when it was squashed: ${folder} has no such copy of it`,
        {
          hint: `if its change is needed, write it as a new migration; then remove ${part}`,
        },
      )
    }
    unlinkSync(path)
  }
}

/** @throws NselfError `usage` where a folder that keeps squashed files is gone already. */
export function refuseGone(root: string, folder: string): void {
  if (existsSync(resolve(root, folder))) return
  throw new NselfError('usage', `${folder} does not exist; nothing was removed`, {
    hint: 'to see the migrations: nself db migrate status',
  })
}

/** Removes a folder that keeps squashed files. @throws NselfError `usage` where it cannot be removed. */
export function removeFolder(root: string, folder: string): void {
  try {
    rmSync(resolve(root, folder), { recursive: true })
  } catch (error) {
    throw new NselfError('usage', `${folder} cannot be removed: ${systemReason(error)}`, {
      hint: 'check the permissions of the folder; some of its files may be gone',
      cause: error,
    })
  }
}

function isSameFile(a: string, b: string): boolean {
  return existsSync(b) && readFileSync(a).equals(readFileSync(b))
}

function unwritten(path: string, error: unknown): NselfError {
  const code = systemCodeOf(error)
  if (isDiskFull(code)) return diskFull(`${path} cannot be written`, code, error)
  return new NselfError('usage', `${path} cannot be written: ${systemReason(error)}`, {
    hint: 'check the permissions of its folder, and of the one that keeps the files; nothing was changed',
    cause: error,
  })
}
