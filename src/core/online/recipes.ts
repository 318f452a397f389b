import type { Change } from '../schema/generated-statement.ts'
import type { Successor } from '../schema/successors.ts'
import { keyOf, splitDotted } from '../sql/qualified-name.ts'
import { addedOnline, droppedOnline, referredIn } from './constraints.ts'
import { filledColumn } from './filled-column.ts'
import { createdOnline, removedOnline, replacedOnline } from './indexes.ts'
import { forsakenColumn, requiredColumn } from './new-columns.ts'
import { requireNoValue, requireValue } from './not-null.ts'
import {
  changingIndex,
  comingIndex,
  comingReference,
  goingIndex,
  goingReference,
  type Whole,
  wholeOf,
} from './partitioned.ts'
import { type Shape, shapeOf, undoes } from './shape.ts'
import type { Piece, Recipe } from './stages.ts'
import type { TablesInUse } from './tables-in-use.ts'

/** A change of a plan with its shape, where it has one. */
export interface Shaped {
  readonly change: Change
  readonly shape: Shape | null
}

/** A change with the shape of its statement. */
export const shaped = (change: Change): Shaped => ({ change, shape: shapeOf(change.sql) })

/** A plan in one direction and in the other. */
export interface PlannedChanges {
  readonly ups: readonly Shaped[]
  readonly downs: readonly Shaped[]
  readonly facts: TablesInUse
  /** What rows become that hold a value of an enum which goes; null where nobody can say it. */
  readonly successors: readonly Successor[] | null
}

/** What is done in place of some changes of a plan, and which of them it stands for. */
export interface Replacement extends Recipe {
  readonly ofUp: readonly Change[]
  readonly ofDown: readonly Change[]
}

/** What is left of a plan beside types that second ones take the place of. */
export function withoutEnums(plan: PlannedChanges, found: readonly Replacement[]): PlannedChanges {
  const done = new Set(found.flatMap(({ ofUp }) => ofUp))
  const isLeft = ({ change }: Shaped) => !done.has(change) || !/^ALTER TYPE /.test(change.sql)
  return { ...plan, ups: plan.ups.filter(isLeft) }
}

/** What blocks nobody for long in place of a change; null for what is quick, or has no such way. */
export function recipeFor({ change, shape }: Shaped, plan: PlannedChanges): Replacement | null {
  if (shape === null) return null
  const back = plan.downs.find((down) => down.shape !== null && undoes(shape, down.shape))
  if (back === undefined || back.shape === null) return null
  const recipe = recipeOf({ change, shape }, { change: back.change, shape: back.shape }, plan)
  if (recipe === null) return null
  return { ofUp: [change], ofDown: [back.change], ...recipe }
}

interface Known {
  readonly change: Change
  readonly shape: Shape
}

function recipeOf(up: Known, back: Known, plan: PlannedChanges): Recipe | Replacement | null {
  const { facts } = plan
  const { shape, change } = up
  const { table, subject } = shape.verb === 'drop index' ? back.shape : shape
  const waits = shape.verb === 'add constraint' && waitsForKey(shape, plan)
  const whole = isByCheck(shape, back.shape) ? null : wholeOf(table, facts)
  if (whole !== null) return ofPartitioned(up, back, plan, whole, waits)
  if (!facts.isPlain(table) && !waits && !(facts.takesChecks(table) && isByCheck(shape, back.shape))) return null
  switch (shape.verb) {
    case 'set not null':
      return facts.column(table, subject) === undefined
        ? null
        : { pieces: requireValue(table, subject, ['check', 'validate']) }
    case 'drop not null':
      return { pieces: [requireNoValue(table, subject)] }
    case 'add constraint':
      return piecesOf(addedOnline(shape, waits))
    case 'drop constraint':
      return piecesOf(droppedOnline(change, back.shape, touchesDropped(shape, plan) ? 'release' : 'relax'))
    case 'create index':
      return newIndex(up, back, plan, {
        come: () => createdOnline(change, shape),
        change: (old) => replacedOnline(change, shape, old.change),
      })
    case 'drop index':
      return replacementOf(shape, plan.ups) === undefined
        ? { pieces: [removedOnline(shape, back.change, back.shape)] }
        : null
    case 'add column':
      return requiredColumn(change, shape, back.change) ?? filledColumn(change, shape, back.change, facts)
    case 'drop column':
      return isForsaken(shape, facts) ? forsakenColumn(change, shape, back.change) : null
    default:
      return null
  }
}

/** The same of a partitioned table, by its partitions. */
function ofPartitioned(up: Known, back: Known, plan: PlannedChanges, whole: Whole, waits: boolean) {
  const { shape, change } = up
  switch (shape.verb) {
    case 'add constraint':
      return referredIn(shape) === null
        ? piecesOf(comingIndex(shape, whole))
        : piecesOf(comingReference(shape, whole, waits ? ['reference', 'validate_references'] : ['check', 'validate']))
    case 'drop constraint': {
      const stage = touchesDropped(shape, plan) ? 'release' : 'relax'
      return piecesOf(
        referredIn(back.shape) === null
          ? goingIndex(back.shape, whole, stage)
          : goingReference(change, back.shape, whole, stage),
      )
    }
    case 'create index':
      return newIndex(up, back, plan, {
        come: () => comingIndex(shape, whole),
        change: (old) => changingIndex(shape, old.shape, whole),
      })
    case 'drop index':
      return replacementOf(shape, plan.ups) === undefined
        ? piecesOf(goingIndex(back.shape, whole, 'drop_indexes'))
        : null
    default:
      return null
  }
}

/** Done by a check, or by nothing that a partitioned table refuses. */
const isByCheck = ({ verb, rest }: Shape, back: Shape) =>
  /^(?:set|drop) not null$|^(?:add|drop) column$/.test(verb) ||
  (verb.endsWith(' constraint') && /^CHECK /.test(verb === 'add constraint' ? rest : back.rest))

const piecesOf = (pieces: Piece | readonly Piece[] | null): Recipe | null =>
  pieces === null ? null : { pieces: [pieces].flat() }

interface IndexWays {
  readonly come: () => Piece | null
  readonly change: (old: Known) => Piece | null
}

/** Where an index of this name goes in the same plan, both belong together. */
function newIndex(
  up: Known,
  back: Known,
  { ups, downs }: PlannedChanges,
  ways: IndexWays,
): Recipe | Replacement | null {
  const isOld = ({ shape }: Shaped) => shape?.verb === 'drop index' && shape.subject === up.shape.subject
  const old = ups.find(isOld)
  const again = downs.flatMap(({ change, shape }) =>
    shape?.verb === 'create index' && shape.subject === up.shape.subject ? [{ change, shape }] : [],
  )[0]
  if (old === undefined || again === undefined) return piecesOf(ways.come())
  const piece = ways.change(again)
  return piece === null ? null : { ofUp: [up.change, old.change], ofDown: [back.change, again.change], pieces: [piece] }
}

const replacementOf = (index: Shape, ups: readonly Shaped[]) =>
  ups.find(({ shape }) => shape?.verb === 'create index' && shape.subject === index.subject)

/** Its column goes as well, so that the running release still needs it. */
function touchesDropped({ table, subject }: Shape, { ups, facts }: PlannedChanges): boolean {
  const columns = facts.table(table)?.constraints.find(({ name }) => name === subject)?.columns ?? []
  return ups.some(
    ({ shape }) => shape?.verb === 'drop column' && shape.table === table && columns.includes(shape.subject),
  )
}

/** The key that it refers to is made in this series, by an index that is not there before. */
function waitsForKey(shape: Shape, { ups, facts }: PlannedChanges): boolean {
  const [schema = '', name = ''] = splitDotted(referredIn(shape) ?? '') ?? []
  const parent = keyOf({ schema, name })
  return ups.some(
    (one) =>
      one.shape?.table === parent &&
      facts.takesChecks(parent) &&
      ((one.shape.verb === 'add constraint' && /^(?:UNIQUE|PRIMARY KEY)/.test(one.shape.rest)) ||
        (one.shape.verb === 'create index' && one.shape.rest.startsWith('UNIQUE'))),
  )
}

function isForsaken({ table, subject }: Shape, facts: TablesInUse): boolean {
  const column = facts.column(table, subject)
  if (column === undefined || !column.notNull || facts.isInPrimaryKey(table, subject)) return false
  return column.default === null && column.generated === null && column.identity === null
}
