import { downChecksum, type ProofOf, proofsIn } from '../../core/check/proof-lines.ts'
import type { Migration } from '../../core/migration/migration.ts'
import type { Entry } from '../../core/migration/state.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import { readRowProofs } from '../../postgres/tracking/row-proofs.ts'
import { readProofs } from '../../project/proofs.ts'
import type { Context, Look } from './context.ts'

/**
 * The names of the migrations of which a proof says that DOWN brings back what was, on a server of that major: one that
 * is kept beside the files, or with the row since the migration was applied.
 */
export async function provenDowns(
  context: Context,
  client: Client,
  { history, state: { entries } }: Pick<Look, 'history' | 'state'>,
): Promise<ReadonlySet<string>> {
  const major = Math.floor(history.facts.version / 10_000)
  const files = entries.flatMap(({ file }) => file ?? [])
  const proofOf = keptProofs(context, files, major)
  const ofRows = history.rows.length === 0 ? new Map() : await readRowProofs(client, major)
  const isProven = (entry: Entry) =>
    (entry.file !== null && proofOf(entry.file) !== null) || isProvenByRow(entry, ofRows)
  return new Set(entries.filter(isProven).map(({ name }) => name))
}

/** What is kept with a row was proven of the UP that was applied and the DOWN that was stored. */
function isProvenByRow({ file, applied, status }: Entry, ofRows: ReadonlyMap<string, string | null>): boolean {
  const down = applied === null ? undefined : ofRows.get(applied.name)
  if (down == null) return false
  return file === null || (status === 'applied' && downChecksum(file) === down)
}

/** What is kept beside the files. Where it cannot be read, or a file is missing that others need, nothing is known, which stops nobody. */
export function keptProofs({ settings, tell }: Context, files: readonly Migration[], major: number): ProofOf {
  try {
    return proofsIn(readProofs(settings.migrationsDir), files, major)
  } catch (error) {
    tell(`Note: no proof is known from the file nself/proofs: ${error instanceof Error ? error.message : error}`)
    return () => null
  }
}
