import { type Batch, keyText } from '../../core/migration/batch.ts'
import { grouped } from '../../core/quantities.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../core/sql/quoting.ts'
import { errorOf } from '../../core/system-error.ts'
import { rowsOf } from '../driver/must.ts'
import { type Client, queryArrays } from '../driver/pg.ts'
import type { ServerError } from '../driver/send.ts'

/** The table that batches walk, as it is in the database. */
export interface WalkedTable {
  /** As SQL names it wherever search_path looks. */
  readonly sql: string
  /** The same with its key. */
  readonly walked: string
  /** About how many rows it has. */
  readonly rows: number
  /** Nothing where there is none. */
  readonly key: readonly KeyColumn[]
}

interface KeyColumn {
  /** As SQL names it. */
  readonly name: string
  readonly type: string
}

type Row = {
  schema: string
  name: string
  kind: string
  rows: number | null
  most: number
  columns: ColumnRow[]
  keyed: boolean
}

interface ColumnRow {
  readonly name: string
  /** Null where there is no such column. */
  readonly type: string | null
  readonly required: boolean
}

/** No page of a heap holds more rows. */
const rowsOfPage = 291

const parts = `pg_class AS part WHERE part.relkind = 'r'
   AND (part.oid = c.oid OR part.oid IN (SELECT relid FROM pg_partition_tree(c.oid)))`
const pages = "(pg_relation_size(part.oid) / current_setting('block_size')::int)"

function tableSql(table: string, key: readonly string[]): string {
  const names = `ARRAY[${key.map(quoteLiteral).join(', ')}]::text[]`
  return `SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
 (SELECT sum(CASE WHEN part.reltuples > 0 AND part.relpages > 0 THEN part.reltuples / part.relpages * ${pages}
   ELSE pg_stat_get_live_tuples(part.oid) END)::float8 FROM ${parts}) AS rows,
 (SELECT coalesce(sum(${pages}), 0)::float8 * ${rowsOfPage} FROM ${parts}) AS most,
 ARRAY(SELECT json_build_object('name', k.name, 'type', format_type(a.atttypid, -1), 'required', a.attnotnull)
   FROM unnest(${names}) WITH ORDINALITY AS k (name, place)
   LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = k.name AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY k.place) AS columns,
 EXISTS (SELECT FROM pg_index AS i JOIN pg_class AS ic ON ic.oid = i.indexrelid JOIN pg_am AS am ON am.oid = ic.relam
   WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND am.amname = 'btree'
   AND ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
     JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number WHERE k.place <= i.indnkeyatts ORDER BY k.place) = ${names}) AS keyed
 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(${quoteLiteral(table)})`
}

/** Looks up the table of batches. @returns what keeps it from being walked, as if the server had said so. @throws as rowsOf. */
export async function readWalkedTable(client: Client, batch: Batch): Promise<WalkedTable | ServerError> {
  const { schema, name } = batch.table
  const key = batch.kind === 'by-key' ? batch.key : []
  const named = schema === null ? quoteIdentifier(name) : quoteQualified(schema, name)
  const [row] = await rowsOf<Row>(client, tableSql(named, key))
  const spoken = schema === null ? name : `${schema}.${name}`
  if (row === undefined)
    return unfit(`the table ${spoken} of the batch header does not exist`, 'name one that is there')
  const why = whyUnfit(row, key, spoken)
  if (why !== null) return why
  const sql = quoteQualified(row.schema, row.name)
  const walked = `${sql} (${key.map(quoteIdentifier).join(', ')})`
  const known = row.most === 0 || (row.rows ?? 0) > 0
  return {
    sql,
    walked,
    rows: Math.round(known ? (row.rows ?? 0) : Math.min(await plannedRows(client, sql), row.most)),
    key: row.columns.map(({ name: column, type }) => ({ name: quoteIdentifier(column), type: type ?? '' })),
  }
}

/** What the planner guesses of a table that nobody has counted yet. */
async function plannedRows(client: Client, table: string): Promise<number> {
  const lines = await queryArrays<[string]>(client, `EXPLAIN SELECT FROM ${table}`)
  return Number(/ rows=(\d+)/.exec(lines[0]?.[0] ?? '')?.[1] ?? 0)
}

function whyUnfit({ kind, columns, keyed }: Row, key: readonly string[], table: string): ServerError | null {
  if (kind !== 'r' && kind !== 'p')
    return unfit(`${table} is not a table, so batches cannot go through it`, 'name a table')
  if (key.length === 0) return null
  const missing = columns.find(({ type }) => type === null)
  if (missing !== undefined) return unfit(`${table} has no column ${missing.name} to run batches by`, 'name its key')
  const by = keyText(key)
  const open = columns.find(({ required }) => !required)
  if (open !== undefined) {
    return unfit(
      `${table}.${open.name} may be NULL: rows without a key would be in no batch`,
      'run the batches by a key that is NOT NULL, such as the primary key',
    )
  }
  if (keyed) return null
  return unfit(
    `${table} has no unique index on ${by}, so batches cannot go through it in that order`,
    `run them by its primary key, or create one in a migration before: CREATE UNIQUE INDEX CONCURRENTLY … ON ${table} (${key.join(', ')})`,
  )
}

/** What the server might have said, had it known of batches. */
export function unfit(message: string, hint: string): ServerError {
  return Object.assign(new Error(message), { severity: 'ERROR', hint })
}

/** The keys of the rows of one batch. */
export interface KeyRange {
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly rows: number
}

/**
 * The keys of the next rows behind `last`, of up to so many.
 * @param upTo the last that there is to be.
 * @returns null where there are none; what the server says where it refuses. It never rejects.
 */
export async function nextKeys(
  client: Client,
  table: WalkedTable,
  last: readonly string[] | null,
  size: number,
  upTo: readonly string[] | null = null,
): Promise<KeyRange | ServerError | null> {
  try {
    const [found] = await queryArrays<[string[], string[], number]>(client, nextKeysSql(table, last, size, upTo))
    return found === undefined ? null : { from: found[0], to: found[1], rows: found[2] }
  } catch (error) {
    return errorOf(error)
  }
}

/** True, and lets values as texts be such that their types read them again without a loss in any session. */
const portableText = `num_nulls(set_config('extra_float_digits', '1', true), set_config('DateStyle', 'ISO', true),
  set_config('IntervalStyle', 'iso_8601', true)) = 0`

function nextKeysSql(
  { sql, key }: WalkedTable,
  last: readonly string[] | null,
  size: number,
  upTo: readonly string[] | null,
): string {
  const names = key.map(({ name }) => name).join(', ')
  const backwards = key.map(({ name }) => `${name} DESC`).join(', ')
  const texts = `CASE WHEN ${portableText} THEN ARRAY[${key.map(({ name }) => `${name}::text`).join(', ')}] END`
  const own = key.length === 1 ? names : `(${names})`
  const conditions = [
    ...(last === null ? [] : [`${own} > ${keySql(key, last)}`]),
    ...(upTo === null ? [] : [`${own} <= ${keySql(key, upTo)}`]),
  ]
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return `WITH nself_keys AS MATERIALIZED (SELECT ${names} FROM ${sql}${where} ORDER BY ${names} LIMIT ${size})
 SELECT (SELECT ${texts} FROM nself_keys ORDER BY ${names} LIMIT 1), (SELECT ${texts} FROM nself_keys ORDER BY ${backwards} LIMIT 1), count(*)::int FROM nself_keys HAVING count(*) > 0`
}

/** A key as SQL: a value, or a row of them. */
export function keySql(key: WalkedTable['key'], values: readonly string[]): string {
  const typed = key.map(({ type }, i) => `${quoteLiteral(values[i] ?? null)}::${type}`)
  return typed.length === 1 ? (typed[0] ?? '') : `ROW(${typed.join(', ')})`
}

/** More rows than these cannot be left to do, even if as many come meanwhile. */
export function rowsAtMost({ rows }: WalkedTable): number {
  return 2 * rows + 10_000
}

/** What is told of batches that changed more. */
export function endless({ rows }: WalkedTable, done: number): ServerError {
  const [count, all] = [done, rows].map(grouped)
  return Object.assign(
    new Error(`its batches have changed ${count} rows, and the table has about ${all}: they find the same rows again`),
    {
      severity: 'ERROR',
      hint: 'write a condition that a row no longer meets once it is done; what is done is kept',
    },
  )
}
