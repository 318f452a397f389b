import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, open, rename, stat } from 'node:fs/promises'
import { codeOf } from '../core/system-error.ts'

/** Links to a name that must be free; some file systems can only rename. */
export async function place(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(codeOf(error))) throw error
    await rename(from, to)
  }
}

/** What a file or folder holds is on disk after this. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r').catch((error) => {
    // A folder cannot be opened on Windows.
    if (process.platform === 'win32') return null
    throw error
  })
  try {
    await handle?.sync()
  } catch (error) {
    // Some file systems cannot sync a folder, or a file that is open for reading.
    if (!['EINVAL', 'EPERM', 'EBADF', 'ENOTSUP'].includes(codeOf(error))) throw error
  } finally {
    await handle?.close()
  }
}

/** In bytes. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size
}

/** Reads it piece by piece: a backup may be larger than the memory. @throws what the system refuses. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1 << 20 })
  for await (const bytes of chunks) hash.update(bytes)
  return hash.digest('hex')
}
