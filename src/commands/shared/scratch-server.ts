import { join } from 'node:path'
import type { Server } from '../../postgres/driver/connect.ts'
import type { ReplayOptions } from '../../postgres/scratch/replay.ts'
import { mayCreateDatabases, type Scratch, withScratch } from '../../postgres/scratch/scratch.ts'
import type { Context } from './context.ts'

/** Scratch databases as a command uses them. */
export interface ScratchWork {
  readonly scratch: Scratch
  /** Templates are kept where only developers work. */
  readonly keepTemplate: boolean
  readonly replay: ReplayOptions
}

export interface Where {
  /** Never on the embedded server when that is not the environment's own. */
  readonly besideOnly?: boolean
}

/**
 * Lends scratch databases: on --shadow-url, else beside the environment's own where the role may create databases, else
 * on the embedded server.
 * @throws NselfError as withScratch.
 */
export async function withScratchFor<T>(
  context: Context,
  where: Where,
  use: (work: ScratchWork) => Promise<T>,
): Promise<T> {
  const { server, keepTemplate } = await placeFor(context, where)
  const replay: ReplayOptions = {
    signal: context.signal,
    progress: context.progress,
  }
  return withScratch(server, context, (scratch) => use({ scratch, keepTemplate, replay }))
}

async function placeFor(context: Context, { besideOnly }: Where): Promise<{ server: Server; keepTemplate: boolean }> {
  const { shadow, target, environment, root } = context.settings
  if (shadow !== null) return { server: shadow, keepTemplate: true }
  if (target.kind === 'server' && (besideOnly === true || (await mayCreateDatabases(target)))) {
    return { server: target, keepTemplate: environment === 'local' }
  }
  const { startEmbedded } = await import('../../postgres/embedded/embedded.ts')
  const home = target.kind === 'embedded' ? target.home : join(root, '.nself')
  if (target.kind === 'server') {
    context.tell(
      'Scratch databases are made on the embedded server, for they cannot be made beside the database; or name a server: --shadow-url',
    )
  }
  return { server: await startEmbedded({ home, onProgress: context.tell }), keepTemplate: true }
}
