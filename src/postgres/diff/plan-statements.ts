import { NselfError } from '../../core/errors.ts'
import { domainSteps } from '../../core/schema/before-library/domain-steps.ts'
import { fieldSteps } from '../../core/schema/before-library/field-steps.ts'
import { moveSteps } from '../../core/schema/before-library/move-steps.ts'
import { type FirstStep, relationSteps } from '../../core/schema/before-library/relation-steps.ts'
import { unknownObjects } from '../../core/schema/before-library/unknown-objects.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { asInherited } from '../../core/schema/inherited-columns.ts'
import { withOwnedSequences } from '../../core/schema/owned-sequences.ts'
import { forReading } from '../../core/schema/reading-order.ts'
import { droppedAfter, standingOn } from '../../core/schema/standing-on.ts'
import { complementOf } from '../../core/schema/statements-library-lacks.ts'
import { withTimeZone } from '../../core/schema/zoned-times.ts'
import type { Scratch } from '../scratch/scratch.ts'
import type { FactBase } from './facts.ts'
import { afterSteps, type Claim, type Ready } from './scratch-copy.ts'
import { changesInSteps } from './stages.ts'

/** What lends a scratch database and how statements are made ready for it; rejects where there is none. */
export type Lend = <T>(use: (scratch: Scratch, ready: Ready) => Promise<T>) => Promise<T>

/**
 * The statements that turn one database into another, in parts for a reader, in the order in which they run. What keeps
 * rows that the library would drop is done first, as far as it works on a copy.
 * @param of the time zone of the database, and the role that runs them.
 */
export async function planStatements(
  have: Claim,
  want: { readonly facts: FactBase; readonly catalog: Catalog },
  lend: Lend,
  of: { readonly zone: string; readonly role: string },
): Promise<Change[][]> {
  const unknown = unknownObjects(have.catalog, want.catalog)
  const steps = [
    ...unknown.before.map((change) => [change]),
    ...moveSteps(have.catalog, want.catalog),
    ...domainSteps(have.catalog, want.catalog),
    ...fieldSteps(have.catalog, want.catalog),
    ...relationSteps(have.catalog, want.catalog),
  ]
  const untried = { ...have, done: unknown.before, why: null }
  const from = steps.length === 0 ? untried : await tried(have, steps, lend, untried)
  const planned = await changesInSteps(from.facts, want.facts).catch((error) => {
    throw from.why === null ? error : withFirstCause(error, from.why)
  })
  const timed = withTimeZone(planned, from.catalog, of.zone)
  const between = withOwnedSequences(asInherited(timed, from.catalog, want.catalog), from.catalog, of.role)
  const all = [...between, ...complementOf(from.catalog, want.catalog, between)]
  const [before, on] = standingOn(all, unknown.made)
  // What did not work at first has something standing on it, or on what it is to take the place of, which goes now.
  const left = unknown.before.filter((change) => !from.done.includes(change))
  const [early, late] = left.length === 0 ? [before, []] : droppedAfter(before, unknown.gone)
  const parts = [[...from.done], forReading(early), left, forReading(late), unknown.after, forReading(on)]
  return parts.filter((part) => part.length > 0)
}

interface Tried extends Claim {
  readonly done: readonly Change[]
  /** Why nothing could be tried; null where it could. */
  readonly why: string | null
}

/** Where nothing can be tried it is not proven either, which is told unless planning fails. */
async function tried(have: Claim, steps: readonly FirstStep[], lend: Lend, untried: Tried): Promise<Tried> {
  return lend(async (scratch, ready) => ({ ...(await afterSteps(scratch, have, steps, ready)), why: null })).catch(
    (error) => ({ ...untried, why: error instanceof Error ? error.message : String(error) }),
  )
}

/** What keeps rows was not tried, so tables were to be dropped and made again, which failed: that is the consequence. */
function withFirstCause(error: unknown, why: string): unknown {
  if (!(error instanceof NselfError)) return error
  return new NselfError(error.code, `${why}. Without a true copy to try on, ${error.message}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  })
}
