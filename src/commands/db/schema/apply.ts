import { NselfError } from '../../../core/errors.ts'
import { pathKind } from '../../../project/path-kind.ts'
import type { Context } from '../../shared/context.ts'
import { type ImportOptions, importDesign } from '../../shared/import-design.ts'
import { runSeedsOf } from '../../shared/run-seeds.ts'
import type { ApplyResult } from '../../shared/schema-results.ts'
import { applyPending } from '../migrate/up.ts'

export interface ApplyOptions extends ImportOptions {
  readonly lockWaitMs: number
}

/** Import, up and seed in one, for those who work on a design. @throws NselfError `refused` in production. */
export async function applyDesign(context: Context, options: ApplyOptions): Promise<ApplyResult> {
  const { environment, seedsDir } = context.settings
  if (environment === 'production') {
    throw new NselfError('refused', 'schema apply is blocked in production; no flag changes that', {
      hint: 'write the migration: nself db schema import; read it; then: nself db update',
    })
  }
  const imported = await importDesign(context, options)
  const { lockWaitMs } = options
  const migrations = await applyPending(context, {
    limit: {},
    allowOutOfOrder: false,
    singleTransaction: false,
    lockWaitMs,
  })
  const hasSeeds = (await pathKind(seedsDir)) !== null
  const seeds = hasSeeds ? await runSeedsOf(context, 'all', { lockWaitMs }) : null
  return { kind: 'apply', import: imported, migrations, seeds }
}
