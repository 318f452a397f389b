import { NselfError } from '../errors.ts'
import type { State } from '../migration/state.ts'
import { refuseBesideParts, refuseHalfSquashed } from './refusals/half-squashed.ts'
import { refuseLostRows } from './refusals/lost-rows.ts'
import { refuseRenumbered } from './refusals/renumbered.ts'
import { refuseTakenNumbers } from './refusals/taken-numbers.ts'
import { refuseTwins } from './refusals/twins.ts'

/** How files and rows can contradict each other: while one of these holds, `up` runs nothing at all. */
export const contradictionChecks: readonly ((state: State) => void)[] = [
  refuseBesideParts,
  refuseTwins,
  refuseLostRows,
  refuseHalfSquashed,
  refuseTakenNumbers,
  refuseRenumbered,
]

/** Every contradiction between files and rows, as the error that `up` would stop with. */
export function contradictions(state: State): NselfError[] {
  return contradictionChecks.flatMap((refuse) => {
    try {
      refuse(state)
      return []
    } catch (error) {
      if (error instanceof NselfError) return [error]
      throw error
    }
  })
}
