import { quoteLiteral } from '../../core/sql/quoting.ts'
import type { CountedTable, Figures } from '../../core/update-verdict.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import { findInvalidIndexes } from './invalid-indexes.ts'

const isUsers = (schema: string) => `${schema} NOT IN ('nself', 'information_schema') AND ${schema} !~ '^pg_'`

const tablesSql = `SELECT c.oid::text, format('%I.%I', n.nspname, c.relname) AS name, row_security_active(c.oid) AS hides FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND ${isUsers('n.nspname')} ORDER BY 2`

const unvalidatedSql = `SELECT format('%I on %s', conname, conrelid::regclass) AS name FROM pg_constraint k
  JOIN pg_namespace n ON n.oid = k.connamespace WHERE NOT convalidated AND conrelid <> 0 AND ${isUsers('n.nspname')}`

/** Sequences that belong to a column: serial and identity. */
const sequencesSql = `SELECT format('%I.%I', sn.nspname, s.relname) AS sequence, format('%I.%I', tn.nspname, t.relname) AS "table",
  quote_ident(a.attname) AS "column"
  FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_namespace sn ON sn.oid = s.relnamespace
  JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
  JOIN pg_sequence q ON q.seqrelid = s.oid AND q.seqincrement > 0
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
  AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) AND ${isUsers('tn.nspname')}`

interface Sequence {
  readonly sequence: string
  readonly table: string
  readonly column: string
}

/** Counts what a run must not lose. Takes as long as reading every table once. */
export async function readFigures(client: Client, progress: (what: string) => void): Promise<Figures> {
  const tables = await rowsOf<{ oid: string; name: string; hides: boolean }>(client, tablesSql)
  const hidden = tables.flatMap(({ name, hides }) => (hides ? [name] : []))
  const counted: CountedTable[] = []
  for (const { oid, name, hides } of tables) {
    if (hides) continue
    progress(`counting the rows of ${name} (${counted.length + 1} of ${tables.length})`)
    const [found] = await rowsOf<{ n: string }>(client, `SELECT count(*) AS n FROM ONLY ${name} AS nself_row`)
    counted.push({ oid, name, rows: Number(found?.n) })
  }
  const unvalidated = await rowsOf<{ name: string }>(client, unvalidatedSql)
  return {
    tables: counted,
    hidden,
    invalidIndexes: await findInvalidIndexes(client),
    unvalidated: unvalidated.map(({ name }) => name),
    sequencesBehind: await sequencesBehind(client, hidden),
  }
}

async function sequencesBehind(client: Client, hidden: readonly string[]): Promise<string[]> {
  const all = await rowsOf<Sequence>(client, sequencesSql)
  const sequences = all.filter(({ table }) => !hidden.includes(table))
  if (sequences.length === 0) return []
  const looks = sequences.map(({ sequence, table, column }) => {
    const name = quoteLiteral(`${sequence} of ${table}.${column}`)
    return `SELECT ${name} AS name WHERE (SELECT max(${column}) FROM ${table}) >
      (SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM ${sequence})`
  })
  const behind = await rowsOf<{ name: string }>(client, looks.join(' UNION ALL '))
  return behind.map(({ name }) => name)
}
