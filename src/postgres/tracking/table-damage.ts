import type { Environment } from '../../core/environment.ts'
import { parseEnvironment } from '../../core/environment.ts'
import type { TableDamage } from '../../core/repair/table-damage.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import { movedSql } from './database-facts.ts'
import { formatKey } from './metadata.ts'
import { columnsIn, defaultOf, shapes, typeOf } from './table-shape.ts'
import { jsonWhereThere } from './where-there.ts'

interface ColumnRow {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly filled: boolean
}

type TableRow = {
  table: string
  kind: string
  triggers: string[]
  rules: string[]
  constraints: string[]
  keyed: boolean
  secured: boolean
  names: string[]
  columns: ColumnRow[]
}

const tablesSql = `SELECT c.relname AS table, c.relkind AS kind, c.relrowsecurity AS secured,
 ARRAY(SELECT tgname::text FROM pg_catalog.pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal AND tgenabled <> 'D' ORDER BY 1) AS triggers,
 ARRAY(SELECT relname::text FROM pg_catalog.pg_class AS o WHERE o.relnamespace = c.relnamespace) AS names,
 ARRAY(SELECT rulename::text FROM pg_catalog.pg_rewrite WHERE ev_class = c.oid AND rulename <> '_RETURN' ORDER BY 1) AS rules,
 ARRAY(SELECT conname::text FROM pg_catalog.pg_constraint WHERE conrelid = c.oid AND contype IN ('c', 'u', 'x', 'f')
  AND conname <> 'migrations_state_check' ORDER BY 1) AS constraints,
 EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = c.oid AND contype = 'p') AS keyed,
 ARRAY(SELECT json_build_object('name', attname, 'type', format_type(atttypid, atttypmod), 'required', attnotnull,
  'filled', atthasdef OR attidentity <> '')
  FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum) AS columns
 FROM pg_catalog.pg_class AS c WHERE c.relnamespace = to_regnamespace('nself') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
 AND c.relname IN (${Object.keys(shapes).map(quoteLiteral).join(', ')}) ORDER BY 1`

/** What is wrong with the tables that nself keeps; nothing where there are none yet. @throws as rowsOf. */
export async function readTableDamage(client: Client): Promise<TableDamage[]> {
  const tables = await rowsOf<TableRow>(client, tablesSql)
  if (tables.length === 0) {
    const [moved] = await rowsOf<{ nspname: string }>(client, movedSql)
    return moved === undefined ? [] : [{ kind: 'moved', table: 'migrations', schema: moved.nspname }]
  }
  const format = Number((await readMetadata(client, formatKey)) ?? 1)
  const missing = Object.keys(shapes).filter((table) => !tables.some((row) => row.table === table))
  return [
    // Of a lost table of migrations the journal knows what it held; that of seeds is made when it is needed.
    ...missing
      .filter((table) => table !== 'migrations' && table !== 'seeds' && (shapes[table]?.since ?? 1) <= format)
      .map((table) => ({ kind: 'missing' as const, table })),
    ...tables.flatMap((row) => damageOf(row, format)),
  ]
}

function damageOf(row: TableRow, format: number): TableDamage[] {
  const { table, triggers, rules, constraints, keyed, secured } = row
  const shape = shapes[table]
  if (shape === undefined) return []
  if (row.kind !== 'r') return [{ kind: 'foreign', table, columns: [], aside: setAside(row) }]
  const found = new Map(row.columns.map((column) => [column.name, column]))
  const essential = shape.essential.filter((name) => !found.has(name))
  if (essential.length > 0) return [{ kind: 'foreign', table, columns: essential, aside: setAside(row) }]
  const expected = columnsIn(shape, format)
  const known = columnsIn(shape, Infinity)
  return [
    ...triggers.map((name) => ({ kind: 'trigger' as const, table, name })),
    ...rules.map((name) => ({ kind: 'rule' as const, table, name })),
    ...(secured ? [{ kind: 'row-security' as const, table }] : []),
    ...constraints.map((name) => ({ kind: 'constraint' as const, table, name })),
    ...Object.entries(expected).flatMap(([name, definition]) => columnDamage(table, name, definition, found.get(name))),
    ...row.columns
      .filter(({ name, required, filled }) => !(name in known) && required && !filled)
      .map(({ name }) => ({ kind: 'required' as const, table, name })),
    ...(keyed || !found.has(shape.key) ? [] : [{ kind: 'key' as const, table, name: shape.key }]),
  ]
}

/** The name under which a table that is not nself's is kept. */
function setAside({ table, names }: TableRow): string {
  const free = (name: string, n: number): string => {
    const wanted = n === 1 ? name : `${name}_${n}`
    return names.includes(wanted) ? free(name, n + 1) : wanted
  }
  return free(`${table}_set_aside`, 1)
}

function columnDamage(table: string, name: string, definition: string, column: ColumnRow | undefined): TableDamage[] {
  if (column === undefined) return [{ kind: 'column', table, name, definition }]
  const filler = defaultOf(definition)
  const isOther = column.type !== typeOf(definition)
  return [
    ...(isOther
      ? [{ kind: 'type' as const, table, name, type: typeOf(definition), keepsFiller: filler === 'identity' }]
      : []),
    // A default of another type does not outlive the change.
    ...(filler !== null && (!column.filled || (isOther && filler !== 'identity'))
      ? [{ kind: 'default' as const, table, name, value: filler }]
      : []),
  ]
}

/** SQL that puts it right, to be followed by what makes the missing tables. */
export function restoreTableSql(damage: TableDamage, environment: Environment): string {
  const table = `nself.${quoteIdentifier(damage.table)}`
  const column = 'name' in damage ? quoteIdentifier(damage.name) : ''
  const alter = `ALTER TABLE ${table} ALTER COLUMN ${column}`
  switch (damage.kind) {
    case 'trigger':
      return `DROP TRIGGER ${quoteIdentifier(damage.name)} ON ${table}`
    case 'rule':
      return `DROP RULE ${quoteIdentifier(damage.name)} ON ${table}`
    case 'constraint':
      return `ALTER TABLE ${table} DROP CONSTRAINT ${quoteIdentifier(damage.name)}`
    case 'row-security':
      return `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY`
    case 'column': {
      const add = `ALTER TABLE ${table} ADD COLUMN ${column} ${damage.definition}`
      if (damage.name !== 'environment' || damage.table === 'journal') return add
      // Of rows that are there it is believed; new ones say it themselves.
      return `${add} DEFAULT ${quoteLiteral(environment)}; ALTER TABLE ${table} ALTER COLUMN environment DROP DEFAULT`
    }
    case 'type':
      return `${alter} ${damage.keepsFiller ? '' : `DROP DEFAULT, ALTER COLUMN ${column} `}TYPE ${damage.type} USING ${column}::${damage.type}`
    case 'default':
      return damage.value === 'identity' ? identitySql(table, damage.name) : `${alter} SET DEFAULT ${damage.value}`
    case 'required':
      return `${alter} DROP NOT NULL`
    case 'key':
      return `ALTER TABLE ${table} ADD PRIMARY KEY (${column})`
    case 'foreign':
      return `ALTER TABLE ${table} RENAME TO ${quoteIdentifier(damage.aside)}`
    case 'missing':
      return ''
    case 'moved':
      return `DROP SCHEMA IF EXISTS nself; ALTER SCHEMA ${quoteIdentifier(damage.schema)} RENAME TO nself`
  }
}

/** Goes on after the values that are there; rows without one come first. */
function identitySql(table: string, name: string): string {
  return `UPDATE ${table} SET ${name} = 0 WHERE ${name} IS NULL;
ALTER TABLE ${table} ALTER COLUMN ${name} SET NOT NULL, ALTER COLUMN ${name} ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('${table}', '${name}'), GREATEST((SELECT max(${name}) FROM ${table}), 0) + 1, false)`
}

/** The environment that the database remembers, as far as it can be read. */
export async function readMark(client: Client): Promise<Environment | null> {
  const value = await readMetadata(client, 'environment')
  return value === null ? null : parseEnvironment(value)
}

async function readMetadata(client: Client, key: string): Promise<string | null> {
  const query = `SELECT to_json(value) AS value FROM nself.metadata WHERE key = ${quoteLiteral(key)}`
  return jsonWhereThere<string>(client, ['nself.metadata'], query, 'value').catch(() => null)
}
