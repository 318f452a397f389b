import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const times = 301

/** How long it takes, in milliseconds, until 8 kB are safe on the disk that a folder is on: the median of many. */
export function flushTime(folder: string): number {
  const path = join(folder, 'flush')
  const file = openSync(path, 'w')
  const page = Buffer.alloc(8192, 1)
  const taken = Array.from({ length: times }, () => {
    const began = performance.now()
    writeSync(file, page, 0, page.length, 0)
    fdatasyncSync(file)
    return performance.now() - began
  })
  closeSync(file)
  rmSync(path)
  return taken.sort((a, b) => a - b)[(times - 1) / 2] as number
}
