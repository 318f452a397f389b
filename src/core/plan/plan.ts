import { certain } from '../certain.ts'
import type { Watch } from '../effect.ts'
import { NselfError } from '../errors.ts'
import type { Direction } from '../migration/marker.ts'
import type { Applied, Migration } from '../migration/migration.ts'
import type { Definition, Repeatable } from '../migration/repeatable.ts'
import type { Section } from '../migration/section.ts'
import { type Squashed, spokenParts } from '../migration/squash.ts'
import type { Entry, State } from '../migration/state.ts'

/** What is to be done with one file. */
export type Step = MigrationStep | RepeatableStep

interface AnyStep {
  readonly direction: Direction
  /** By which messages name it, and which no other step of its direction has. */
  readonly name: string
  /** How its effects are looked at; not at all without it. */
  readonly watch?: Watch
}

export interface MigrationStep extends AnyStep {
  readonly kind: 'migration'
  readonly version: string
  /** Null for `down` of a migration whose file is not here or is edited: its DOWN comes from the database. */
  readonly file: Migration | null
  /** Its row, where it has one: what `down` reverts, or a failed attempt that `up` resumes. */
  readonly applied: Applied | null
  /** Of `down`: the repeatables that it takes away, by name: their rows go with its own. */
  readonly takes?: readonly string[]
}

/** All those that stand beside each other in a plan are done in one transaction. */
export interface RepeatableStep extends AnyStep {
  readonly kind: 'repeatable'
  readonly version: null
  /** Its file, or what ran before as a file. */
  readonly file: Migration
  readonly applied: null
  readonly repeatable: Repeatable
  /** Of `up`: it runs as it was after the migration at this place in the order of application. */
  readonly restores: Definition | null
  /** Of `down`: nothing of it is run afterwards, so its row goes. */
  readonly forgets: boolean
}

export interface Plan {
  readonly action: 'up' | 'down' | 'fresh'
  readonly steps: readonly Step[]
  /** The rows of files that were renamed since they were applied. */
  readonly renames?: readonly RenamedMigration[]
  /** Rows that become the one of a file that stands for them. */
  readonly squashed?: readonly Squashed[]
  /** Rows that become again those that they stand for. */
  readonly split?: readonly Applied[]
}

export interface RenamedMigration {
  readonly version: string
  readonly from: string
  readonly to: string
}

export interface Limit {
  /** Up to this many migrations; undefined for no limit. */
  readonly count?: number | undefined
  /** Canonical version to stop at. */
  readonly to?: string | undefined
}

/** What is to be done with one migration. */
export function step(direction: Direction, entry: Entry): MigrationStep {
  return {
    kind: 'migration',
    direction,
    version: entry.version,
    name: entry.name,
    file: entry.file,
    applied: entry.applied,
  }
}

/** The migrations whose files have another name now than when they were applied: their rows take it. */
function renamesOf({ entries }: State): RenamedMigration[] {
  return entries.flatMap(({ version, file, applied }) =>
    file !== null && applied !== null && file.name !== applied.name
      ? [{ version, from: applied.name, to: file.name }]
      : [],
  )
}

/** What is put right in the tracking tables before the first step. */
export function settledBy(state: State): Pick<Plan, 'renames' | 'squashed' | 'split'> {
  const { squashed, split } = state.squashes
  return { renames: renamesOf(state), squashed, split }
}

/** What is recorded of files that stand for others, as sentences. */
export function squashNotes({ squashed = [], split = [] }: Plan): string[] {
  return [
    ...squashed.map(
      ({ file, parts }) => `${file.name} is recorded for the ${spokenParts(parts)} that it stands for; none of it runs`,
    ),
    ...split.map(
      ({ name, replaced }) =>
        `${name} is not in this checkout: the ${spokenParts(replaced ?? [])} that it stands for are recorded in its place again`,
    ),
  ]
}

/** The error for a version that the command line names and that is not there. */
export function unknownVersion(version: string, what = 'unknown'): NselfError {
  return new NselfError('usage', `version ${version} is ${what}`, { hint: 'see nself db migrate status' })
}

/** What the journal calls it. */
export function journalAction({ kind, direction }: Pick<Step, 'kind' | 'direction'>): string {
  if (kind === 'migration') return direction
  return direction === 'up' ? 'repeatable' : 'repeatable-down'
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
    section && [section.transaction, section.lockTimeout, section.statementTimeout, section.role, section.batch]
  if (file === null) return [direction, version, name, applied?.shortDown]
  const { up, down, checksum } = file
  return [direction, version, name, checksum, direction === 'up' ? how(up) : null, down?.sql, how(down)]
}
