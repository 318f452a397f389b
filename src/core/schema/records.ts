import { keyOf } from '../sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../sql/quoting.ts'
import type { Design, DesignRecords } from './design.ts'
import type { DesignStatement } from './design-sql.ts'

/** The statements that put the records of a design into its tables, those that others refer to first. */
export function recordStatements(design: Design): DesignStatement[] {
  return referredFirst(design).flatMap((records) => {
    const { at } = records
    const table = quoteQualified(records.schema, records.table)
    const rows = records.rows.map((row) => `  (${row.join(', ')})`).join(',\n')
    if (records.rows.length === 0) return []
    const insert = `INSERT INTO ${table} (${records.columns.map(quoteIdentifier).join(', ')}) OVERRIDING SYSTEM VALUE VALUES\n${rows}\nON CONFLICT DO NOTHING`
    return [{ sql: insert, at }, ...sequencesOf(design, records).map((sql) => ({ sql, at }))]
  })
}

/** A sequence does not know of numbers that were given by hand. */
function sequencesOf({ tables }: Design, { schema, table: name, columns }: DesignRecords): string[] {
  const table = tables.find((item) => item.schema === schema && item.name === name)
  const counted = table?.columns.filter((column) => column.increment && columns.includes(column.name)) ?? []
  return counted.map((column) => {
    const sequence = `pg_get_serial_sequence(${quoteLiteral(quoteQualified(schema, name))}, ${quoteLiteral(column.name)})`
    return `SELECT setval(${sequence}, (SELECT max(${quoteIdentifier(column.name)}) FROM ${quoteQualified(schema, name)}))`
  })
}

function referredFirst({ records, references }: Design): DesignRecords[] {
  const of = new Map(records.map((item) => [keyOf({ schema: item.schema, name: item.table }), item]))
  const done: DesignRecords[] = []
  const seen = new Set<string>()
  const visit = (key: string) => {
    if (seen.has(key)) return
    seen.add(key)
    for (const { from, to } of references) {
      if (keyOf({ schema: from.schema, name: from.table }) === key) visit(keyOf({ schema: to.schema, name: to.table }))
    }
    const item = of.get(key)
    if (item !== undefined) done.push(item)
  }
  for (const key of of.keys()) visit(key)
  return done
}
