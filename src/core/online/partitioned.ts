import { type Change, placedChange } from '../schema/generated-statement.ts'
import { quoteIdentifier } from '../sql/quoting.ts'
import { chosenPartNames, knownPartNames } from './partition-names.ts'
import {
  addedIndex,
  goneIndex,
  type PartitionedIndex,
  partitionedIndex,
  renamedIndex,
  takenBackIndex,
  underHelperNames,
} from './partitioned-index.ts'
import { type Partition, samePartitions } from './partitions.ts'
import { alterTable, type Shape } from './shape.ts'
import type { Piece, Stage } from './stages.ts'
import type { TablesInUse } from './tables-in-use.ts'

/** A partitioned table, and what it consists of. */
export interface Whole {
  readonly table: string
  readonly partitions: readonly Partition[]
  readonly facts: TablesInUse
}

/** The partitioned table of a change; null where its partitions are to change too, or take no indexes and references. */
export function wholeOf(table: string, facts: TablesInUse): Whole | null {
  const partitions = facts.partitions(table)
  return partitions === null ? null : { table, partitions, facts }
}

/** An index or a key that comes. */
export function comingIndex(shape: Shape, whole: Whole): Piece | null {
  const index = indexOf(shape, whole, 'after')
  return index === null ? null : { stage: 'index', up: addedIndex(index), down: takenBackIndex(index) }
}

/** One that goes; its DOWN builds it again. */
export function goingIndex(back: Shape, whole: Whole, stage: Stage): Piece | null {
  const index = indexOf(back, whole, 'before')
  if (index === null) return null
  return { stage, up: [goneIndex(index)], down: [goneIndex(index), ...addedIndex(index)] }
}

/** One that is defined anew under its name: the old one serves until the new one is there. */
export function changingIndex(fresh: Shape, old: Shape, whole: Whole): Piece | null {
  const [after, before] = [indexOf(fresh, whole, 'after'), indexOf(old, whole, 'before')]
  if (after === null || before === null) return null
  const swap = (from: PartitionedIndex, to: PartitionedIndex) => {
    const helper = underHelperNames(to)
    return [...addedIndex(helper), goneIndex(from), ...renamedIndex(helper, to.names)]
  }
  const down = [...takenBackIndex(underHelperNames(after)), ...swap(after, before)]
  return { stage: 'index', up: swap(before, after), down }
}

function indexOf(shape: Shape, { partitions, facts }: Whole, side: 'before' | 'after'): PartitionedIndex | null {
  const { table, subject } = shape
  const wanted = facts.wantedTable(table)
  const known = knownPartNames(subject, table, partitions, side === 'before' ? facts.before : facts.after)
  const names = known ?? (wanted === undefined ? null : chosenPartNames(subject, wanted, partitions, facts.before))
  return names === null ? null : partitionedIndex(shape, partitions, names)
}

interface ReferenceSteps {
  readonly first: readonly Change[]
  readonly drop: readonly Change[]
  readonly validate: readonly Change[]
  readonly unvalidate: readonly Change[]
}

/** A reference of each partition first, which that of the whole table takes for its own: then it reads nothing. */
function stepsOf({ table, subject, rest }: Shape, { partitions }: Whole): ReferenceSteps {
  const name = quoteIdentifier(subject)
  const leaves = partitions.filter(({ isLeaf }) => isLeaf).map((one) => one.table)
  const goes = (of: string) => placedChange(`${alterTable(of)} DROP CONSTRAINT IF EXISTS ${name}`, of)
  const known = samePartitions(table, partitions)
  const remark = 'Fails if any row references a missing parent. Others read and write meanwhile.'
  return {
    first: [
      known,
      ...leaves.map((of) => placedChange(`${alterTable(of)} ADD CONSTRAINT ${name} ${rest} NOT VALID`, of)),
    ],
    drop: [goes(table), ...leaves.map(goes)],
    validate: [
      known,
      ...leaves.map((of) => placedChange(`${alterTable(of)} VALIDATE CONSTRAINT ${name}`, of, remark)),
      placedChange(`${alterTable(table)} ADD CONSTRAINT ${name} ${rest}`, table, 'Quick: all partitions have it.'),
    ],
    unvalidate: [
      goes(table),
      ...leaves.map((of) => {
        const again = `DROP CONSTRAINT IF EXISTS ${name}, ADD CONSTRAINT ${name} ${rest} NOT VALID`
        return placedChange(`${alterTable(of)} ${again}`, of)
      }),
    ],
  }
}

/** A reference that comes, in two files. */
export function comingReference(shape: Shape, whole: Whole, [first, second]: readonly [Stage, Stage]): Piece[] {
  const steps = stepsOf(shape, whole)
  return [
    { stage: first, up: steps.first, down: steps.drop },
    { stage: second, up: steps.validate, down: steps.unvalidate },
  ]
}

/** One that goes. */
export function goingReference(change: Change, back: Shape, whole: Whole, stage: Stage): Piece {
  const { drop, unvalidate, validate } = stepsOf(back, whole)
  return { stage, up: [change], downFirst: drop.slice(0, 1), down: [...unvalidate, ...validate] }
}
