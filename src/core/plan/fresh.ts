import { compare, type State } from '../migration/state.ts'
import { type Plan, step } from './plan.ts'
import { refuseEmpty } from './refusals/empty.ts'
import { refuseTwins } from './refusals/twins.ts'
import { filesOf, repeatableSteps } from './repeatables.ts'

/**
 * Everything from the start, on an empty database.
 * @throws NselfError as compare: nothing that is applied now counts; `conflict` for two files of one version, `invalid-migration` for an empty UP.
 */
export function planFresh(state: State): Plan {
  refuseTwins(state)
  const files = state.entries.map((entry) => entry.file).filter((file) => file !== null)
  const { entries, repeatables } = compare(files, [], [], { files: filesOf(state), rows: [] })
  refuseEmpty(entries)
  return { action: 'fresh', steps: [...entries.map((entry) => step('up', entry)), ...repeatableSteps({ repeatables })] }
}
