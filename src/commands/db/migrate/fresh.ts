import type { Action } from '../../../core/guard.ts'
import { planFresh } from '../../../core/migration/plan.ts'
import { dropEverything } from '../../../postgres/databases/drop-everything.ts'
import type { Context } from '../../shared/context.ts'
import type { ResetResult, RunResult } from '../../shared/results.ts'
import { count, type RunFlags, run } from '../../shared/run-plan.ts'
import { readSeedsOf, seed } from '../seed.ts'

export interface FreshOptions extends RunFlags {
  readonly seed: boolean
}

/** Drops all user objects and runs everything again, then the seeds if wanted; never in production. */
export async function fresh(context: Context, options: FreshOptions): Promise<RunResult | ResetResult> {
  return options.seed ? freshWithSeeds(context, options, 'fresh') : freshAlone(context, options, 'fresh')
}

/** Also what `reset` does. Seeds that cannot be read are found before anything is dropped. */
export async function freshWithSeeds(context: Context, options: RunFlags, action: Action): Promise<ResetResult> {
  await readSeedsOf(context, 'all')
  const migrations = await freshAlone(context, options, action)
  return { kind: 'reset', migrations, seeds: await seed(context, 'all', options) }
}

async function freshAlone(context: Context, options: RunFlags, action: Action): Promise<RunResult> {
  const { environment } = context.settings
  const before = ({ client }: Parameters<typeof dropEverything>[0]) => dropEverything({ client }, environment)
  const summary = (steps: number) => `drop everything and apply ${count(steps)} to`
  return run(context, { plan: planFresh, summary, action, before }, options)
}
