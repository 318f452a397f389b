import { databaseName, durationText } from '../../core/database-name.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Context } from './context.ts'
import { migrationCount, type Prepared } from './prepare-run.ts'

/** Says what begins, and on which database. */
export function tellBeginning({ tell, settings }: Context, { plan, database }: Prepared): void {
  if (plan.action !== 'up') return
  tell(`Applying ${migrationCount(plan.steps.length)} to ${databaseName(database)} (${settings.environment})`)
}

/** Tells each step as it ends, with how long it took. */
export function stepTeller({ tell, now }: Context, { plan }: Prepared) {
  const width = Math.max(...plan.steps.map(({ name }) => name.length))
  let began = now()
  return ({ name, direction, file }: Plan['steps'][number], outcome: 'done' | 'failed'): void => {
    const took = durationText(now() - began)
    began = now()
    const isWhole = file?.[direction]?.transaction ?? false
    if (outcome === 'done') tell(`✓ ${name.padEnd(width)}  ${took.padStart(8)}`)
    else tell(isWhole ? `✗ ${name}   rolled back` : `✗ ${name}`)
  }
}
