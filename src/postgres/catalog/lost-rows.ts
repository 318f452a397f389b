import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../core/sql/quoting.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import { refuseHiddenSql } from './hidden-rows.ts'

/** Whose rows are counted. */
export interface CountTarget {
  readonly schema: string
  readonly name: string
  /** Only the rows that have a value here; null for all. */
  readonly column: string | null
}

export interface RowCount {
  readonly rows: number
  /** False for what statistics say. */
  readonly exact: boolean
}

const patience = 2000
/** Beyond that statistics must do. */
const counted = 100

/** How many rows these have: exactly where all can be counted within two seconds, otherwise about; null where nobody knows. */
export async function countRows(client: Client, targets: readonly CountTarget[]): Promise<(RowCount | null)[]> {
  const until = Date.now() + patience
  const known = new Map<string, RowCount | null>()
  for (const target of targets) {
    const key = JSON.stringify([target.schema, target.name, target.column])
    if (known.has(key)) continue
    const left = until - Date.now()
    const exact = left > 0 && known.size < counted ? await countWithin(client, target, left) : null
    known.set(key, exact ?? (await estimate(client, target)))
  }
  return targets.map(({ schema, name, column }) => known.get(JSON.stringify([schema, name, column])) ?? null)
}

/** Null where it takes longer, or may not be asked. */
async function countWithin(client: Client, target: CountTarget, ms: number): Promise<RowCount | null> {
  const what = target.column === null ? '*' : quoteIdentifier(target.column)
  const begin = `BEGIN READ ONLY; SET LOCAL statement_timeout = ${ms}; SET LOCAL lock_timeout = ${Math.min(ms, 500)}; ${refuseHiddenSql}`
  try {
    await client.query(begin)
    const [row] = await rowsOf<{ n: string }>(
      client,
      `SELECT count(${what}) AS n FROM ${quoteQualified(target.schema, target.name)} AS nself_row`,
    )
    return row === undefined ? null : { rows: Number(row.n), exact: true }
  } catch {
    return null
  } finally {
    await client.query('ROLLBACK').catch(() => {})
  }
}

async function estimate(client: Client, { schema, name }: CountTarget): Promise<RowCount | null> {
  const oid = `${quoteLiteral(quoteQualified(schema, name))}::regclass`
  const [row] = await rowsOf<{ n: string | null }>(
    client,
    `SELECT sum(reltuples)::int8 AS n FROM pg_class WHERE reltuples > 0 AND (oid = ${oid} OR oid IN (SELECT relid FROM pg_partition_tree(${oid})))`,
  )
  return row?.n == null ? null : { rows: Number(row.n), exact: false }
}
