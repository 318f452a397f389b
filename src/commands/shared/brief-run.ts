import type { BriefedStep, Briefing } from '../../core/briefing.ts'
import { countSteps } from '../../core/plan/repeatables.ts'
import { afterBackup, briefingOn } from './brief.ts'
import type { Context } from './context.ts'
import type { Prepared, RunKind } from './prepare-run.ts'

/** One of the runs that are asked for together. */
export interface RunPart {
  readonly kind: RunKind
  readonly prepared: Prepared
}

/** The block above the question that stands for all of them. */
export function briefingOf(context: Context, parts: readonly [RunPart, ...RunPart[]], backsUp: boolean): Briefing {
  const [{ kind, prepared }] = parts
  const { plan, server, size } = prepared
  const deed = kind.deed ?? (plan.action === 'down' ? 'will be reverted' : 'will run')
  const before = backsUp ? afterBackup(size) : ''
  return briefingOn(context, server, {
    title: `${countSteps(plan.steps)} ${deed}${before}:`,
    steps: mergedSteps(parts.map((part) => part.prepared.steps)),
    notes: parts.flatMap(({ prepared: { schema } }) => (schema === null ? [] : [schema])),
  })
}

/** What is reverted and applied again is one step. */
function mergedSteps(parts: readonly (readonly BriefedStep[])[]): BriefedStep[] {
  const merged = new Map<string, BriefedStep>()
  for (const step of parts.flat()) {
    const before = merged.get(step.name)
    const items = [...(before?.items ?? []), ...step.items]
    merged.set(step.name, { ...step, items, note: before?.note ?? step.note })
  }
  return [...merged.values()]
}
