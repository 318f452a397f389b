import { certain } from '../certain.ts'
import type { Watch } from '../effect.ts'
import { NselfError } from '../errors.ts'
import { isSameText } from '../migration/identity.ts'
import type { Direction } from '../migration/marker.ts'
import type { Applied, Migration } from '../migration/migration.ts'
import type { Section } from '../migration/section.ts'
import { compare, type Entry, type State, type Status } from '../migration/state.ts'
import { storedDown } from '../migration/stored-down.ts'
import {
  listNames,
  outOfOrder,
  refuseEdited,
  refuseLostRows,
  refusePartial,
  refuseRenumbered,
  refuseTakenNumbers,
  refuseTwins,
} from './refusals.ts'

export interface Step {
  readonly direction: Direction
  readonly version: string
  readonly name: string
  /** Null for `down` of a migration whose file is not here or is edited: its DOWN comes from the database. */
  readonly file: Migration | null
  /** Its row, where it has one: what `down` reverts, or a failed attempt that `up` resumes. */
  readonly applied: Applied | null
  /** How its effects are looked at; not at all without it. */
  readonly watch?: Watch
}

export interface Plan {
  readonly action: 'up' | 'down' | 'fresh'
  readonly steps: readonly Step[]
  /** The rows of files that were renamed since they were applied. */
  readonly renames?: readonly RenamedMigration[]
}

export interface RenamedMigration {
  readonly version: string
  readonly from: string
  readonly to: string
}

export interface Limit {
  /** Up to so many; undefined for no limit. */
  readonly count?: number | undefined
  /** Canonical version to stop at. */
  readonly to?: string | undefined
}

/**
 * What `up` would run, in order.
 * @throws NselfError `refused` where rows are gone, for edited, failed and missing, partially reverted, renumbered or out-of-order ones, and
 * where a missing one has the number of a pending one; `usage` for an unknown `to`, `conflict` for two of one version.
 */
export function planUp(state: State, limit: Limit = {}, allowOutOfOrder = false): Plan {
  refuseTwins(state)
  refuseLostRows(state)
  refuseTakenNumbers(state)
  refuseRenumbered(state)
  refuseEdited(state)
  if (limit.to !== undefined && !state.entries.some((entry) => entry.version === limit.to))
    throw unknownVersion(limit.to)
  refusePartial(state)
  const end = limit.to === undefined ? state.entries.length : state.entries.findIndex((e) => e.version === limit.to) + 1
  const open = state.entries.slice(0, end).filter(({ status }) => isOpen(status))
  const chosen = open.slice(0, limit.count)
  const late = chosen.filter((entry) => entry.outOfOrder)
  if (late.length > 0 && !allowOutOfOrder) throw outOfOrder(late, state.entries)
  const steps = withStatements(chosen.map((entry) => step('up', entry)))
  return { action: 'up', steps, renames: renamesOf(state) }
}

function renamesOf({ entries }: State): RenamedMigration[] {
  return entries.flatMap(({ version, file, applied }) =>
    file !== null && applied !== null && file.name !== applied.name
      ? [{ version, from: applied.name, to: file.name }]
      : [],
  )
}

function isOpen(status: Status): boolean {
  return status === 'pending' || status === 'empty' || status === 'failed'
}

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
 * @param wayOut what to do instead where one of them has no DOWN.
 * @throws NselfError `refused` where one of them cannot be reverted.
 */
export function planRevert(
  state: State,
  chosen: readonly Entry[],
  wayOut = 'write a DOWN section for it, or use --to to revert only what was applied after it; nothing was changed',
): Plan {
  refuseIrreversible(chosen, wayOut)
  const steps = chosen.map((entry) => step('down', { ...entry, file: fileOfDown(entry) }))
  return { action: 'down', steps, renames: renamesOf(state) }
}

export function lastAppliedFirst({ entries }: State): Entry[] {
  return entries
    .filter((entry) => entry.applied !== null)
    .sort((a, b) => (b.applied?.position ?? 0) - (a.applied?.position ?? 0))
}

/** The file whose DOWN reverts a migration: none where its UP is not what was applied, so that what is stored must. */
function fileOfDown({ file, applied }: Entry): Migration | null {
  return file !== null && applied !== null && isSameText(file, applied) ? file : null
}

function refuseIrreversible(chosen: readonly Entry[], wayOut: string): void {
  const stuck = chosen.filter((entry) => {
    const file = fileOfDown(entry)
    return file === null ? entry.applied?.revertible !== true : file.down === null
  })
  if (stuck.length === 0) return
  const edited = stuck.find(({ status, file }) => status === 'edited' && file?.down)
  throw new NselfError('refused', `cannot revert ${listNames(stuck)}: no DOWN`, {
    hint: edited
      ? `${edited.name} had none when it was applied, and its file has changed since. If the DOWN that it has now fits, accept the file: nself db migrate repair --accept ${edited.version}. Nothing was changed`
      : wayOut,
  })
}

/** Which DOWN is run, where that is not simply the one of the file, as sentences. */
export function notesOnDown({ steps }: Plan): string[] {
  return steps.flatMap(({ direction, name, file, applied }) => {
    if (direction !== 'down' || applied === null) return []
    if (file === null) return [`${name} is reverted by the DOWN that was stored when it was applied`]
    const stored = applied.revertible ? applied.shortDown : ''
    if (stored === null || stored === storedDown(file)) return []
    return [`${name} is reverted by the DOWN of its file, which has changed since it was applied`]
  })
}

/** A file that was created and not yet written would count as applied for ever. @throws NselfError `invalid-migration`. */
function withStatements(steps: readonly Step[]): readonly Step[] {
  const empty = steps.find(({ file }) => file !== null && file.up.statements.length === 0 && !file.up.nothingToDo)
  if (empty === undefined) return steps
  throw new NselfError(
    'invalid-migration',
    `${empty.file?.path ?? empty.name} has no statement in UP; nothing was run`,
    {
      hint: 'write its SQL; or, if it should do nothing, put -- nself: nothing-to-do below -- UP',
    },
  )
}

/** Everything from the start, on an empty database. @throws NselfError as compare: nothing that is applied now counts. */
export function planFresh(state: State): Plan {
  refuseTwins(state)
  const files = state.entries.map((entry) => entry.file).filter((file) => file !== null)
  return { action: 'fresh', steps: withStatements(compare(files, []).entries.map((entry) => step('up', entry))) }
}

/** True when an earlier attempt at the same stopped inside it: the step resumes after the statements that are done. */
export function resumes({ direction, applied }: Step): boolean {
  return direction === 'up' ? applied?.state === 'failed' : applied?.state === 'reverting'
}

/** True when both would do the same: nothing changed while somebody was asked. */
export function samePlan(a: Plan, b: Plan): boolean {
  return a.steps.length === b.steps.length && a.steps.every((step, i) => isSameStep(step, certain(b.steps[i])))
}

/** One file, read once, is the same whatever is in it. */
function isSameStep(a: Step, b: Step): boolean {
  if (a.file !== null && a.file === b.file) return a.direction === b.direction
  return JSON.stringify(identityOf(a)) === JSON.stringify(identityOf(b))
}

/** All that decides what a step does, and how: its SQL, its headers, and for `up` the DOWN that is stored with it. */
function identityOf({ direction, version, name, file, applied }: Step): unknown[] {
  const how = (section: Section | null) =>
    section && [section.transaction, section.lockTimeout, section.statementTimeout, section.role]
  if (file === null) return [direction, version, name, applied?.shortDown]
  const { up, down, checksum } = file
  return [direction, version, name, checksum, direction === 'up' ? how(up) : null, down?.sql, how(down)]
}

function step(direction: Direction, entry: Entry): Step {
  return { direction, version: entry.version, name: entry.name, file: entry.file, applied: entry.applied }
}

function unknownVersion(version: string, what = 'unknown'): NselfError {
  return new NselfError('usage', `version ${version} is ${what}`, { hint: 'see nself db migrate status' })
}
