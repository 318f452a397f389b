import { NselfError } from '../../errors.ts'
import { fromBranch } from '../../migration/entry-words.ts'
import type { State } from '../../migration/state.ts'

/** What stopped partially applied or reverted can only be resumed in its own direction, from its own file. */
export function refusePartial(state: State): void {
  const failed = state.entries.filter((entry) => entry.status === 'failed')
  const reverting = failed.find((entry) => entry.applied?.state === 'reverting')
  if (reverting !== undefined) {
    throw new NselfError('refused', `${reverting.name} is partially reverted`, {
      hint: 'finish it first: nself db migrate down; or see nself db migrate repair',
    })
  }
  const lost = failed.find((entry) => entry.file === null)
  if (lost !== undefined) {
    throw new NselfError('refused', `${lost.name} is partially applied, and its file is not here${fromBranch(lost)}`, {
      hint: 'bring the file back, or see nself db migrate repair',
    })
  }
}
