import { fingerprintSql } from '../catalog/fingerprint.ts'
import { readsAllRows, unhiddenInto } from '../catalog/hidden-rows.ts'
import { isMine, notOfExtension } from '../catalog/query-parts.ts'
import { plainTextClauses } from '../catalog/read.ts'
import type { Client } from '../driver/pg.ts'
import { sequenceFunctionsSql } from './sequences.ts'

/** What a database is at one moment, as texts that are the same only where it is the same. */
export interface DatabaseLook {
  readonly schema: string
  /** The columns of all tables in their order. */
  readonly order: string
  /** Of each table that has rows how many, and a sum over what is in them. */
  readonly rows: ReadonlyMap<string, TableRows>
  /** Where sequences stand, as a text. */
  readonly sequences: string
}

interface TableRows {
  readonly count: number
  readonly sum: string
}

const orderSql = `SELECT COALESCE(sum(hashtextextended(value, 0)), 0)::text FROM (
 SELECT attrelid::regclass::text || ' ' || string_agg(attname, ',' ORDER BY attnum) AS value
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute ON attrelid = c.oid
 WHERE c.relkind IN ('r', 'p') AND ${isMine('n')} AND attnum > 0 AND NOT attisdropped GROUP BY attrelid) AS part`

/** Whether this transaction has made, changed or given up something in a row of a catalog. */
const isOfNow = (alias: string) => `age(${alias}.xmin) <= 0`

/** What makes JSON of the same row another: then no table is known. */
const othersTexts = `current_setting('track_counts') = 'off' OR EXISTS (SELECT FROM pg_enum e WHERE ${isOfNow('e')})
 OR EXISTS (SELECT FROM pg_namespace n WHERE ${isOfNow('n')})
 OR EXISTS (SELECT FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind = 'c' AND ${isOfNow('a')})`

/** What this session has done to rows and not reported yet, also what was rolled back since. */
const done =
  'pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid)'

const doneSql = `SELECT COALESCE(jsonb_object_agg(c.oid::regclass::text, ${done}), '{}') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND ${isMine('n')} AND ${done} > 0`

const untouched = `NOT (${isOfNow('c')}) AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND ${isOfNow('a')})
 AND ${done} = COALESCE((before ->> c.oid::regclass::text)::int8, 0)`

const withRowsSql = `SELECT c.oid::regclass::text AS name, CASE WHEN known IS NOT NULL AND ${untouched} THEN COALESCE(known ->> c.oid::regclass::text, '') END AS sum
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND ${isMine('n')} AND ${notOfExtension('pg_class', 'c.oid')} AND pg_relation_size(c.oid) > 0`

/**
 * Functions that look: the server plans their queries once, which takes longer than to run them. They stand in the schema
 * of nself's own tables, which no look sees. A row is summed as JSON, whose keys have an order of their own.
 * `known`: sums of before this transaction, for tables that it leaves alone: one without a sum was empty; and `before`: what had been done to rows then.
 */
const functionSql = `CREATE SCHEMA IF NOT EXISTS nself;
 CREATE OR REPLACE FUNCTION nself.look_at_rows(known jsonb, before jsonb) RETURNS text LANGUAGE plpgsql ${plainTextClauses} ${readsAllRows}
 AS $look$ DECLARE nself_table record; nself_rows text; nself_all text := ''; BEGIN
 IF known IS NOT NULL AND (${othersTexts}) THEN known := NULL; END IF;
 FOR nself_table IN ${withRowsSql} LOOP
  nself_rows := nself_table.sum;
  IF nself_rows IS NULL THEN
   ${unhiddenInto("format('SELECT count(*) || '' '' || sum(hashtextextended(to_jsonb(nself_row)::text, 0)) FROM ONLY %s AS nself_row', nself_table.name)", 'nself_table.name', 'nself_rows')}
  END IF;
  IF nself_rows <> '' THEN nself_all := nself_all || nself_rows || ' ' || nself_table.name || chr(10); END IF;
 END LOOP; RETURN nself_all; END $look$;
 CREATE OR REPLACE FUNCTION nself.done_to_rows() RETURNS jsonb LANGUAGE plpgsql ${plainTextClauses} AS $look$ BEGIN RETURN (${doneSql}); END $look$;
 CREATE OR REPLACE FUNCTION nself.look_at_order() RETURNS text LANGUAGE plpgsql ${plainTextClauses} AS $look$ BEGIN RETURN (${orderSql}); END $look$;
 CREATE OR REPLACE FUNCTION nself.look_at_schema() RETURNS text LANGUAGE plpgsql ${plainTextClauses} AS $look$ BEGIN RETURN (${fingerprintSql}); END $look$`

/** Makes a scratch database ready to be looked at. @throws what the server says. */
export async function prepareLooks(client: Client): Promise<void> {
  await client.query(`${functionSql};\n${sequenceFunctionsSql}`)
}

/** The look at the database as it was when the transaction began that is open. */
export interface KnownLook {
  readonly look: DatabaseLook
  /** What this session had done to rows before, as a text. */
  readonly done: string
}

/** At the beginning of a transaction, before anything is done in it. @throws what the server says. */
export async function knownFrom(client: Client, look: DatabaseLook): Promise<KnownLook> {
  const { rows } = await client.query<{ done: string }>('SELECT nself.done_to_rows()::text AS done')
  return { look, done: rows[0]?.done ?? '{}' }
}

/**
 * @param known of before this transaction: what is untouched since is not read again.
 * @throws what the server says.
 */
export async function lookAt(client: Client, known: KnownLook | null = null): Promise<DatabaseLook> {
  return look(client, 'nself.look_at_schema()', known)
}

/** The same without the schema, for where that is compared object by object. @throws what the server says. */
export async function lookAtRows(client: Client): Promise<Omit<DatabaseLook, 'schema'>> {
  return look(client, "''", null)
}

async function look(client: Client, schemaSql: string, known: KnownLook | null): Promise<DatabaseLook> {
  const sums = Object.fromEntries(
    [...(known?.look.rows ?? [])].map(([name, { count, sum }]) => [name, `${count} ${sum}`]),
  )
  const { rows } = await client.query<{ look: [string, string, string, string] }>({
    text: `SELECT ARRAY[${schemaSql}, nself.look_at_order(), nself.look_at_rows($1, $2), nself.sequence_marks()::text] AS look`,
    values: [known === null ? null : JSON.stringify(sums), known?.done ?? '{}'],
  })
  const [schema, order, all, sequences] = rows[0]?.look ?? ['', '', '', '{}']
  return {
    schema,
    order,
    sequences,
    rows: new Map(
      all
        .split('\n')
        .filter((line) => line !== '')
        .map(tableRows),
    ),
  }
}

function tableRows(line: string): [string, TableRows] {
  const [count = '', sum = '', ...name] = line.split(' ')
  return [name.join(' '), { count: Number(count), sum }]
}

/** A table whose rows are not what they were. */
export interface DifferentRows {
  /** With its schema. */
  readonly table: string
  readonly before: number
  readonly after: number
}

/** @param by values that each run makes anew, of a sequence or a clock, differ where only the same run is asked twice. */
export function differentRows(
  before: Pick<DatabaseLook, 'rows'>,
  after: Pick<DatabaseLook, 'rows'>,
  by: 'counts' | 'values' = 'values',
): DifferentRows[] {
  const names = [...new Set([...before.rows.keys(), ...after.rows.keys()])].sort()
  return names.flatMap((table) => {
    const [was, is] = [before.rows.get(table), after.rows.get(table)]
    const found = { table, before: was?.count ?? 0, after: is?.count ?? 0 }
    return found.before !== found.after || (by === 'values' && was?.sum !== is?.sum) ? [found] : []
  })
}

/** Whether schema, order of columns and rows are the same. */
export function isSame(before: DatabaseLook, after: DatabaseLook, by: 'counts' | 'values' = 'values'): boolean {
  const sameSchema = before.schema === after.schema && before.order === after.order
  return sameSchema && differentRows(before, after, by).length === 0
}
