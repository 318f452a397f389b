import { type Change, placedChange } from '../schema/generated-statement.ts'
import { ofKey, shortName } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../sql/quoting.ts'
import { keyIndex } from './constraints.ts'
import { helperName } from './helper-name.ts'
import { droppedIndex } from './indexes.ts'
import type { PartNames } from './partition-names.ts'
import { type Partition, samePartitions } from './partitions.ts'
import { alterTable, quotedTable, type Shape } from './shape.ts'

/** An index of a partitioned table, or a key that has one; it is built for one partition after the other. */
export interface PartitionedIndex {
  readonly table: string
  readonly partitions: readonly Partition[]
  readonly names: PartNames
  /** What stands behind `CREATE INDEX … ON …`, and whether no two rows may be the same. */
  readonly definition: string
  readonly unique: boolean
  /** `PRIMARY KEY (id, day)`, with what stands behind `USING INDEX`; null where it is an index alone. */
  readonly key: { readonly definition: string; readonly kind: string; readonly deferred: string } | null
}

/** An index or a key as the statement that adds it says. */
export function partitionedIndex(
  { verb, table, rest }: Shape,
  partitions: readonly Partition[],
  names: PartNames,
): PartitionedIndex | null {
  if (verb === 'create index') {
    const unique = rest.startsWith('UNIQUE ')
    return { table, partitions, names, definition: rest.replace(/^UNIQUE /, ''), unique, key: null }
  }
  const key = keyIndex(rest)
  if (key === null) return null
  const { definition, kind, deferred } = key
  return { table, partitions, names, definition, unique: true, key: { definition: rest, kind, deferred } }
}

const meanwhile = 'Others read and write meanwhile.'

/**
 * That of the whole table is there first, without use until each partition has its own: a partition that is made
 * meanwhile gets one by itself.
 */
export function addedIndex(index: PartitionedIndex): Change[] {
  const { table, partitions, names } = index
  return [
    samePartitions(table, partitions),
    ofWhole(index, table),
    ...partitions.flatMap((one) => [
      ...(one.isLeaf ? ofLeaf(index, one.table) : [ofWhole(index, one.table)]),
      placedChange(
        `ALTER INDEX ${pathIn(one.parent, nameIn(names, one.parent))} ATTACH PARTITION ${pathIn(one.table, nameIn(names, one.table))}`,
        table,
      ),
    ]),
  ]
}

/** It goes with those of the partitions, at once. */
export function goneIndex(index: PartitionedIndex): Change {
  return dropped(index, index.table)
}

/** The same where an UP that stopped may have left some of them by themselves. */
export function takenBackIndex(index: PartitionedIndex): Change[] {
  const { partitions, names, key } = index
  const leaves = partitions.filter(({ isLeaf }) => isLeaf)
  return [
    goneIndex(index),
    ...partitions.filter(({ isLeaf }) => !isLeaf).map(({ table }) => dropped(index, table)),
    ...leaves.flatMap(({ table }) => [
      ...(key === null ? [] : [dropped(index, table)]),
      droppedIndex(table, nameIn(names, table), 'Left only by an UP that stopped.'),
    ]),
  ]
}

function dropped({ names, key }: PartitionedIndex, table: string): Change {
  const name = nameIn(names, table)
  return key === null
    ? placedChange(`DROP INDEX IF EXISTS ${pathIn(table, name)}`, table)
    : placedChange(`${alterTable(table)} DROP CONSTRAINT IF EXISTS ${quoteIdentifier(name)}`, table)
}

/** The same under other names, for a time: another one has those. */
export function underHelperNames(index: PartitionedIndex): PartitionedIndex {
  const names = [...index.names].map(([table, name]) => {
    const { schema } = ofKey(table)
    return [table, helperName('', name, 'new', shortName(schema, name))] as const
  })
  return { ...index, names: new Map(names) }
}

/** Gives those of its partitions other names, and it last: by its own, all of them can be dropped until then. */
export function renamedIndex({ table, names }: PartitionedIndex, to: PartNames): Change[] {
  return [...names]
    .toReversed()
    .map(([of, name]) =>
      placedChange(`ALTER INDEX ${pathIn(of, name)} RENAME TO ${quoteIdentifier(nameIn(to, of))}`, table),
    )
}

function nameIn(names: PartNames, table: string): string {
  const name = names.get(table)
  if (name === undefined) throw new Error(`no name of an index of ${table}`)
  return name
}

const pathIn = (table: string, name: string) => quoteQualified(ofKey(table).schema, name)

/** Of a table that has partitions: an entry in the catalog, which is quick. */
function ofWhole({ names, definition, unique, key }: PartitionedIndex, table: string): Change {
  const name = quoteIdentifier(nameIn(names, table))
  const quick = 'Quick: it has no use until all partitions have theirs.'
  return key === null
    ? placedChange(`CREATE ${word(unique)}INDEX ${name} ON ONLY ${quotedTable(table)} ${definition}`, table, quick)
    : placedChange(`ALTER TABLE ONLY ${quotedTable(table)} ADD CONSTRAINT ${name} ${key.definition}`, table, quick)
}

const word = (unique: boolean) => (unique ? 'UNIQUE ' : '')

function ofLeaf({ names, definition, unique, key }: PartitionedIndex, table: string): Change[] {
  const name = quoteIdentifier(nameIn(names, table))
  const fails = unique ? 'Fails if two rows have the same values. ' : ''
  const build = `CREATE ${word(unique)}INDEX CONCURRENTLY ${name} ON ${quotedTable(table)} ${definition}`
  const built = placedChange(build, table, `${fails}${meanwhile}`)
  if (key === null) return [built]
  const add = `${alterTable(table)} ADD CONSTRAINT ${name} ${key.kind} USING INDEX ${name}${key.deferred}`
  return [built, placedChange(add, table)]
}
