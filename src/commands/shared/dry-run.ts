import { emptySection, type Section } from '../../core/migration/section.ts'
import { wholeText } from '../../core/migration/section-text.ts'
import type { State } from '../../core/migration/state.ts'
import type { VariableValues } from '../../core/migration/variables.ts'
import { notesOnDown } from '../../core/plan/down.ts'
import { type Plan, type Step, squashNotes } from '../../core/plan/plan.ts'
import { keptNotes } from '../../core/plan/repeatables.ts'
import type { Client } from '../../postgres/driver/pg.ts'
import { previewBatch } from '../../postgres/run/first-batch.ts'
import { type Context, look } from './context.ts'
import { lookAtPlan, readPlan } from './look-at-plan.ts'
import type { ScriptsLook } from './look-at-scripts.ts'
import type { DryRunResult } from './migrate-results.ts'
import { refuseUnparsable } from './refuse-unparsable.ts'
import { sectionOf } from './step-section.ts'
import { tellUnknownNames } from './tell-unknown-names.ts'

/** The SQL that plans would send, one after the other, without a lock and without a change. */
export async function dryRun(
  context: Context,
  plansOf: (state: State) => readonly [Plan, ...Plan[]],
): Promise<DryRunResult> {
  return look(context, async ({ client }, found) => {
    tellUnknownNames(context, found.state)
    const plans = plansOf(found.state)
    const steps: DryRunResult['steps'][number][] = []
    for (const plan of plans) {
      for (const note of [...squashNotes(plan), ...notesOnDown(plan), ...keptNotes(plan, found.state)])
        context.tell(`Note: ${note}`)
      const read = await readPlan(context, client, found, plan)
      await refuseUnparsable(context, plan, found.history, read)
      const { findings } = await lookAtPlan(context, client, found, plan, read, { counts: true })
      for (const step of plan.steps) steps.push(await dryStep(client, step, context.settings.variables, findings))
    }
    return { kind: 'dry-run', action: plans[0].action === 'down' ? 'down' : 'up', steps }
  })
}

/** What a step runs, as it may be shown. */
async function shownSection(client: Client, step: Step, variables: VariableValues): Promise<Section> {
  const found = await sectionOf(client, step)
  return found === null ? emptySection : variables.show(found.section, found.path)
}

async function dryStep(
  client: Client,
  step: Step,
  variables: VariableValues,
  findings: ScriptsLook['findings'],
): Promise<DryRunResult['steps'][number]> {
  const { direction, version, name } = step
  const section = await shownSection(client, step, variables)
  const { batch } = section
  const preview = batch === null ? null : await previewBatch(client, step, section)
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
    transaction: section.transaction,
    ...(section.blocks > 0 ? { blocks: section.blocks } : {}),
    ...(batch === null
      ? {}
      : { batches: { count: preview?.count ?? null, size: batch.kind === 'by-key' ? batch.size : null } }),
    sql: (preview?.sql ?? wholeText(section)).trim(),
    dangers,
  }
}
