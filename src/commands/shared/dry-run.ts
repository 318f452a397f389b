import { notesOnDown, type Plan } from '../../core/migration/plan.ts'
import { wholeText } from '../../core/migration/section-text.ts'
import type { State } from '../../core/migration/state.ts'
import { readStoredDown } from '../../postgres/tracking/stored-down.ts'
import { type Context, look } from './context.ts'
import { lookAtPlan } from './look-at-plan.ts'
import type { DryRunResult } from './migrate-results.ts'

/** The SQL that a run would send, without a lock and without a change. */
export async function dryRun(context: Context, plan: (state: State) => Plan): Promise<DryRunResult> {
  const steps: DryRunResult['steps'][number][] = []
  return look(context, async ({ client }, found) => {
    const planned = plan(found.state)
    for (const note of notesOnDown(planned)) context.tell(`Note: ${note}`)
    const { findings } = await lookAtPlan(context, client, found, planned)
    for (const { direction, file, version, name, applied } of planned.steps) {
      const section = direction === 'up' ? file?.up : file?.down
      const sql = file && section ? wholeText(section) : await readStoredDown(client, applied ?? { version, name })
      const dangers = findings
        .filter(({ migration }) => migration === name)
        .map(({ kind, object, what, destructive, location }) => ({
          kind,
          object,
          message: what,
          destructive,
          location,
        }))
      steps.push({
        version,
        name,
        transaction: section?.transaction ?? true,
        ...(section && section.blocks > 0 ? { blocks: section.blocks } : {}),
        sql: (sql ?? '').trim(),
        dangers,
      })
    }
    return { kind: 'dry-run', action: planned.action === 'down' ? 'down' : 'up', steps }
  })
}
