import type { Entry, State } from '../migration/state.ts'
import { lastAppliedFirst, planRevert } from './down.ts'
import type { Plan } from './plan.ts'
import { reverted, versionsOf } from './redo.ts'
import { refuseBesideParts, refuseHalfSquashed } from './refusals/half-squashed.ts'
import { refuseLostRows } from './refusals/lost-rows.ts'
import { refuseRenumbered } from './refusals/renumbered.ts'
import { refuseTwins } from './refusals/twins.ts'
import { planUp } from './up.ts'

/**
 * What makes a database match the files: what is applied and not in them, or in them with another text, is reverted by
 * the DOWN that was stored with it, last applied first. Then all that is pending is applied, whatever its number.
 * Both are known before the first runs.
 * @throws NselfError as planUp, for the state that the reverting leaves; `refused` where one has no DOWN, or was renamed.
 */
export function planSync(state: State): { readonly down: Plan; readonly up: Plan } {
  refuseTwins(state)
  refuseLostRows(state)
  refuseBesideParts(state)
  refuseHalfSquashed(state)
  // What has another number now is here: reverting it would lose its rows for nothing.
  refuseRenumbered(state)
  const down = planRevert(state, lastAppliedFirst(state).filter(isForeign), noWayBack)
  return { down, up: applyRest(reverted(state, versionsOf(down))) }
}

const noWayBack =
  'bring its file back (git switch to its branch) and write a DOWN section there, or locally start over: nself db migrate fresh; nothing was changed'

/** What a checkout has not, or has with another text, and what is partially reverted already. */
function isForeign({ status, file, applied }: Entry): boolean {
  return file === null || status === 'edited' || applied?.state === 'reverting'
}

/** All that is pending, whatever its number. @throws NselfError as planUp. */
export function applyRest(state: State): Plan {
  return planUp(state, { allowOutOfOrder: true })
}
