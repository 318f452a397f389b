import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { planDown, planUp } from '../../core/migration/plan.ts'
import { compare } from '../../core/migration/state.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differenceLine, differencesOf } from '../../core/schema/differences.ts'
import { catalogOf, withScratchConnection } from '../scratch/read.ts'
import { type ReplayOptions, runPlan } from '../scratch/replay.ts'
import type { Scratch, ScratchServer } from '../scratch/scratch.ts'
import { readHistory } from '../tracking/history.ts'

/**
 * Applies new migrations to a copy of the migrated database, looks whether that made what was wanted, reverts them and
 * looks whether all is as before.
 * @param files all migrations, the new ones last.
 * @param fresh the new ones.
 * @param expected what it shall be, made of what it is after UP.
 * @returns what it is after UP.
 * @throws NselfError `not-proven` with the differences, or with what PostgreSQL says.
 */
export async function prove(
  scratch: Scratch,
  migrated: ScratchServer,
  files: readonly Migration[],
  fresh: readonly Migration[],
  expected: (found: Catalog) => Difference[],
  options: ReplayOptions,
): Promise<Catalog> {
  const before = await catalogOf(migrated)
  const server = await scratch.create(migrated)
  const { rows } = await withScratchConnection(server, readHistory)
  const up = planUp(compare(files, rows))
  await proven(
    'UP',
    runPlan(server, up, (history) => planUp(compare(files, history.rows)), options),
  )
  const after = await catalogOf(server)
  refuse(expected(after), 'UP does not make what was wanted', 'wanted', 'made')
  const applied = (await withScratchConnection(server, readHistory)).rows
  const limit = { count: fresh.length }
  const down = (history: typeof rows) => planDown(compare(files, history), limit)
  await proven(
    'DOWN',
    runPlan(server, down(applied), (history) => down(history.rows), options),
  )
  refuse(differencesOf(before, await catalogOf(server)), 'DOWN does not bring back what was', 'before', 'after')
  return after
}

const byHand = 'nothing was written; write this change by hand, with nself db migrate create'

async function proven(section: 'UP' | 'DOWN', run: Promise<void>): Promise<void> {
  await run.catch((error) => {
    if (!(error instanceof NselfError) || error.code !== 'migration-failed') throw error
    const { location, server } = error
    throw new NselfError('not-proven', `not proven: ${section} does not run: ${error.message}`, {
      ...(location === undefined ? {} : { location: { ...location, path: `${location.path} (not written)` } }),
      ...(server === undefined ? {} : { server }),
      hint: byHand,
      cause: error,
    })
  })
}

function refuse(differences: readonly Difference[], what: string, left: string, right: string): void {
  if (differences.length === 0) return
  const lines = differences.slice(0, 20).map((difference) => `  ${differenceLine(difference, left, right)}`)
  const more = differences.length > 20 ? [`  and ${differences.length - 20} more`] : []
  throw new NselfError('not-proven', `not proven: ${what}\n${[...lines, ...more].join('\n')}`, {
    hint: `${byHand}, and report it please`,
    report: { kind: 'differences', differences },
  })
}
