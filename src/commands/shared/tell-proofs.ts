import type { State } from '../../core/migration/state.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Context } from './context.ts'
import { provenDowns } from './proven-downs.ts'

/** Tells before anything is asked of which migrations DOWN is proven to bring back the schema that was, and of which not. */
export function tellProofs(context: Context, { steps }: Plan, state: State, major: number): void {
  const { tell } = context
  const proven = provenDowns(context, state, major)
  const [sure, unsure] = [true, false].map((wanted) =>
    steps.filter(({ file }) => (file !== null && proven.has(file)) === wanted).map(({ name }) => name),
  )
  if (sure !== undefined && sure.length > 0) tell(`Note: DOWN is proven to bring back the schema: ${sure.join(', ')}`)
  if (unsure === undefined || unsure.length === 0) return
  tell(
    `Warning: DOWN is not proven to bring back the schema: ${unsure.join(', ')}; to see what it does: nself db check --all`,
  )
}
