import type { ToolObjects } from '../../core/adopt/own-objects.ts'
import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { differencesFromFiles } from '../../postgres/adopt/prove.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { replay } from '../../postgres/scratch/replay.ts'
import type { AdoptProof } from './adopt-results.ts'
import type { Context } from './context.ts'
import { withScratchFor } from './scratch-server.ts'

export interface ToProve {
  readonly applied: readonly Migration[]
  /** With those that are pending. */
  readonly all: readonly Migration[]
  readonly objects: ToolObjects
}

/** Replays what is applied and compares it with the database; then replays what is pending too. */
export async function proveAdopted(
  context: Context,
  server: Server,
  { applied, all, objects }: ToProve,
): Promise<AdoptProof> {
  try {
    return await withScratchFor(context, { live: server, strict: 'the files were not compared' }, async (work) => {
      context.progress('replaying the migrations')
      const keep = work.keepTemplate
      const files = await work.ready(applied)
      const differences = await differencesFromFiles(work.scratch, server, files, { keep, objects }, work.replay)
      if (differences.length > 0) return { state: 'different', differences }
      const pending = all.length - applied.length
      if (pending > 0) await replay(work.scratch, await work.ready(all), keep, work.replay)
      return { state: 'proven', replayed: applied.length, pending }
    })
  } catch (error) {
    if (!(error instanceof NselfError) || context.signal.aborted) throw error
    if (error.code === 'refused') return { state: 'unchecked', why: error.message }
    if (error.code !== 'migration-failed') throw error
    const { location, message } = error
    const where = location === undefined ? '' : ` (${location.path}:${location.line}: ${location.excerpt.trim()})`
    return { state: 'failed', why: `${message}${where}` }
  }
}
