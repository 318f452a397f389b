import type { Plan } from '../../core/plan/plan.ts'
import type { Context } from './context.ts'

/** Tells before anything is asked of which migrations DOWN is proven to bring back the schema that was, and of which not. */
export function tellProofs({ tell }: Context, { steps }: Plan, proven: ReadonlySet<string>): void {
  const [sure, unsure] = [true, false].map((wanted) =>
    steps.filter(({ kind, name }) => kind === 'migration' && proven.has(name) === wanted).map(({ name }) => name),
  )
  if (sure !== undefined && sure.length > 0) tell(`Note: DOWN is proven to bring back the schema: ${sure.join(', ')}`)
  if (unsure === undefined || unsure.length === 0) return
  tell(
    `Warning: DOWN is not proven to bring back the schema: ${unsure.join(', ')}; to see what it does: nself db check --all`,
  )
}
