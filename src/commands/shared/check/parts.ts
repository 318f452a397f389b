import type { PartChoices } from '../../../core/check/choices.ts'
import type { CheckPart } from '../../../core/check/finding.ts'
import type { Context } from '../context.ts'
import { done, type PartFound } from './part-found.ts'
import type { CheckScope } from './scope.ts'

type RunPart = (context: Context, scope: CheckScope, choices: PartChoices) => Promise<PartFound>

/** How each part runs; what a part needs is loaded when it does. */
export const partRuns: Record<CheckPart, RunPart> = {
  parse: async (context, scope) => {
    context.progress('parsing')
    return { findings: await (await import('./parse.ts')).checkSyntax(context, scope), outcome: done }
  },
  proof: async (context, scope) => (await import('./proof.ts')).checkProofs(context, scope),
  probe: async (context, scope, choices) => (await import('./probe.ts')).checkProbe(context, scope, choices),
}
