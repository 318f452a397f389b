import { fingerprintSql } from '../catalog/fingerprint.ts'
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

const withRowsSql = `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND ${isMine('n')} AND ${notOfExtension('pg_class', 'c.oid')} AND pg_relation_size(c.oid) > 0`

/**
 * A function that looks: the server plans its queries once, which takes longer than to run them. It stands in the schema
 * of nself's own tables, which no look sees. A row is summed as JSON, whose keys have an order of their own.
 */
const functionSql = `CREATE SCHEMA IF NOT EXISTS nself;
 CREATE OR REPLACE FUNCTION nself.look() RETURNS text[] LANGUAGE plpgsql ${plainTextClauses}
 AS $look$ DECLARE nself_table record; nself_rows text; nself_all text := ''; BEGIN
 FOR nself_table IN ${withRowsSql} LOOP
  EXECUTE format('SELECT count(*) || '' '' || sum(hashtextextended(to_jsonb(nself_row)::text, 0)) FROM ONLY %s AS nself_row', nself_table.name) INTO nself_rows;
  IF nself_rows IS NOT NULL THEN nself_all := nself_all || nself_rows || ' ' || nself_table.name || chr(10); END IF;
 END LOOP;
 RETURN ARRAY[(${fingerprintSql}), (${orderSql}), nself_all, nself.sequence_marks()::text]; END $look$`

/** Makes a scratch database ready to be looked at. @throws what the server says. */
export async function prepareLooks(client: Client): Promise<void> {
  await client.query(`${functionSql};\n${sequenceFunctionsSql}`)
}

/** @throws what the server says. */
export async function lookAt(client: Client): Promise<DatabaseLook> {
  const { rows } = await client.query<{ look: [string, string, string, string] }>('SELECT nself.look() AS look')
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
  before: DatabaseLook,
  after: DatabaseLook,
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
