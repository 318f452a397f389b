import type { Action } from '../../core/guard/guard.ts'
import { planFresh } from '../../core/plan/fresh.ts'
import { dropEverything } from '../../postgres/databases/drop-everything.ts'
import type { Context } from './context.ts'
import type { RunResult } from './migrate-results.ts'
import type { RunFlags } from './perform-run.ts'
import { run } from './run-plan.ts'
import { readSeedsOf, runSeedsOf } from './run-seeds.ts'
import type { ResetResult } from './seed-results.ts'

/** Drops all user objects and applies every migration. @throws NselfError `refused` in production. */
export async function startOver(context: Context, options: RunFlags, action: Action): Promise<RunResult> {
  const { environment } = context.settings
  const before = ({ client }: Parameters<typeof dropEverything>[0]) =>
    dropEverything({ client }, environment, context.tell)
  const summary = (what: string) => `drop everything and apply ${what} to`
  const command = action === 'reset' ? 'db reset' : 'db migrate fresh'
  const deed = 'will run from the start, once everything is dropped'
  return run(context, { plan: planFresh, command, summary, deed, action, before }, options)
}

/** The same, then the seeds. Seeds that cannot be read are found before anything is dropped. */
export async function startOverWithSeeds(context: Context, options: RunFlags, action: Action): Promise<ResetResult> {
  await readSeedsOf(context, 'all')
  const migrations = await startOver(context, options, action)
  return { kind: 'reset', migrations, seeds: await runSeedsOf(context, 'all', options) }
}
