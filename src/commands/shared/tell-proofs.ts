import { parseProofs, proofKeys } from '../../core/check/proof-lines.ts'
import { compare, type State } from '../../core/migration/state.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { readProofs } from '../../project/proofs.ts'
import type { Context } from './context.ts'

/** Tells before anything is asked of which migrations DOWN is proven to bring back the schema that was, and of which not. */
export function tellProofs({ settings, tell }: Context, { steps }: Plan, state: State, major: number): void {
  const files = compare(
    state.entries.flatMap(({ file }) => file ?? []),
    [],
  ).entries.flatMap(({ file }) => file ?? [])
  const known = new Set(parseProofs(readProofs(settings.migrationsDir)).map(({ key }) => key))
  const keys = proofKeys(files, major)
  const proven = new Set(files.filter((_, i) => known.has(keys[i] ?? '')))
  const [sure, unsure] = [true, false].map((wanted) =>
    steps.filter(({ file }) => (file !== null && proven.has(file)) === wanted).map(({ name }) => name),
  )
  if (sure !== undefined && sure.length > 0) tell(`Note: DOWN is proven to bring back the schema: ${sure.join(', ')}`)
  if (unsure === undefined || unsure.length === 0) return
  tell(
    `Warning: DOWN is not proven to bring back the schema: ${unsure.join(', ')}; to see what it does: nself db check --all`,
  )
}
