import { type Catalog, type Table, tablesByKey } from '../../core/schema/catalog.ts'
import { type Rewritten, rewrittenKey } from '../../core/schema/target-schema.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../core/sql/quoting.ts'
import { plainTextSql } from '../catalog/read.ts'
import { type Client, queryArrays } from '../driver/pg.ts'

/**
 * Finds texts that only look different: PostgreSQL does not always write what it has read. Each text of the current
 * database that the design's table has not to the letter is read and written once more, on that table.
 * @param client on the database of the design; it is left as it was.
 * @param isWithin whether the design was made in a transaction that is still open.
 */
export async function rewrittenTexts(
  client: Client,
  current: Catalog,
  made: Catalog,
  isWithin = false,
): Promise<Rewritten> {
  const rewritten = new Map<string, string>()
  const known = tablesByKey(current)
  for (const table of made.tables) {
    const before = known.get(keyOf(table))
    if (before === undefined) continue
    for (const probe of probesOf(before, table)) {
      const text = await ask(client, probe, isWithin)
      if (text !== null && text !== probe.text) rewritten.set(rewrittenKey(keyOf(table), probe.text), text)
    }
  }
  return rewritten
}

interface Probe {
  readonly text: string
  /** Puts the text on the table. */
  readonly sql: string
  /** Reads it back. */
  readonly look: string
}

const probe = 'nself_probe'

function probesOf(before: Table, made: Table): Probe[] {
  const name = quoteQualified(made.schema, made.name)
  const oid = `${quoteLiteral(name)}::regclass`
  const checks = before.constraints.filter(
    ({ kind, definition }) => kind === 'check' && !made.constraints.some((item) => item.definition === definition),
  )
  const defaults = before.columns.flatMap(({ name, default: text }) => {
    const fresh = made.columns.find((item) => item.name === name)
    return text !== null && fresh?.default != null && fresh.default !== text ? [{ column: name, text }] : []
  })
  const keys = new Set(made.indexes.flatMap((index) => index.keys.map((key) => key.text)))
  const expressions = before.indexes.flatMap((index) =>
    index.keys.filter((key) => !key.isColumn && !keys.has(key.text)),
  )
  return [
    ...checks.map(({ definition }) => ({
      text: definition,
      sql: `ALTER TABLE ${name} ADD CONSTRAINT ${probe} ${definition}`,
      look: `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = ${oid} AND conname = '${probe}'`,
    })),
    ...defaults.map(({ column, text }) => ({
      text,
      sql: `ALTER TABLE ${name} ALTER COLUMN ${quoteIdentifier(column)} SET DEFAULT ${text}`,
      look: `SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
        WHERE adrelid = ${oid} AND attname = ${quoteLiteral(column)}`,
    })),
    ...expressions.map(({ text }) => ({
      text,
      sql: `CREATE INDEX ${probe} ON ${name} ((${text}))`,
      look: `SELECT pg_get_indexdef(indexrelid, 1, true) FROM pg_index JOIN pg_class ON oid = indexrelid
        WHERE indrelid = ${oid} AND relname = '${probe}'`,
    })),
  ]
}

/** Null where the text does not fit the table any more. */
async function ask(client: Client, { sql, look }: Probe, isWithin: boolean): Promise<string | null> {
  const [begin, back] = isWithin ? ['SAVEPOINT nself_ask', 'ROLLBACK TO nself_ask'] : ['BEGIN', 'ROLLBACK']
  try {
    await client.query(`${begin}; ${plainTextSql}; ${sql}`)
    const [row] = await queryArrays<[string]>(client, look)
    return row?.[0] ?? null
  } catch {
    return null
  } finally {
    await client.query(back)
  }
}
