import { startEmbedded } from '../postgres/embedded/embedded.ts'
import { type Context, embeddedHome } from './shared/context.ts'
import type { ServerResult } from './shared/results.ts'

/** Starts the embedded server of this project. @throws NselfError as startEmbedded. */
export async function start(context: Context): Promise<ServerResult> {
  const server = await startEmbedded({ home: embeddedHome(context), onProgress: context.tell })
  return { kind: 'server', state: server.started ? 'started' : 'running', url: server.url }
}
