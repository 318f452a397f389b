import type { ToolObjects } from '../../core/adopt/own-objects.ts'
import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Repeatable } from '../../core/migration/repeatable.ts'
import { differencesFromFiles } from '../../postgres/adopt/prove.ts'
import type { Server } from '../../postgres/driver/server.ts'
import { replay, runRepeatables } from '../../postgres/scratch/replay.ts'
import type { AdoptProof } from './adopt-results.ts'
import type { Context } from './context.ts'
import { withScratchFor } from './scratch-server.ts'

export interface ToProve {
  readonly applied: readonly Migration[]
  /** With those that are pending. */
  readonly all: readonly Migration[]
  /** Those that have run, as they are now. */
  readonly ran: readonly Repeatable[]
  /** With those that have not. */
  readonly repeatables: readonly Repeatable[]
  readonly objects: ToolObjects
}

/** Replays what is applied and compares it with the database; then replays what is pending too. */
export async function proveAdopted(
  context: Context,
  server: Server,
  { applied, all, ran, repeatables, objects }: ToProve,
): Promise<AdoptProof> {
  try {
    return await withScratchFor(context, { live: server, strict: 'the files were not compared' }, async (work) => {
      context.progress('replaying the migrations')
      const keep = work.keepTemplate
      const made = { files: await work.ready(applied), repeatables: await work.readyRepeatables(ran) }
      const differences = await differencesFromFiles(work.scratch, server, made, { keep, objects }, work.replay)
      if (differences.length > 0) return { state: 'different', differences }
      const pending = all.length - applied.length + repeatables.length - ran.length
      if (pending > 0) {
        const whole = await replay(work.scratch, await work.ready(all), keep, work.replay)
        await runRepeatables(whole, await work.readyRepeatables(repeatables), work.replay)
      }
      return { state: 'proven', replayed: applied.length + ran.length, pending }
    })
  } catch (error) {
    if (!(error instanceof NselfError) || context.signal.aborted) throw error
    // A variable that is not set.
    if (error.code === 'usage') return { state: 'unchecked', why: `${error.message}: ${error.hint ?? ''}` }
    if (error.code === 'refused') return { state: 'unchecked', why: error.message }
    if (error.code !== 'migration-failed') throw error
    const { location, message } = error
    const where = location === undefined ? '' : ` (${location.path}:${location.line}: ${location.excerpt.trim()})`
    return { state: 'failed', why: `${message}${where}` }
  }
}
