import type { Catalog, Table } from '../schema/catalog.ts'
import { type Change, placedChange } from '../schema/generated-statement.ts'
import { keyOf, ofKey, shortName } from '../sql/qualified-name.ts'
import { quoteLiteral } from '../sql/quoting.ts'
import { quotedTable } from './shape.ts'

/** One of the tables that a partitioned one consists of. */
export interface Partition {
  readonly table: string
  readonly parent: string
  /** It has rows of its own; otherwise it has partitions itself. */
  readonly isLeaf: boolean
}

/**
 * What a partitioned table consists of, parents before their partitions.
 * @returns null where one of them is a foreign table, which has no indexes and no references.
 */
export function partitionsOf(root: string, { tables }: Pick<Catalog, 'tables'>): readonly Partition[] | null {
  const parts = new Map<string, Table[]>()
  for (const table of tables) {
    const [above] = table.kind === 'partition' ? table.inherits : []
    if (above === undefined) continue
    const known = parts.get(keyOf(above))
    if (known === undefined) parts.set(keyOf(above), [table])
    else known.push(table)
  }
  const found: Partition[] = []
  const parents = [root]
  for (let parent = parents.shift(); parent !== undefined; parent = parents.shift()) {
    for (const table of parts.get(parent) ?? []) {
      if (table.settings.server !== undefined) return null
      found.push({ table: keyOf(table), parent, isLeaf: table.partitionKey === null })
      parents.push(keyOf(table))
    }
  }
  return found
}

/**
 * Stops where the database has other partitions than the file names: a new one would be read under a lock, or leave the
 * index of the whole table without use.
 */
export function samePartitions(root: string, partitions: readonly Partition[]): Change {
  const { schema, name } = ofKey(root)
  const named = [root, ...partitions.map(({ table }) => table)].map((key) => quoteLiteral(quotedTable(key)))
  const message = quoteLiteral(`the partitions of ${shortName(schema, name)} are not those of this file: `)
  const hint = quoteLiteral(
    'add the lines of those that are missing here, remove those of partitions that are gone, and run the same command again',
  )
  const body = `DECLARE others text; BEGIN
  SELECT string_agg(coalesce(relid::text, path || ' (gone)'), ', ') INTO others FROM pg_partition_tree(${named[0]})
    FULL JOIN unnest(ARRAY[${named.join(', ')}]) AS path ON relid = to_regclass(path) WHERE relid IS NULL OR path IS NULL;
  IF others IS NOT NULL THEN RAISE EXCEPTION USING MESSAGE = ${message} || others, HINT = ${hint}; END IF;
END`
  const quote = body.includes('$$') ? '$partitions$' : '$$'
  return placedChange(
    `DO ${quote} ${body} ${quote}`,
    root,
    'Stops here if there is a partition that this file does not name, or one is gone.',
  )
}
