import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'

/** A file that is open to be read, and what it was as it was opened. */
export interface OpenFile {
  readonly file: number
  readonly size: number
}

/** What cannot be read to its end: `code` says it in words, as a message goes on after the name of the file. */
function unfit(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code })
}

const notRegular = 'it is a pipe, a socket or a device, not a file'
const grows = 'it changed while it was read'

const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

function refuseUnfit(facts: Stats): void {
  if (facts.isDirectory()) throw unfit('EISDIR')
  if (!facts.isFile()) throw unfit(notRegular)
}

/**
 * Opens a file to be read. A pipe without a writer would keep whoever opens it waiting, out of reach of Ctrl-C, and a
 * device may never end: neither is opened for longer than to see what it is.
 * @throws what the file system says; with a reason as `code` for what is no file.
 */
export function openRegular(path: string): OpenFile {
  const file = openSync(path, withoutWaiting)
  try {
    return regularOf(file)
  } catch (error) {
    closeSync(file)
    throw error
  }
}

/**
 * The same for what its folder lists as a file, which is most of them: it is looked at only when it is not read at once.
 * If something else has taken its place meanwhile, opening that does not wait either.
 */
export function openListed(path: string): number {
  return openSync(path, withoutWaiting)
}

/** A file that is open already. @throws as openRegular. */
export function regularOf(file: number): OpenFile {
  const facts = fstatSync(file)
  refuseUnfit(facts)
  return { file, size: facts.size }
}

/** @throws with a reason as `code` when the file has another size than when it was opened: it would be read in part. */
export function refuseGrowing({ file, size }: OpenFile): void {
  if (fstatSync(file).size !== size) throw unfit(grows)
}

/** The rest of a file of which the first bytes are read already, as far as it went when it was opened. @throws as refuseGrowing. */
export function readRest(open: OpenFile, begin: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(open.size)
  let size = begin.copy(bytes)
  for (let read = -1; read !== 0 && size < bytes.length; size += read)
    read = readSync(open.file, bytes, size, bytes.length - size, size)
  refuseGrowing(open)
  return bytes
}

/** The whole text of a file that is small. @throws what the file system says; with a reason as `code` for what is no file. */
export function readRegular(path: string): string {
  const open = openRegular(path)
  try {
    return readRest(open, Buffer.alloc(0)).toString()
  } finally {
    closeSync(open.file)
  }
}

/** The same; null where it cannot be read. */
export function readIfThere(path: string): string | null {
  try {
    return readRegular(path)
  } catch {
    return null
  }
}
