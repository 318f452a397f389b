import { type ToolObjects, withoutToolObjects } from '../../core/adopt/own-objects.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Repeatable } from '../../core/migration/repeatable.ts'
import { withoutAccess } from '../../core/schema/access.ts'
import { type Difference, differencesOf } from '../../core/schema/differences.ts'
import type { Server } from '../driver/server.ts'
import { catalogOf } from '../scratch/read.ts'
import { type ReplayOptions, replay, runRepeatables } from '../scratch/replay.ts'
import type { Scratch } from '../scratch/scratch.ts'

/**
 * How the schema of a database differs from what these files make on a scratch one: what they make is left.
 * @throws NselfError `migration-failed` when one of them does not run there.
 */
export async function differencesFromFiles(
  scratch: Scratch,
  live: Server,
  { files, repeatables }: { readonly files: readonly Migration[]; readonly repeatables: readonly Repeatable[] },
  { keep, objects }: { readonly keep: boolean; readonly objects: ToolObjects },
  options: ReplayOptions,
): Promise<Difference[]> {
  const made = await replay(scratch, files, keep, options)
  await runRepeatables(made, repeatables, options)
  const [ours, theirs] = [await catalogOf(made), await catalogOf(live)]
  return withoutAccess(differencesOf(withoutToolObjects(ours, objects), withoutToolObjects(theirs, objects)))
}
