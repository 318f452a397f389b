import { NselfError } from '../../core/errors.ts'
import type { State } from '../../core/migration/state.ts'
import type { Server } from '../../postgres/driver/connect.ts'
import { type AppliedFile, type Drift, driftOf } from '../../postgres/scratch/drift.ts'
import type { Context } from './context.ts'
import { type Where, withScratchFor } from './scratch-server.ts'

/**
 * How the database differs from what its applied migrations make.
 * @throws NselfError `refused` when that cannot be told: a file is missing here, was edited, or failed half-way.
 */
export async function findDrift(context: Context, server: Server, state: State, where: Where = {}): Promise<Drift> {
  const applied = state.entries.filter((entry) => entry.applied !== null)
  const unfit = applied.find((entry) => entry.status !== 'applied')
  if (unfit !== undefined) {
    throw new NselfError('refused', `drift cannot be told: ${unfit.name} is ${unfit.status}`, {
      hint: 'it is found by replaying what was applied: see nself db migrate repair',
    })
  }
  const files: AppliedFile[] = applied.flatMap(({ file, applied: row }) =>
    file === null || row === null ? [] : [{ file, position: row.position }],
  )
  return withScratchFor(context, where, (work) => {
    context.progress('comparing with what the migrations make')
    return driftOf(work.scratch, server, files, work.keepTemplate, work.replay)
  })
}
