import type { Context } from '../shared/context.ts'
import type { ResetResult } from '../shared/seed-results.ts'
import { startOverWithSeeds } from '../shared/start-over.ts'

/** Drops all user objects, applies every migration, runs the seeds; never in production. */
export function reset(context: Context, options: { readonly lockWaitMs: number }): Promise<ResetResult> {
  return startOverWithSeeds(context, { ...options, singleTransaction: false }, 'reset')
}
