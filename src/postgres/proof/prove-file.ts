import type { Migration } from '../../core/migration/migration.ts'
import type { HeldSection } from '../../core/migration/section.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differencesOf, withoutNotNullNames } from '../../core/schema/differences.ts'
import { readCatalog } from '../catalog/read.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import { beginSql } from '../run/transaction.ts'
import {
  type DatabaseLook,
  type DifferentRows,
  differentRows,
  isSame,
  knownFrom,
  lookAt,
  lookAtRows,
  prepareLooks,
} from './look.ts'
import { runAlone, runWithin, type SectionFailure } from './run-section.ts'
import { restoreSequences } from './sequences.ts'

/** A migration that has a DOWN. */
export type Revertible = Migration & { readonly down: HeldSection }

/** What a look at a migration both ways has found. */
export interface FileProof {
  /** UP did not run: what follows it cannot be looked at. */
  readonly upFails: SectionFailure | null
  readonly downFails: SectionFailure | null
  readonly upAgainFails: SectionFailure | null
  /** What DOWN has left of the schema that differs from before. */
  readonly downDiffers: readonly Difference[]
  /** Tables that have other rows after DOWN than before. */
  readonly rowsDiffer: readonly DifferentRows[]
  /** How the schema after the second UP differs from that after the first. */
  readonly upAgainDiffers: readonly Difference[]
  /** DOWN brings back the columns of a table in another order. */
  readonly reorders: boolean
}

/** Of a migration that is as it should be. */
export const nothingFound: FileProof = {
  upFails: null,
  downFails: null,
  upAgainFails: null,
  downDiffers: [],
  rowsDiffer: [],
  upAgainDiffers: [],
  reorders: false,
}

/** Whether DOWN brings back the schema, and UP makes the same again. */
export function restoresSchema(proof: FileProof): boolean {
  const { upFails, downFails, upAgainFails, downDiffers, upAgainDiffers } = proof
  const runs = upFails === null && downFails === null && upAgainFails === null
  return runs && downDiffers.length === 0 && upAgainDiffers.length === 0
}

/** Whether all of it can be looked at in one transaction, that is rolled back to where UP was done. */
export const fitsTransaction = ({ up, down }: Revertible): boolean => up.transaction && down.transaction

/**
 * Proves a migration in one transaction, of which UP alone is committed: UP, DOWN, look, UP, look.
 * @param before the look at the database as it is.
 * @returns the look after UP; null where it was not proven, with the database as before.
 */
export async function proveWithin(
  client: Client,
  file: Revertible,
  before: DatabaseLook,
): Promise<DatabaseLook | null> {
  await send(client, beginSql)
  const after = await proveInside(client, file, before).catch(() => null)
  const { error } = await send(client, after === null ? 'ROLLBACK' : 'COMMIT')
  if (error === null && after !== null) return after
  await restoreSequences(client, { all: JSON.parse(before.sequences), moved: [] })
  return null
}

async function proveInside(client: Client, file: Revertible, before: DatabaseLook): Promise<DatabaseLook | null> {
  const known = await knownFrom(client, before)
  if ((await runWithin(client, file, file.up)) !== null) return null
  const after = await lookAt(client, known)
  await client.query('SAVEPOINT nself_proof')
  if ((await runWithin(client, file, file.down)) !== null) return null
  if (!isSame(before, await lookAt(client, known))) return null
  if ((await runWithin(client, file, file.up)) !== null) return null
  const again = await lookAt(client, known)
  if (!isSame(after, again, 'counts')) return null
  await client.query('ROLLBACK TO SAVEPOINT nself_proof')
  if (again.sequences !== after.sequences)
    await restoreSequences(client, { all: JSON.parse(after.sequences), moved: [] })
  return after
}

interface Seen {
  readonly catalog: Catalog
  readonly look: Omit<DatabaseLook, 'schema'>
}

/** Runs a migration both ways on a database of its own, and says all that is not as it should be. */
export async function proveAlone(client: Client, file: Revertible): Promise<FileProof> {
  await prepareLooks(client)
  const before = await see(client)
  const upFails = await runAlone(client, file, file.up)
  if (upFails !== null) return { ...nothingFound, upFails }
  const after = await see(client)
  const downFails = await runAlone(client, file, file.down)
  if (downFails !== null) return { ...nothingFound, downFails }
  const back = await see(client)
  const downDiffers = differencesBetween(before, back)
  const rowsDiffer = differentRows(before.look, back.look)
  const reorders = before.look.order !== back.look.order && downDiffers.length === 0
  const found = { ...nothingFound, downDiffers, rowsDiffer, reorders }
  const upAgainFails = await runAlone(client, file, file.up)
  if (upAgainFails !== null) return { ...found, upAgainFails }
  // What DOWN has left differs after UP too.
  if (downDiffers.length > 0) return found
  return { ...found, upAgainDiffers: differencesBetween(after, await see(client)) }
}

async function see(client: Client): Promise<Seen> {
  return { catalog: await readCatalog(client), look: await lookAtRows(client) }
}

function differencesBetween(before: Seen, after: Seen): Difference[] {
  return differencesOf(withoutNotNullNames(before.catalog), withoutNotNullNames(after.catalog))
}
