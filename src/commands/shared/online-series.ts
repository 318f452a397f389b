import { NselfError } from '../../core/errors.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { type OnlineDraft, onlineSeries } from '../../core/online/series.ts'
import { TablesInUse } from '../../core/online/tables-in-use.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { partsOf } from '../../core/schema/joined-alterations.ts'
import type { Draft } from '../../core/schema/migration-text.ts'
import type { Successor } from '../../core/schema/successors.ts'
import { plainNames } from '../../core/sql/plain-names.ts'
import { proveHistory } from '../../postgres/proof/prove-history.ts'
import type { Context } from './context.ts'
import type { ScratchWork } from './scratch-server.ts'

/**
 * A plan as a series that blocks nobody for long; what blocks all the same is told.
 * @param before what the plan begins with, renames done.
 * @param successors what rows become that hold a value of an enum which goes; null where nobody can say it.
 * @throws NselfError as onlineSeries.
 */
export function seriesOf(
  { tell }: Context,
  before: Catalog,
  wanted: Pick<Catalog, 'tables' | 'enums'> & Partial<Pick<Catalog, 'details'>>,
  planned: readonly Draft[],
  successors: readonly Successor[] | null = null,
): readonly OnlineDraft[] {
  const { drafts, blocking, blockingBack } = onlineSeries(
    planned,
    new TablesInUse(before, wanted.tables, wanted),
    successors,
  )
  const statement = (change: Change) => partsOf(change).map((sql) => plainNames(sql, new Set()))
  for (const change of blocking) tell(`Note: there is no known way to do this online: ${statement(change).join('; ')}`)
  for (const change of blockingBack)
    tell(
      `Note: this DOWN blocks others; to go back online, put the design back and write that with --online: ${statement(change).join('; ')}`,
    )
  return drafts
}

/** Proves each of new migrations by itself, on what those before it make. @throws NselfError `not-proven`. */
export async function proveEach(
  work: ScratchWork,
  files: readonly Migration[],
  fresh: readonly Migration[],
): Promise<void> {
  const isFresh = (file: Migration) => fresh.includes(file)
  const { proofs, broken } = await proveHistory(work.scratch, [...files, ...fresh], isFresh, [], false, work.replay)
  const failed = broken?.file ?? proofs.find(({ isProven }) => !isProven)?.file
  if (failed === undefined) return
  throw new NselfError('not-proven', `not proven: DOWN of ${failed.name} does not undo its UP by itself`, {
    hint: 'nothing was written; write the change without --online, and please report it',
  })
}
