import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Draft } from '../../core/schema/migration-text.ts'
import { withTakenAway } from '../../core/schema/taken-away.ts'
import { besideRepeatables, repeatedBefore, standingOn } from '../../postgres/diff/beside-repeatables.ts'
import { readRepeatables } from '../../project/repeatables.ts'
import type { Context } from './context.ts'
import type { ScratchWork } from './scratch-server.ts'

/** New migrations, and those before them, as they run on a scratch database. */
export interface NewMigrations {
  readonly files: readonly Migration[]
  readonly fresh: readonly Migration[]
  readonly drafts: readonly Draft[]
}

/**
 * Proves new migrations where the repeatables have run before them, as in any database that is not new. What these have
 * made may stand in the way: then it is to be taken away first, and made again.
 * @returns null where they hold; otherwise the drafts that take it away, which nobody has proven yet.
 * @throws NselfError `not-proven` where they do not hold, and there is nothing to take away.
 */
export async function proveBesideRepeatables(
  context: Context,
  work: ScratchWork,
  { files, fresh, drafts }: NewMigrations,
): Promise<readonly Draft[] | null> {
  const { repeatableDir, cwd } = context.settings
  const repeatables = await work.readyRepeatables(readRepeatables(repeatableDir, cwd))
  if (repeatables.length === 0) return null
  context.progress('proving it beside the repeatables')
  const beside = { scratch: work.scratch, options: work.replay, files, repeatables }
  const before = await repeatedBefore(beside).catch((error) => {
    if (!(error instanceof NselfError) || error.code !== 'migration-failed') throw error
    context.tell(`Note: not proven beside the repeatables, which do not run before it: ${error.message}`)
    return null
  })
  if (before === null) return null
  const { fails, untried } = await besideRepeatables(beside, before, fresh)
  if (untried !== null)
    context.tell(`Note: after this change a repeatable does not run: ${untried}. Edit it, then: nself db migrate up`)
  if (fails === null) return null
  const tables = drafts.flatMap(({ up, down }) => [...up, ...down].flatMap(({ table }) => table ?? []))
  const { objects, makers } = await standingOn(await repeatedBefore(beside), [...new Set(tables)], repeatables)
  const isSeries = drafts.some(({ suffix }) => suffix !== undefined)
  if (objects.length === 0 || isSeries || fresh.some(({ reruns }) => reruns.length > 0))
    throw notBeside(
      fails,
      makers.map(({ name }) => name),
    )
  return withTakenAway(drafts, objects, makers)
}

function notBeside(why: string, names: readonly string[]): NselfError {
  const which = names.length === 0 ? 'nself/repeatable' : names.map((name) => `repeatable/${name}`).join(', ')
  return new NselfError('not-proven', `not proven in a database where the repeatables have run: ${why}`, {
    hint: `nothing was written; write this change by hand, with nself db migrate create: drop what ${which} makes above it, and say -- nself: rerun NAME`,
  })
}
