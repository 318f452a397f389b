import { readFile } from 'node:fs/promises'
import { NselfError } from '../../core/errors.ts'
import { logPathOf } from './folder.ts'

/** How often a log that is followed is looked at. */
const interval = 250

/** What the server of a `.nself` folder has logged. @throws NselfError `configuration` where there is no log yet. */
export async function readLog(home: string): Promise<string> {
  try {
    return await readFile(logPathOf(home), 'utf8')
  } catch (error) {
    throw new NselfError('configuration', 'the embedded server of this project has no log yet', {
      hint: 'nself start',
      cause: error,
    })
  }
}

/** Hands over the log and then what is added to it, until the signal. @throws NselfError as readLog. */
export async function followLog(home: string, follow: (text: string) => void, signal: AbortSignal): Promise<void> {
  const text = await readLog(home)
  follow(text)
  let seen = Buffer.byteLength(text)
  while (!signal.aborted) {
    const bytes = await readFile(logPathOf(home))
    if (bytes.length < seen) seen = 0
    if (bytes.length > seen) follow(bytes.subarray(seen).toString())
    seen = bytes.length
    await new Promise((resolve) => setTimeout(resolve, interval))
  }
}
