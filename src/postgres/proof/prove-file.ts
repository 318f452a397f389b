import type { Migration } from '../../core/migration/migration.ts'
import type { HeldSection } from '../../core/migration/section.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differencesOf, withoutNotNullNames } from '../../core/schema/differences.ts'
import { readCatalog, readCatalogWithin } from '../catalog/read.ts'
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
const nothingFound: FileProof = {
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

/** What one transaction has shown of a migration. */
export interface ProvenWithin {
  readonly proof: FileProof
  /** The look after UP; null where UP was taken back too. */
  readonly after: DatabaseLook | null
}

/**
 * Proves a migration in one transaction: UP, DOWN, look, UP, look. UP alone is committed where all is as it should be.
 * @param before the look at the database as it is.
 * @returns null where something fails, which may be because of the transaction; the database is as before.
 */
export async function proveWithin(
  client: Client,
  file: Revertible,
  before: DatabaseLook,
): Promise<ProvenWithin | null> {
  await send(client, beginSql)
  const seen = await proveInside(client, file, before).catch(() => null)
  const isClean = seen !== null && isSame(before, seen.back) && seen.isRepeated
  const { error } = await send(client, isClean ? 'COMMIT' : 'ROLLBACK')
  if (isClean && error === null) return { proof: nothingFound, after: seen.after }
  await restoreSequences(client, { all: JSON.parse(before.sequences), moved: [] })
  if (isClean || seen === null) return null
  const { back, backCatalog, upAgainDiffers } = seen
  const downDiffers = backCatalog === null ? [] : differencesOfSchemas(await readCatalog(client), backCatalog)
  const found = foundAfterDown(downDiffers, before, back)
  // What DOWN has left differs after UP too.
  return { proof: downDiffers.length > 0 ? found : { ...found, upAgainDiffers }, after: null }
}

interface SeenInside {
  readonly after: DatabaseLook
  readonly back: DatabaseLook
  /** What DOWN has left; null where the schema is as before. */
  readonly backCatalog: Catalog | null
  /** The second UP makes what the first one made. */
  readonly isRepeated: boolean
  readonly upAgainDiffers: readonly Difference[]
}

async function proveInside(client: Client, file: Revertible, before: DatabaseLook): Promise<SeenInside | null> {
  const known = await knownFrom(client, before)
  if ((await runWithin(client, file, file.up)) !== null) return null
  const after = await lookAt(client, known)
  await client.query('SAVEPOINT nself_proof')
  if ((await runWithin(client, file, file.down)) !== null) return null
  const back = await lookAt(client, known)
  const backCatalog = back.schema === before.schema ? null : await readCatalogWithin(client)
  if ((await runWithin(client, file, file.up)) !== null) return null
  const again = await lookAt(client, known)
  const againCatalog = again.schema === after.schema ? null : await readCatalogWithin(client)
  await client.query('ROLLBACK TO SAVEPOINT nself_proof')
  if (again.sequences !== after.sequences)
    await restoreSequences(client, { all: JSON.parse(after.sequences), moved: [] })
  const upAgainDiffers =
    againCatalog === null ? [] : differencesOfSchemas(await readCatalogWithin(client), againCatalog)
  return { after, back, backCatalog, isRepeated: isSame(after, again, 'counts'), upAgainDiffers }
}

function foundAfterDown(
  downDiffers: readonly Difference[],
  before: Omit<DatabaseLook, 'schema'>,
  back: Omit<DatabaseLook, 'schema'>,
): FileProof {
  const reorders = before.order !== back.order && downDiffers.length === 0
  return { ...nothingFound, downDiffers, rowsDiffer: differentRows(before, back), reorders }
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
  const found = foundAfterDown(differencesOfSchemas(before.catalog, back.catalog), before.look, back.look)
  const upAgainFails = await runAlone(client, file, file.up)
  if (upAgainFails !== null) return { ...found, upAgainFails }
  // What DOWN has left differs after UP too.
  if (found.downDiffers.length > 0) return found
  return { ...found, upAgainDiffers: differencesOfSchemas(after.catalog, (await see(client)).catalog) }
}

async function see(client: Client): Promise<Seen> {
  return { catalog: await readCatalog(client), look: await lookAtRows(client) }
}

function differencesOfSchemas(before: Catalog, after: Catalog): Difference[] {
  return differencesOf(withoutNotNullNames(before), withoutNotNullNames(after))
}
