import type { Entry, State, Status } from '../migration/state.ts'
import { contradictionChecks } from './contradictions.ts'
import { refuseEditedBatches } from './edited-batches.ts'
import { type Limit, type Plan, settledBy, step, unknownVersion } from './plan.ts'
import { refuseEdited } from './refusals/edited.ts'
import { refuseEmpty } from './refusals/empty.ts'
import { refuseLeftDependency } from './refusals/left-dependency.ts'
import { refuseOutOfOrder } from './refusals/out-of-order.ts'
import { refusePartial } from './refusals/partial.ts'
import { repeatableSteps } from './repeatables.ts'

/** Which of the pending migrations `up` is to run, and what of them is agreed to. */
export interface UpChoice extends Limit {
  /** Run those too that come before something that is applied. */
  readonly allowOutOfOrder?: boolean | undefined
  /** `expand`: leave what waits until the new release is out. */
  readonly phase?: 'expand' | undefined
}

/** What keeps `up` from running anything, the first first. Each throws. */
const checksOfState = [...contradictionChecks, refuseEdited, refusePartial]

/** What keeps `up` from running what was chosen. Each throws. */
const checksOfChosen: readonly ((chosen: readonly Entry[], state: State, choice: UpChoice) => void)[] = [
  refuseLeftDependency,
  refuseOutOfOrder,
  refuseEmpty,
]

/**
 * What `up` would run, in order. Repeatables come last, and only where no migration stays pending that does not wait for the release.
 * @throws NselfError as the checks above, each with its own code; `usage` for an unknown `to`.
 */
export function planUp(state: State, choice: UpChoice = {}): Plan {
  for (const check of checksOfState) check(state)
  const chosen = choose(state, choice)
  for (const check of checksOfChosen) check(chosen, state, choice)
  const migrations = chosen.map((entry) => step('up', entry))
  refuseEditedBatches(migrations)
  const isLast = chosen.length === state.entries.filter((entry) => isWanted(entry, choice)).length
  return {
    action: 'up',
    steps: isLast ? [...migrations, ...repeatableSteps(state, rerunBy(chosen))] : migrations,
    ...settledBy(state),
  }
}

/** The repeatables that these migrations take away. */
const rerunBy = (chosen: readonly Entry[]) => new Set(chosen.flatMap(({ file }) => file?.reruns ?? []))

function choose({ entries }: State, choice: UpChoice): Entry[] {
  const { count, to } = choice
  const end = to === undefined ? entries.length : entries.findIndex(({ version }) => version === to) + 1
  if (to !== undefined && end === 0) throw unknownVersion(to)
  return entries
    .slice(0, end)
    .filter((entry) => isWanted(entry, choice))
    .slice(0, count)
}

function isWanted({ status, file }: Entry, { phase }: UpChoice): boolean {
  return isOpen(status) && !(phase === 'expand' && file?.phase === 'contract')
}

function isOpen(status: Status): boolean {
  return status === 'pending' || status === 'empty' || status === 'failed'
}
