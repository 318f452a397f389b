import { databaseName } from '../../core/database-name.ts'
import { displayWidth, padTo } from '../../core/display-width.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { countSteps } from '../../core/plan/repeatables.ts'
import { durationText } from '../../core/quantities.ts'
import type { Context } from './context.ts'
import type { Prepared } from './prepare-run.ts'

/** Says what begins, and on which database. */
export function tellBeginning({ tell, settings }: Context, { plan, database }: Prepared): void {
  if (plan.action !== 'up') return
  tell(`Applying ${countSteps(plan.steps)} to ${databaseName(database)} (${settings.environment})`)
}

type Step = Plan['steps'][number]
type OnStep = (step: Step, outcome: 'done' | 'failed') => void

/** More steps than these are counted in one line at a terminal. */
const mostLines = 20

/** Tells each step as it ends, with how long it took; many at a terminal as a count, and at the end the slow ones. */
export function stepTeller(
  context: Pick<Context, 'tell' | 'now' | 'ask'>,
  { plan }: { readonly plan: Pick<Plan, 'steps'> },
): OnStep {
  const { tell, now, ask } = context
  const width = Math.max(...plan.steps.map(({ name }) => displayWidth(name)))
  const line = (name: string, took: number) => `✓ ${padTo(name, width)}  ${durationText(took).padStart(8)}`
  const counter = ask !== null && plan.steps.length > mostLines ? stepCounter(context, plan.steps.length, line) : null
  let began = now()
  const together = new Set(plan.steps.flatMap((step, i) => (isBesideNext(step, plan.steps[i + 1]) ? [step.name] : [])))
  return (step, outcome) => {
    const { name, direction, file } = step
    // What runs in one transaction ends at one moment: the last of them has the time of all.
    if (outcome === 'done' && counter === null && together.has(name)) return tell(`✓ ${name}`)
    const took = now() - began
    began = now()
    const isWhole = file?.[direction]?.transaction ?? false
    if (outcome === 'failed') {
      counter?.end()
      tell(isWhole ? `✗ ${name}   rolled back` : `✗ ${name}`)
    } else if (counter === null) tell(line(name, took))
    else counter.done(step, took)
  }
}

/** Repeatables that follow each other are done in one transaction. */
const isBesideNext = (step: Step, next: Step | undefined) => step.kind === 'repeatable' && next?.kind === 'repeatable'

const slow = 1000
const slowShown = 5

/** Tells nothing of a step by itself, for the line that moves counts them; at their end how many there were, and which were slow. */
function stepCounter({ tell }: Pick<Context, 'tell'>, total: number, line: (name: string, took: number) => string) {
  const steps: (Pick<Step, 'name' | 'kind'> & { readonly took: number })[] = []
  const end = () => {
    if (steps.length === 0) return
    tell(`✓ ${countSteps(steps)}`)
    const slowest = steps.filter(({ took }) => took >= slow).sort((a, b) => b.took - a.took)
    for (const { name, took } of slowest.slice(0, slowShown)) tell(line(name, took))
  }
  return {
    end,
    done({ name, kind }: Step, took: number) {
      steps.push({ name, kind, took })
      if (steps.length === total) end()
    },
  }
}
