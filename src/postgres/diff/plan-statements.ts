import type { Catalog } from '../../core/schema/catalog.ts'
import { domainSteps } from '../../core/schema/first/domain-steps.ts'
import { moveSteps } from '../../core/schema/first/move-steps.ts'
import { relationSteps } from '../../core/schema/first/relation-steps.ts'
import { unknownObjects } from '../../core/schema/first/unknown-objects.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { withoutInherited } from '../../core/schema/inherited-columns.ts'
import { withOwnedSequences } from '../../core/schema/owned-sequences.ts'
import { forReading } from '../../core/schema/reading-order.ts'
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
    ...relationSteps(have.catalog, want.catalog),
  ]
  // Where nothing can be tried it is not proven either, which is told.
  const none = { ...have, done: unknown.before }
  const from =
    steps.length === 0
      ? none
      : await lend((scratch, ready) => afterSteps(scratch, have, steps, ready)).catch(() => none)
  const planned = await changesInSteps(from.facts, want.facts)
  const timed = withTimeZone(planned, from.catalog, of.zone)
  const between = withOwnedSequences(withoutInherited(timed, from.catalog, want.catalog), from.catalog, of.role)
  const parts = [
    [...from.done],
    forReading([...between, ...complementOf(from.catalog, want.catalog, between)]),
    unknown.after,
  ]
  return parts.filter((part) => part.length > 0)
}
