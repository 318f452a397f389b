import type { PartChoices } from '../../../core/check/choices.ts'
import type { CheckPart } from '../../../core/check/finding.ts'
import type { CheckSettings } from '../../../project/check-settings.ts'
import type { Context } from '../context.ts'
import { done, type PartFound } from './part-found.ts'
import { ifReadable, onReadable } from './readable-beginning.ts'
import type { CheckScope } from './scope.ts'

/** What is chosen for one check, and what the project says of all. */
interface Choices extends PartChoices {
  readonly settings: CheckSettings
  /** The parts that are wanted. */
  readonly parts: readonly CheckPart[]
}
type RunPart = (context: Context, scope: CheckScope, choices: Choices) => Promise<PartFound>

/** How each part runs; what a part needs is loaded when it does. */
export const partRuns: Record<CheckPart, RunPart> = {
  parse: async (context, scope) => {
    context.progress('parsing')
    return { findings: await (await import('./parse.ts')).checkSyntax(context, scope), outcome: done }
  },
  lint: async (context, scope, { settings }) => {
    context.progress('looking at statements')
    return (await import('./lint.ts')).checkLint(context, scope, settings.squawk)
  },
  proof: (context, scope, { parts }) =>
    onReadable(scope, async (part) => (await import('./proof.ts')).checkProofs(context, part, parts)),
  rows: (context, scope, { parts }) =>
    onReadable(scope, async (part) => (await import('./rows.ts')).checkRows(context, part, parts)),
  queries: (context, scope, { parts }) =>
    onReadable(scope, async (part) => (await import('./queries.ts')).checkQueries(context, part, parts)),
  merge: (context, scope, choices) =>
    ifReadable(scope, async () => (await import('./merge.ts')).checkMerge(context, scope, choices)),
  probe: async (context, scope, choices) => (await import('./probe.ts')).checkProbe(context, scope, choices),
}
