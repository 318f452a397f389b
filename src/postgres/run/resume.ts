import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { leadingNames } from '../../core/sql/statement.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import { type Outcome, send } from '../driver/send.ts'

/** Statements that may be done twice without harm. */
const repeatable = new Set(['vacuum', 'analyze', 'cluster', 'reindex', 'discard', 'checkpoint', 'set', 'reset', 'load'])

/**
 * What an earlier attempt at a statement has left is looked up, and removed where it is in the way.
 * `clear` to run it, `done` when it has been done, `unknown` when nobody can tell, or how the removal failed.
 */
export async function prepareStatement(
  client: Client,
  sql: string,
  mayBeDone: boolean,
  tell: (sentence: string) => void,
): Promise<'clear' | 'done' | 'unknown' | Outcome> {
  const names = leadingNames(sql)
  const index = indexOf(names)
  if (index !== null) return wayForIndex(client, index, names[0] === 'create', mayBeDone, tell)
  if (!mayBeDone || repeatable.has(names[0] ?? '')) return 'clear'
  const there = await isThere(client, names)
  if (there === null) return 'unknown'
  return there === (names[0] === 'create') ? 'done' : 'clear'
}

async function wayForIndex(
  client: Client,
  index: IndexName,
  creates: boolean,
  mayBeDone: boolean,
  tell: (sentence: string) => void,
): Promise<'clear' | 'done' | Outcome> {
  const found = await lookAt(client, index)
  if (mayBeDone && found === (creates ? 'valid' : 'absent')) return 'done'
  if (found !== 'invalid' || !creates) return 'clear'
  tell(`Index ${index.name} is INVALID, left by an attempt that failed: dropping it to build it again`)
  const dropped = await send(client, `DROP INDEX CONCURRENTLY IF EXISTS ${index.quoted}`)
  return dropped.error === null ? 'clear' : dropped
}

const catalogs: Record<string, { table: string; column: string }> = {
  database: { table: 'pg_database', column: 'datname' },
  tablespace: { table: 'pg_tablespace', column: 'spcname' },
  subscription: { table: 'pg_subscription', column: 'subname' },
}

/** Whether the object of CREATE or DROP exists; null for a statement of another kind. */
async function isThere(client: Client, names: readonly string[]): Promise<boolean | null> {
  const catalog = catalogs[names[1] ?? '']
  if (catalog === undefined || (names[0] !== 'create' && names[0] !== 'drop')) return null
  const name = names[2] === 'if' ? names[names[3] === 'not' ? 5 : 4] : names[2]
  const rows = await rowsOf(
    client,
    `SELECT 1 FROM ${catalog.table} WHERE ${catalog.column} = ${quoteLiteral(name ?? null)}`,
  )
  return rows.length > 0
}

interface IndexName {
  readonly name: string
  /** As the server reads it, with the schema of its table where the statement names one. */
  readonly quoted: string
}

function indexOf(names: readonly string[]): IndexName | null {
  const at = names.indexOf('index')
  if (at < 1 || at > 2 || names[at + 1] !== 'concurrently') return null
  let rest = names.slice(at + 2)
  if (rest[0] === 'if') rest = rest.slice(rest[1] === 'not' ? 3 : 2)
  if (rest[0] === undefined || (rest[0] === 'on' && names[0] === 'create')) return null
  if (names[0] === 'drop') return indexName(rest[1] === '.' ? [rest[0], ...rest.slice(2, 3)] : [rest[0]])
  // An index lives in its table's schema: CREATE INDEX name ON [ONLY] [schema.]table.
  const table = rest.slice(rest[2] === 'only' ? 3 : 2)
  return indexName(table[1] === '.' ? [...table.slice(0, 1), rest[0]] : [rest[0]])
}

function indexName(parts: readonly string[]): IndexName {
  return { name: parts.join('.'), quoted: parts.map(quoteIdentifier).join('.') }
}

async function lookAt(client: Client, index: IndexName): Promise<'valid' | 'invalid' | 'absent'> {
  const [row] = await rowsOf<{ valid: boolean }>(
    client,
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass(${quoteLiteral(index.quoted)})`,
  )
  return row === undefined ? 'absent' : row.valid ? 'valid' : 'invalid'
}
