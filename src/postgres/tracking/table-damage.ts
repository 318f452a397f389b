import type { Environment } from '../../core/environment.ts'
import { parseEnvironment } from '../../core/environment.ts'
import { setAside, type TableDamage } from '../../core/migration/table-damage.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'

/**
 * The columns of each table of nself's. Those with a definition can be added again to a table that has rows; a table
 * without one of the others is not nself's, or nothing can be saved of it but by the journal.
 */
const columns: Record<string, Record<string, string | null>> = {
  migrations: {
    version: null,
    name: null,
    checksum: null,
    state: `text NOT NULL DEFAULT 'applied' CHECK (state IN ('applied', 'failed', 'reverting'))`,
    position: 'bigint GENERATED ALWAYS AS IDENTITY',
    applied_at: 'timestamptz NOT NULL DEFAULT clock_timestamp()',
    duration_ms: 'integer NOT NULL DEFAULT 0',
    applied_by: 'text NOT NULL DEFAULT session_user',
    environment: 'text NOT NULL',
    down_sql: 'text',
    statements_done: 'integer NOT NULL DEFAULT 0',
    statement_begun: 'integer NOT NULL DEFAULT 0',
    done_checksum: 'text',
    fingerprint: 'text',
  },
  journal: {
    id: 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    at: 'timestamptz NOT NULL DEFAULT clock_timestamp()',
    action: null,
    version: 'numeric',
    name: 'text',
    checksum: 'text',
    outcome: null,
    detail: 'text',
    who: 'text NOT NULL DEFAULT session_user',
    environment: 'text',
  },
  metadata: { key: null, value: null },
}

type TableRow = {
  table: string
  triggers: string[]
  rules: string[]
  secured: boolean
  columns: string[]
}

const tablesSql = `SELECT c.relname AS table, c.relrowsecurity AS secured,
 ARRAY(SELECT tgname::text FROM pg_catalog.pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal AND tgenabled <> 'D' ORDER BY 1) AS triggers,
 ARRAY(SELECT rulename::text FROM pg_catalog.pg_rewrite WHERE ev_class = c.oid AND rulename <> '_RETURN' ORDER BY 1) AS rules,
 ARRAY(SELECT attname::text FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
 FROM pg_catalog.pg_class AS c WHERE c.relnamespace = to_regnamespace('nself') AND c.relkind IN ('r', 'p', 'v', 'f')
 AND c.relname IN (${Object.keys(columns).map(quoteLiteral).join(', ')}, 'seeds', 'repeatables') ORDER BY 1`

/** What is wrong with the tables that nself keeps; nothing where there are none yet. @throws as rowsOf. */
export async function readTableDamage(client: Client): Promise<TableDamage[]> {
  const tables = await rowsOf<TableRow>(client, tablesSql)
  if (tables.length === 0) return []
  const missing = Object.keys(columns).filter((table) => !tables.some((row) => row.table === table))
  return [
    // Of a lost table of migrations the journal knows what it held.
    ...missing.filter((table) => table !== 'migrations').map((table) => ({ kind: 'missing' as const, table })),
    ...tables.flatMap(damageOf),
  ]
}

function damageOf({ table, triggers, rules, secured, columns: found }: TableRow): TableDamage[] {
  const absent = Object.entries(columns[table] ?? {}).filter(([name]) => !found.includes(name))
  const essential = absent.filter(([, definition]) => definition === null).map(([name]) => name)
  if (essential.length > 0) return [{ kind: 'foreign', table, columns: essential }]
  return [
    ...triggers.map((name) => ({ kind: 'trigger' as const, table, name })),
    ...rules.map((name) => ({ kind: 'rule' as const, table, name })),
    ...(secured ? [{ kind: 'row-security' as const, table }] : []),
    ...absent.map(([name, definition]) => ({ kind: 'column' as const, table, name, definition: definition ?? '' })),
  ]
}

/** SQL that puts it right, to be followed by what makes the missing tables. */
export function restoreTableSql(damage: TableDamage, environment: Environment): string {
  const table = `nself.${quoteIdentifier(damage.table)}`
  switch (damage.kind) {
    case 'trigger':
      return `DROP TRIGGER ${quoteIdentifier(damage.name)} ON ${table}`
    case 'rule':
      return `DROP RULE ${quoteIdentifier(damage.name)} ON ${table}`
    case 'row-security':
      return `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY`
    case 'column': {
      const add = `ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(damage.name)} ${damage.definition}`
      if (damage.name !== 'environment' || damage.table !== 'migrations') return add
      // Of rows that are there it is believed; new ones say it themselves.
      return `${add} DEFAULT ${quoteLiteral(environment)}; ALTER TABLE ${table} ALTER COLUMN environment DROP DEFAULT`
    }
    case 'foreign':
      return `ALTER TABLE ${table} RENAME TO ${quoteIdentifier(setAside(damage.table))}`
    case 'missing':
      return ''
  }
}

/** The environment that the database remembers, as far as it can be read. */
export async function readMark(client: Client): Promise<Environment | null> {
  const found = await rowsOf<{ value: string }>(
    client,
    "SELECT value FROM nself.metadata WHERE key = 'environment'",
  ).catch(() => [])
  return found[0] === undefined ? null : parseEnvironment(found[0].value)
}
