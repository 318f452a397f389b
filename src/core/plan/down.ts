import type { Batch, BatchesDone, KeyBatch } from '../migration/batch.ts'
import { fileOfDown } from '../migration/down-file.ts'
import type { Migration } from '../migration/migration.ts'
import type { Entry, State } from '../migration/state.ts'
import { storedDown } from '../migration/stored-down.ts'
import { rowsDoneText } from '../rows-done.ts'
import { refuseEditedBatches } from './edited-batches.ts'
import { type Limit, type Plan, settledBy, step, unknownVersion } from './plan.ts'
import { refuseIrreversible } from './refusals/irreversible.ts'
import { refuseLostRows } from './refusals/lost-rows.ts'
import { refuseTwins } from './refusals/twins.ts'
import { repeatableReverts } from './repeatables.ts'

/**
 * What `down` would revert: by order of application, the last first. `to` is kept; 0 means all of them. With both,
 * no more than `count`.
 * @throws NselfError `refused` where rows are gone, or one of them cannot be reverted, `usage` for an unknown `to`.
 */
export function planDown(state: State, limit: Limit = {}): Plan {
  refuseTwins(state)
  refuseLostRows(state)
  const applied = lastAppliedFirst(state)
  let chosen = applied.slice(0, limit.to === undefined ? (limit.count ?? 1) : undefined)
  if (limit.to !== undefined) {
    const at = applied.findIndex((entry) => entry.version === limit.to)
    if (at === -1 && limit.to !== '0') throw unknownVersion(limit.to, 'not applied')
    chosen = (at === -1 ? applied : applied.slice(0, at)).slice(0, limit.count)
  }
  return planRevert(state, chosen)
}

/**
 * Reverts these, in this order.
 * @param wayOut what to do instead where one of them has no DOWN; otherwise how to write one.
 * @throws NselfError `refused` where one of them cannot be reverted.
 */
export function planRevert(state: State, chosen: readonly Entry[], wayOut?: string): Plan {
  refuseIrreversible(chosen, wayOut)
  const steps = chosen.map((entry) => step('down', { ...entry, file: fileOfDown(entry) }))
  refuseEditedBatches(steps)
  const { before, after } = repeatableReverts(state, chosen)
  const again = new Set(after.map(({ repeatable }) => repeatable.name))
  const reverting = steps.map((one) => {
    const takes = one.file?.down?.reruns.filter((name) => again.has(name)) ?? []
    return takes.length === 0 ? one : { ...one, takes }
  })
  return { action: 'down', steps: [...before, ...reverting, ...after], ...settledBy(state) }
}

/** What is applied, in the order in which it is reverted. */
export function lastAppliedFirst({ entries }: State): Entry[] {
  return entries
    .filter((entry) => entry.applied !== null)
    .sort((a, b) => (b.applied?.position ?? 0) - (a.applied?.position ?? 0))
}

/** What the DOWN of an UP that stopped between two batches runs over. */
function downOfBatches(file: Migration | null, { to }: BatchesDone): string {
  const isSame = file?.down?.batch?.kind === 'by-key' && isSameWalk(file.up.batch, file.down.batch)
  return isSame && to !== null ? 'Its DOWN runs over these' : 'Its DOWN runs as if all were done'
}

function isSameWalk(up: Batch | null, down: KeyBatch): boolean {
  const walk = ({ table, key }: KeyBatch) => JSON.stringify([table, key])
  return up?.kind === 'by-key' && walk(up) === walk(down)
}

/** Which DOWN is run, where that is not simply the one of the file, as sentences. */
export function notesOnDown({ steps }: Plan): string[] {
  return steps.flatMap(({ direction, name, file, applied }) => {
    if (direction !== 'down' || applied === null) return []
    if (applied.state === 'failed' && applied.batches !== null && applied.batches.rows > 0)
      return [`${name} is partially applied: ${rowsDoneText(applied.batches)}. ${downOfBatches(file, applied.batches)}`]
    if (file === null) return [`${name} is reverted by the DOWN that was stored when it was applied`]
    const stored = applied.revertible ? applied.shortDown : ''
    if (stored === null || stored === storedDown(file)) return []
    return [`${name} is reverted by the DOWN of its file, which has changed since it was applied`]
  })
}
