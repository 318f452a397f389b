import { NselfError } from '../errors.ts'
import type { Applied } from '../migration/migration.ts'
import { compare, type State } from '../migration/state.ts'
import { planDown } from './down.ts'
import type { Plan } from './plan.ts'
import { isRepeatable, repeatablesAfter } from './repeatables.ts'
import { planUp } from './up.ts'

/**
 * What `redo` would do: revert the last `count` that were applied, and apply the same again from their files. Both are
 * known before the first runs, so that nothing is reverted that cannot be applied again.
 * @throws NselfError as planDown and planUp; `refused` where a file is not here.
 */
export function planRedo(state: State, count: number | undefined): { readonly down: Plan; readonly up: Plan } {
  const down = planDown(state, { count })
  const versions = versionsOf(down)
  const gone = state.entries.find(({ version, file, applied }) => applied && file === null && versions.has(version))
  if (gone !== undefined) {
    throw new NselfError('refused', `${gone.name} cannot be applied again: its file is not here`, {
      hint: 'bring the file back, or only revert: nself db migrate down; nothing was run',
    })
  }
  return { down, up: applyAgain(reverted(state, versions), versions) }
}

/** Of the migrations of a plan. */
export function versionsOf({ steps }: Plan): ReadonlySet<string> {
  return new Set(steps.flatMap(({ version }) => version ?? []))
}

/** Applies these and no others, and repeatables where no other migration is pending. */
export function applyAgain(state: State, versions: ReadonlySet<string>): Plan {
  const up = planUp(state, { allowOutOfOrder: true })
  const again = up.steps.filter((step) => isRepeatable(step) || versions.has(step.version))
  const isAll = again.length === up.steps.length
  return { ...up, steps: isAll ? again : again.filter((step) => !isRepeatable(step)) }
}

/** The state once these are reverted. */
export function reverted(state: State, versions: ReadonlySet<string>): State {
  const { entries, lost } = state
  const files = entries.map(({ file }) => file).filter((file) => file !== null)
  const rows = entries.map(({ applied }) => applied).filter((row): row is Applied => row !== null)
  return compare(
    files,
    rows.filter(({ version }) => !versions.has(version)),
    lost,
    repeatablesAfter(
      state,
      entries.filter(({ version, applied }) => applied !== null && versions.has(version)),
    ),
  )
}
