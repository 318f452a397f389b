import { keyOf, splitDotted } from '../../sql/qualified-name.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quoting.ts'
import { type Catalog, tablesByKey } from '../catalog.ts'
import { type Change, plainChange } from '../generated-statement.ts'

/** Indexes of partitions that belong to one of their parent which was made for the parent alone. */
export function attachedIndexes(have: Catalog, want: Catalog): Change[] {
  const place = (table: string | null, of: string | undefined) => JSON.stringify([table, of])
  const there = new Set(have.details.map(({ table, properties }) => place(table, properties['part of'])))
  const [before, after] = [tablesByKey(have), tablesByKey(want)]
  return want.details.flatMap(({ kind, table, path, properties: { 'part of': of } }) => {
    const [partition, name] = [after.get(table ?? ''), path[0]]
    if (kind !== 'index' || of === undefined || name === undefined || there.has(place(table, of))) return []
    if (partition === undefined || !before.has(keyOf(partition))) return []
    const { schema } = partition
    const parent = partition.inherits.flatMap((one) => after.get(keyOf(one))?.indexes ?? [])
    const index = parent.find((one) => one.name === splitDotted(of)?.at(-1))
    if (index === undefined) return []
    const on = quoteQualified(schema, partition.name)
    const made = before.get(keyOf(partition))?.indexes.some((one) => one.name === name)
    const create = index.definition.replace(/^(CREATE (?:UNIQUE )?INDEX ).*?(?= USING )/s, (_, start: string) => {
      return `${start}${quoteIdentifier(name)} ON ${partition.partitionKey === null ? '' : 'ONLY '}${on}`
    })
    return [...(made ? [] : [create]), `ALTER INDEX ${of} ATTACH PARTITION ${quoteQualified(schema, name)}`].map(
      (sql) => plainChange(sql, table),
    )
  })
}
