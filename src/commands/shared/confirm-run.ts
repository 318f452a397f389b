import { certain } from '../../core/certain.ts'
import { databaseName } from '../../core/database-name.ts'
import { type Approved, approve, approvedOnes, wouldAsk } from '../../core/guard/guard.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { countSteps } from '../../core/plan/repeatables.ts'
import { briefingOf, type RunPart } from './brief-run.ts'
import type { Context } from './context.ts'
import type { Prepared, RunKind } from './prepare-run.ts'

/** @throws NselfError `refused`, `not-confirmed`. */
export async function confirm(context: Context, prepared: Prepared, kind: RunKind): Promise<Approved<Plan>> {
  const [approved] = await confirmAll(context, [{ prepared, kind }], kind.backsUp === true)
  return certain(approved)
}

/** One question for all of them. @throws NselfError as confirm. */
export async function confirmAll(
  context: Context,
  parts: readonly [RunPart, ...RunPart[]],
  backsUp: boolean,
): Promise<Approved<Plan>[]> {
  const { ask, answers, settings, tell } = context
  const [{ kind, prepared }] = parts
  const { plan, database } = prepared
  const intent = {
    action: kind.action ?? plan.action,
    what: parts.map((part) => part.prepared.plan),
    summary: `${kind.summary(countSteps(plan.steps))} ${databaseName(database)}`,
    destructive: parts.some((part) => part.prepared.dangers > 0),
    briefing: briefingOf(context, parts, backsUp),
  }
  if (!wouldAsk(intent, settings.environment, answers, ask)) {
    for (const line of parts.flatMap((part) => part.prepared.lines)) tell(line)
  }
  return approvedOnes(await approve(intent, settings.environment, answers, ask))
}
