import { wholeText } from '../../core/migration/section-text.ts'
import type { State } from '../../core/migration/state.ts'
import { notesOnDown } from '../../core/plan/down.ts'
import type { Plan, Step } from '../../core/plan/plan.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import { readStoredDown } from '../../postgres/tracking/stored-down.ts'
import { type Context, look } from './context.ts'
import { lookAtPlan } from './look-at-plan.ts'
import type { ScriptsLook } from './look-at-scripts.ts'
import type { DryRunResult } from './migrate-results.ts'
import { refuseUnparsable } from './refuse-unparsable.ts'

/** The SQL that plans would send, one after the other, without a lock and without a change. */
export async function dryRun(
  context: Context,
  plansOf: (state: State) => readonly [Plan, ...Plan[]],
): Promise<DryRunResult> {
  return look(context, async ({ client }, found) => {
    const plans = plansOf(found.state)
    const steps: DryRunResult['steps'][number][] = []
    for (const plan of plans) {
      for (const note of notesOnDown(plan)) context.tell(`Note: ${note}`)
      await refuseUnparsable(context, plan, found.history)
      const { findings } = await lookAtPlan(context, client, found, plan, { counts: true })
      for (const step of plan.steps) steps.push(await dryStep(client, step, findings))
    }
    return { kind: 'dry-run', action: plans[0].action === 'down' ? 'down' : 'up', steps }
  })
}

async function dryStep(
  client: Client,
  { direction, file, version, name, applied }: Step,
  findings: ScriptsLook['findings'],
): Promise<DryRunResult['steps'][number]> {
  const section = direction === 'up' ? file?.up : file?.down
  const sql = file && section ? wholeText(section) : await readStoredDown(client, applied ?? { version, name })
  const dangers = findings
    .filter(({ migration }) => migration === name)
    .map(({ kind, object, what, destructive, location, count }) => ({
      kind,
      object,
      message: what,
      destructive,
      location,
      count,
    }))
  return {
    version,
    name,
    direction,
    transaction: section?.transaction ?? true,
    ...(section && section.blocks > 0 ? { blocks: section.blocks } : {}),
    sql: (sql ?? '').trim(),
    dangers,
  }
}
