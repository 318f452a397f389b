import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NselfError } from '../core/errors.ts'
import type { Context } from './shared/context.ts'
import type { LogResult, ServerResult } from './shared/results.ts'

const homeOf = (context: Context) => join(context.settings.root, '.nself')

/** Starts the embedded server of this project. */
export async function start(context: Context): Promise<ServerResult> {
  const { startEmbedded } = await import('../postgres/embedded/embedded.ts')
  const server = await startEmbedded({ home: homeOf(context), onProgress: context.tell })
  return { kind: 'server', state: server.started ? 'started' : 'running', url: server.url }
}

/** Stops it; its data stay. */
export async function stop(context: Context): Promise<ServerResult> {
  const { stopEmbedded } = await import('../postgres/embedded/embedded.ts')
  return { kind: 'server', state: await stopEmbedded(homeOf(context), { onProgress: context.tell }), url: null }
}

/** Its log as it is now; `follow` is handed what comes after, until the signal. */
export async function logs(context: Context, follow: ((text: string) => void) | null): Promise<LogResult> {
  const { logPathOf } = await import('../postgres/embedded/folder.ts')
  const path = logPathOf(homeOf(context))
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new NselfError('configuration', 'the embedded server of this project has no log yet', {
      hint: 'nself start',
      cause: error,
    })
  }
  if (follow === null) return { kind: 'log', text }
  follow(text)
  let seen = Buffer.byteLength(text)
  while (!context.signal.aborted) {
    const bytes = await readFile(path)
    if (bytes.length < seen) seen = 0
    if (bytes.length > seen) follow(bytes.subarray(seen).toString())
    seen = bytes.length
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return { kind: 'log', text: '' }
}
