import type { Watch } from '../effect.ts'
import { NselfError } from '../errors.ts'
import type { Applied, Migration } from './migration.ts'
import type { Section } from './section.ts'
import { compare, type Entry, type State } from './state.ts'

type Direction = 'up' | 'down'

export interface Step {
  readonly direction: Direction
  readonly version: string
  readonly name: string
  /** Null for `down` of a migration whose file is not here: its DOWN comes from the database. */
  readonly file: Migration | null
  /** Its row, where it has one: what `down` reverts, or a failed attempt that `up` resumes. */
  readonly applied: Applied | null
  /** How its effects are looked at; not at all without it. */
  readonly watch?: Watch
}

export interface Plan {
  readonly action: 'up' | 'down' | 'fresh'
  readonly steps: readonly Step[]
}

export interface Limit {
  /** At most so many; undefined for no limit. */
  readonly count?: number | undefined
  /** Canonical version to stop at. */
  readonly to?: string | undefined
}

/**
 * What `up` would run, in order.
 * @throws NselfError `refused` for edited, failed and missing, half-way reverted or out-of-order ones, `usage` for an
 * unknown `to`.
 */
export function planUp(state: State, limit: Limit = {}, allowOutOfOrder = false): Plan {
  refuseEdited(state)
  if (limit.to !== undefined && !state.entries.some((entry) => entry.version === limit.to))
    throw unknownVersion(limit.to)
  refuseHalfDone(state)
  const end = limit.to === undefined ? state.entries.length : state.entries.findIndex((e) => e.version === limit.to) + 1
  const open = state.entries.slice(0, end).filter((entry) => entry.status === 'pending' || entry.status === 'failed')
  const chosen = open.slice(0, limit.count)
  const late = chosen.filter((entry) => entry.outOfOrder)
  if (late.length > 0 && !allowOutOfOrder) throw outOfOrder(late)
  return { action: 'up', steps: withStatements(chosen.map((entry) => step('up', entry))) }
}

/**
 * What `down` would revert: by order of application, the last first. `to` is kept; 0 means all of them. With both,
 * no more than `count`.
 * @throws NselfError `refused` when one of them cannot be reverted, `usage` for an unknown `to`.
 */
export function planDown(state: State, limit: Limit = {}): Plan {
  const applied = state.entries
    .filter((entry) => entry.applied !== null)
    .sort((a, b) => (b.applied?.position ?? 0) - (a.applied?.position ?? 0))
  let chosen = applied.slice(0, limit.to === undefined ? (limit.count ?? 1) : undefined)
  if (limit.to !== undefined) {
    const at = applied.findIndex((entry) => entry.version === limit.to)
    if (at === -1 && limit.to !== '0') throw unknownVersion(limit.to, 'not applied')
    chosen = (at === -1 ? applied : applied.slice(0, at)).slice(0, limit.count)
  }
  const stuck = chosen.filter((entry) => (entry.file === null ? !entry.applied?.revertible : entry.file.down === null))
  if (stuck.length > 0) {
    throw new NselfError('refused', `irreversible: ${list(stuck)} ${stuck.length === 1 ? 'has' : 'have'} no DOWN`, {
      hint: 'write a DOWN section for it, or go back only as far as the migration after it with --to; nothing was changed',
    })
  }
  return { action: 'down', steps: chosen.map((entry) => step('down', entry)) }
}

/** A file that was created and not yet written would count as applied for ever. @throws NselfError `invalid-migration`. */
function withStatements(steps: readonly Step[]): readonly Step[] {
  const empty = steps.find(({ file }) => file !== null && file.up.statements.length === 0 && !file.up.nothingToDo)
  if (empty === undefined) return steps
  throw new NselfError(
    'invalid-migration',
    `${empty.file?.path ?? empty.name} has no statement in UP; nothing was run`,
    {
      hint: 'write its SQL, or if it is to do nothing put -- nself: nothing-to-do below -- UP',
    },
  )
}

/** Everything from the start, on an empty database. @throws NselfError as compare: nothing that is applied now counts. */
export function planFresh(state: State): Plan {
  const files = state.entries.map((entry) => entry.file).filter((file) => file !== null)
  return { action: 'fresh', steps: withStatements(compare(files, []).entries.map((entry) => step('up', entry))) }
}

/** True when an earlier attempt at the same got half-way: the step goes on after the statements that are done. */
export function resumes({ direction, applied }: Step): boolean {
  return direction === 'up' ? applied?.state === 'failed' : applied?.state === 'reverting'
}

/** True when both would do the same: nothing changed while somebody was asked. */
export function samePlan(a: Plan, b: Plan): boolean {
  return JSON.stringify(a.steps.map(identityOf)) === JSON.stringify(b.steps.map(identityOf))
}

/** All that decides what a step does, and how: its SQL, its headers, and for `up` the DOWN that is stored with it. */
function identityOf({ direction, version, name, file, applied }: Step): unknown[] {
  const how = (section: Section | null) =>
    section && [section.transaction, section.lockTimeout, section.statementTimeout]
  if (file === null) return [direction, version, name, applied?.shortDown]
  const { up, down, checksum } = file
  return [direction, version, name, checksum, direction === 'up' ? how(up) : null, down?.sql, how(down)]
}

function step(direction: Direction, entry: Entry): Step {
  return { direction, version: entry.version, name: entry.name, file: entry.file, applied: entry.applied }
}

function list(entries: readonly Entry[]): string {
  return entries.map((entry) => entry.name).join(', ')
}

function refuseEdited(state: State): void {
  const edited = state.entries.filter((entry) => entry.status === 'edited')
  if (edited.length === 0) return
  const versions = edited.map((entry) => entry.version).join(',')
  throw new NselfError('refused', `edited after being applied: ${list(edited)}`, {
    hint: `undo the edit and write a new migration instead, or accept it as it is: nself db migrate repair --accept ${versions}`,
  })
}

/** What stopped half-way can only go on in its own direction, from its own file. */
function refuseHalfDone(state: State): void {
  const failed = state.entries.filter((entry) => entry.status === 'failed')
  const reverting = failed.find((entry) => entry.applied?.state === 'reverting')
  if (reverting !== undefined) {
    throw new NselfError('refused', `${reverting.name} is half-way reverted`, {
      hint: 'finish it first: nself db migrate down; or see nself db migrate repair',
    })
  }
  const lost = failed.find((entry) => entry.file === null)
  if (lost !== undefined) {
    throw new NselfError('refused', `${lost.name} failed half-way and its file is not here`, {
      hint: 'bring the file back, or see nself db migrate repair',
    })
  }
}

function outOfOrder(late: readonly Entry[]): NselfError {
  const verb = late.length === 1 ? 'is' : 'are'
  return new NselfError('refused', `out of order: ${list(late)} ${verb} older than what is applied already`, {
    hint: `give it a newer number: nself db migrate repair --renumber ${late[0]?.name}; or apply it anyway with --allow-out-of-order`,
  })
}

function unknownVersion(version: string, what = 'unknown'): NselfError {
  return new NselfError('usage', `version ${version} is ${what}`, { hint: 'see nself db migrate status' })
}
