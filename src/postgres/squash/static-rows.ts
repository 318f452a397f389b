import { NselfError } from '../../core/errors.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import {
  type RowsTable,
  referencedFirst,
  refuseManyRows,
  rowLines,
  rowTextsSql,
} from '../../core/squash/row-statements.ts'
import { messageOf, systemCodeOf } from '../../core/system-error.ts'
import { readAllRowsSql } from '../catalog/hidden-rows.ts'
import { isMine, notOfExtension } from '../catalog/query-parts.ts'
import { plainTextSql } from '../catalog/read.ts'
import type { Client } from '../driver/pg.ts'

/** What stands in tables and sequences, as the lines that make it again. */
export interface StaticRows {
  readonly lines: readonly string[]
  readonly tables: readonly { readonly name: string; readonly rows: number }[]
  readonly sequences: number
}

const numbers = "'int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'bool'::regtype"

/** A foreign key on a partitioned table is one on each of its partitions. */
const tablesSql = `SELECT c.oid::regclass::text AS name,
 (SELECT COALESCE(json_agg(json_build_object('name', quote_ident(attname), 'plain', atttypid IN (${numbers})) ORDER BY attnum), '[]')
  FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
 EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attidentity = 'a' AND NOT attisdropped) AS insists,
 relforcerowsecurity AS "hidesFromOwner",
 (SELECT COALESCE(json_agg(json_build_object('name', quote_ident(tgname), 'state', CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END) ORDER BY tgname), '[]')
  FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal AND tgenabled IN ('O', 'A')) AS triggers,
 (SELECT COALESCE(json_agg(json_build_object('name', quote_ident(rulename), 'state', CASE ev_enabled WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END) ORDER BY rulename), '[]')
  FROM pg_rewrite WHERE ev_class = c.oid AND ev_type = '3' AND ev_enabled IN ('O', 'A')) AS rules,
 (SELECT COALESCE(json_agg(DISTINCT part::regclass::text), '[]') FROM pg_constraint k,
  LATERAL (SELECT relid FROM pg_partition_tree(k.confrelid) UNION SELECT k.confrelid) AS tree (part)
  WHERE k.contype = 'f' AND k.conrelid = c.oid AND part <> c.oid) AS "references"
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND ${isMine('n')} AND ${notOfExtension('pg_class', 'c.oid')} AND pg_relation_size(c.oid) > 0 ORDER BY c.oid`

const sequencesSql = `SELECT s.oid::regclass::text AS name FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
 WHERE s.relkind = 'S' AND ${isMine('n')} AND ${notOfExtension('pg_class', 's.oid')} ORDER BY s.oid`

/** Those that others are made of come first. */
const viewsSql = `SELECT c.oid::regclass::text AS name, relispopulated AS filled FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'm' AND ${isMine('n')} ORDER BY c.oid`

/**
 * What the tables, sequences and materialized views of a scratch database hold.
 * @throws NselfError `refused` where it is too much for a file; what the server says.
 */
export async function readStaticRows(client: Client): Promise<StaticRows> {
  await client.query(`BEGIN; ${plainTextSql}`)
  const tables = referencedFirst((await client.query<{ [Key in keyof RowsTable]: RowsTable[Key] }>(tablesSql)).rows)
  await client.query(readAllRowsSql)
  await refuseTooMany(client, tables)
  const lines: string[] = []
  const counts: { name: string; rows: number }[] = []
  for (const table of tables) {
    const { rows } = await client.query<{ row: string }>(rowTextsSql(table))
    if (rows.length > 0) counts.push({ name: table.name, rows: rows.length })
    lines.push(
      ...rowLines(
        table,
        rows.map(({ row }) => row),
      ),
    )
  }
  const views = (await client.query<{ name: string; filled: boolean }>(viewsSql)).rows
  // Made by the schema all of them are filled, from tables that had no rows yet.
  const filled = views.flatMap((view) => {
    if (!view.filled) return [`REFRESH MATERIALIZED VIEW ${view.name} WITH NO DATA;`]
    return lines.length === 0 ? [] : [`REFRESH MATERIALIZED VIEW ${view.name};`]
  })
  const marks = await sequenceMarks(client)
  await client.query('ROLLBACK')
  const moved = marks.filter(({ isStart }) => !isStart)
  const set = moved.map(
    ({ literal, value, isCalled }) => `SELECT pg_catalog.setval(${literal}, ${value}, ${isCalled});`,
  )
  const all = [lines, filled, set].flatMap((part) => (part.length === 0 || part.at(-1) === '' ? part : [...part, '']))
  return { lines: all, tables: counts, sequences: moved.length }
}

async function refuseTooMany(client: Client, tables: readonly RowsTable[]): Promise<void> {
  if (tables.length === 0) return
  const one = ({ name }: RowsTable, i: number) =>
    `SELECT ${i} AS at, count(*)::int AS rows, COALESCE(sum(octet_length(one::text)), 0)::float8 AS bytes FROM ONLY ${name} AS one`
  const { rows } = await client
    .query<{ at: number; rows: number; bytes: number }>(tables.map(one).join(' UNION ALL '))
    .catch((error: unknown) => {
      throw systemCodeOf(error) === '42501' ? unreadable(error) : error
    })
  refuseManyRows(rows.map(({ at, rows, bytes }) => ({ name: tables[at]?.name ?? '', rows, bytes })))
}

/** A migration has taken the right to read a table even from who runs the migrations. */
function unreadable(cause: unknown): NselfError {
  return new NselfError('refused', `what the tables hold cannot be read: ${messageOf(cause)}`, {
    hint: 'squash up to the migration before the one that takes this right away; nothing was written',
    cause,
  })
}

interface SequenceMark {
  readonly name: string
  /** The name as a literal. */
  readonly literal: string
  readonly value: string
  readonly isCalled: boolean
  /** Nobody has asked it yet. */
  readonly isStart: boolean
}

/** Where sequences stand, by name. */
export async function sequenceMarks(client: Client): Promise<SequenceMark[]> {
  const { rows: names } = await client.query<{ name: string }>(sequencesSql)
  if (names.length === 0) return []
  const one = ({ name }: { name: string }) => {
    const literal = quoteLiteral(name)
    return `SELECT ${literal} AS name, quote_literal(${literal}) AS literal, last_value::text AS value, is_called AS "isCalled",
 NOT is_called AND last_value = (SELECT seqstart FROM pg_sequence WHERE seqrelid = ${literal}::regclass) AS "isStart" FROM ${name}`
  }
  return (await client.query<SequenceMark & Record<string, unknown>>(names.map(one).join(' UNION ALL '))).rows
}

/** As which role statements run here. */
export async function roleOf(client: Client): Promise<string> {
  return (await client.query<{ role: string }>('SELECT current_user AS role')).rows[0]?.role ?? ''
}
