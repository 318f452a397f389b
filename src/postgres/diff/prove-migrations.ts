import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { compare } from '../../core/migration/state.ts'
import { planDown } from '../../core/plan/down.ts'
import { planUp } from '../../core/plan/up.ts'
import { restStatements, withKept } from '../../core/schema/after-library/rest-statements.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differenceLine, differencesOf, withoutNotNullNames } from '../../core/schema/differences.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { catalogOf, withScratchConnection } from '../scratch/read.ts'
import { type ReplayOptions, runPlan } from '../scratch/replay.ts'
import type { ScratchServer } from '../scratch/scratch.ts'
import { readHistory } from '../tracking/history.ts'

/** What both ways made, and what has to follow them: what they made anew has lost owner, rights, comments. */
export interface MigrationProof {
  readonly after: Catalog
  readonly restUp: readonly Change[]
  readonly restDown: readonly Change[]
}

export interface Expectation {
  /** The migrated database, with owners and rights. */
  readonly before: Catalog
  /** With renames done, owners and rights too: what nobody asked to change is to be kept of it. */
  readonly current: Catalog
  /** What differs, made of what it is after UP. */
  readonly unwanted: (found: Catalog) => Difference[]
}

/**
 * Applies new migrations to the migrated database, looks whether that made what was wanted, reverts them and looks
 * whether all is as before.
 * @param server the migrated database, which nobody needs afterwards.
 * @param files all migrations, the new ones last.
 * @param fresh the new ones.
 * @throws NselfError `not-proven` with the differences, or with what PostgreSQL says.
 */
export async function prove(
  server: ScratchServer,
  files: readonly Migration[],
  fresh: readonly Migration[],
  { before, current, unwanted }: Expectation,
  options: ReplayOptions,
): Promise<MigrationProof> {
  const { rows } = await withScratchConnection(server, readHistory)
  const up = planUp(compare(files, rows))
  await proven(
    'UP',
    runPlan(server, up, (history) => planUp(compare(files, history.rows)), options),
  )
  const after = await catalogOf(server, true)
  const restUp = restStatements(after, withKept(current, after))
  // With what is to follow, it is looked at once more.
  if (restUp.length === 0) refuse(unwanted(after), 'UP does not produce the wanted schema', 'wanted', 'made')
  const applied = (await withScratchConnection(server, readHistory)).rows
  const limit = { count: fresh.length }
  const down = (history: typeof rows) => planDown(compare(files, history), limit)
  await proven(
    'DOWN',
    runPlan(server, down(applied), (history) => down(history.rows), options),
  )
  const back = await catalogOf(server, true)
  const restDown = restStatements(back, before)
  if (restDown.length === 0) {
    const differences = differencesOf(withoutNotNullNames(before), withoutNotNullNames(back))
    refuse(differences, 'DOWN does not restore the schema before it', 'before', 'after')
  }
  return { after, restUp, restDown }
}

/** Nothing may be left to follow once it was added. @throws NselfError `not-proven`. */
export function refuseRest({ restUp, restDown }: MigrationProof): void {
  const [first] = [...restUp, ...restDown]
  if (first === undefined) return
  throw new NselfError(
    'not-proven',
    `not proven: what is dropped and created again loses something it had: ${first.sql}`,
    {
      hint: `${byHand}, and please report it`,
    },
  )
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
    hint: `${byHand}, and please report it`,
    report: { kind: 'differences', differences },
  })
}
