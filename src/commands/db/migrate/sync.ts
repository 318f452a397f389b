import type { State } from '../../../core/migration/state.ts'
import { reverted, versionsOf } from '../../../core/plan/redo.ts'
import { applyRest, planSync } from '../../../core/plan/sync.ts'
import type { Context } from '../../shared/context.ts'
import { dryRun } from '../../shared/dry-run.ts'
import type { DryRunResult, RunResult } from '../../shared/migrate-results.ts'
import type { RunFlags } from '../../shared/perform-run.ts'
import type { RunKind } from '../../shared/prepare-run.ts'
import { runTogether } from '../../shared/run-plan.ts'

export interface SyncOptions extends RunFlags {
  readonly dryRun: boolean
}

/** Makes the database match the files that are here: reverts what is not among them, and applies what is pending. */
export async function sync(context: Context, options: SyncOptions): Promise<RunResult | DryRunResult> {
  if (options.dryRun) {
    return dryRun(context, (state) => {
      const { down, up } = planSync(state)
      return [down, up]
    })
  }
  return runTogether(context, kindsOf, options)
}

const command = 'db migrate sync'

function kindsOf(state: State): readonly [RunKind, ...RunKind[]] {
  const planned = planSync(state)
  const versions = versionsOf(planned.down)
  const rest = planned.up.steps.length
  const up: RunKind = {
    begin: (found) => reverted(found, versions),
    plan: applyRest,
    command,
    leavesMark: true,
    summary: (what) => `apply ${what} to`,
  }
  if (versions.size === 0) return [up]
  const down: RunKind = {
    plan: (now) => planSync(now).down,
    command,
    ...(rest === 0 ? {} : { deed: `will be reverted, and ${rest} applied` }),
    summary: (what) => `revert ${what}${rest === 0 ? '' : ` and apply ${rest}`} on`,
  }
  return rest === 0 ? [down] : [down, up]
}
