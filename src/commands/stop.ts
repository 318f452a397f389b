import { stopEmbedded } from '../postgres/embedded/embedded.ts'
import { type Context, embeddedHome } from './shared/context.ts'
import type { ServerResult } from './shared/results.ts'

/** Stops the embedded server of this project; its data are kept. @throws NselfError as stopEmbedded. */
export async function stop(context: Context): Promise<ServerResult> {
  const state = await stopEmbedded(embeddedHome(context), { onProgress: context.tell })
  return { kind: 'server', state, url: null }
}
