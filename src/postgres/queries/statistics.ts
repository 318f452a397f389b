import { NselfError } from '../../core/errors.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { type Client, queryArrays } from '../driver/pg.ts'

/** A statement as pg_stat_statements has it. */
interface CountedStatement {
  readonly text: string
  readonly calls: number
}

/** What a server has counted of the database that is connected. */
export interface Statistics {
  readonly statements: readonly CountedStatement[]
  /** How many are of other roles, whose texts this one may not see. */
  readonly hidden: number
  /** Since when is counted; null where the server does not tell. */
  readonly seconds: number | null
}

const lookSql = `SELECT current_user::text, current_database()::text, current_setting('pg_stat_statements.max', true) IS NOT NULL,
 (SELECT nspname::text FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_stat_statements')`
type LookRow = [role: string, database: string, isLoaded: boolean, schema: string | null]

const ofThisDatabase = 'dbid = (SELECT oid FROM pg_database WHERE datname = current_database())'

/** Under functions their statements are counted too where track is all: only what clients send is of interest. */
const statementsSql = (view: string) => `SELECT query, sum(calls)::float8 FROM ${view} s
 WHERE ${ofThisDatabase} AND query IS NOT NULL AND COALESCE((to_jsonb(s) ->> 'toplevel')::boolean, true) GROUP BY query`

const hiddenText = '<insufficient privilege>'

/** @throws NselfError `configuration` with what is to be done where nothing is counted, or nothing may be seen. */
export async function readStatistics(client: Client): Promise<Statistics> {
  const [[role, database, isLoaded, schema] = ['', '', false, null]] = await queryArrays<LookRow>(client, lookSql)
  if (!isLoaded) throw notLoaded()
  if (schema === null) throw notCreated(database)
  const view = (name: string) => `${quoteIdentifier(schema)}.${name}`
  const rows = await queryArrays<[string, number]>(client, statementsSql(view('pg_stat_statements')))
  const statements = rows.flatMap(([text, calls]) => (text === hiddenText ? [] : { text, calls }))
  const hidden = await queryArrays<[number]>(
    client,
    `SELECT count(*)::int FROM ${view('pg_stat_statements')} WHERE ${ofThisDatabase} AND query = '${hiddenText}'`,
  )
  const [count] = hidden[0] ?? [0]
  if (statements.length === 0 && count > 0) throw notVisible(role, count)
  return { statements, hidden: count, seconds: await secondsCounted(client, view('pg_stat_statements_info')) }
}

async function secondsCounted(client: Client, view: string): Promise<number | null> {
  // Not before version 14.
  const sql = `SELECT extract(epoch FROM now() - stats_reset)::float8 FROM ${view}`
  const [found] = await queryArrays<[number | null]>(client, sql).catch(() => [])
  return found?.[0] ?? null
}

const fromLog = 'or record from a log of the server: nself db queries record --from-log postgresql.log'

function notLoaded(): NselfError {
  return new NselfError('configuration', 'the server does not count statements: pg_stat_statements is not loaded', {
    hint: `let an administrator run ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements' (with what is there already), restart the server, and run CREATE EXTENSION pg_stat_statements; ${fromLog}`,
  })
}

function notCreated(database: string): NselfError {
  return new NselfError(
    'configuration',
    `the server counts statements, but the database ${database} lacks the extension pg_stat_statements`,
    { hint: `run there: CREATE EXTENSION pg_stat_statements; ${fromLog}` },
  )
}

function notVisible(role: string, count: number): NselfError {
  return new NselfError(
    'configuration',
    `${count} statements are counted, and ${role} may see none of them: they are those of other roles`,
    { hint: `let an administrator run: GRANT pg_read_all_stats TO ${quoteIdentifier(role)}; ${fromLog}` },
  )
}

const pathSql = (view: string) => `WITH caller AS (
 SELECT r.oid, r.rolname FROM ${view} s JOIN pg_roles r ON r.oid = s.userid
 WHERE ${ofThisDatabase}
 GROUP BY r.oid, r.rolname ORDER BY sum(s.calls) DESC LIMIT 1)
SELECT caller.rolname::text, (SELECT substr(one, length('search_path=') + 1) FROM pg_db_role_setting, unnest(setconfig) one
 WHERE setrole IN (0, caller.oid) AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
 AND one LIKE 'search_path=%' ORDER BY setrole <> 0 DESC, setdatabase <> 0 DESC LIMIT 1),
 EXISTS (SELECT FROM pg_namespace WHERE nspname = caller.rolname)
FROM caller`

/**
 * The search_path of the role that calls most, as its own settings and those of the database say; null where they say
 * nothing, or what a new database has.
 */
export async function searchPathOfCaller(client: Client): Promise<string | null> {
  const [[, , , schema] = ['', '', false, null]] = await queryArrays<LookRow>(client, lookSql)
  const view = schema === null ? null : `${quoteIdentifier(schema)}.pg_stat_statements`
  const callers =
    view === null
      ? '(SELECT oid AS userid, 1 AS calls, (SELECT oid FROM pg_database WHERE datname = current_database()) AS dbid FROM pg_roles WHERE rolname = current_user)'
      : view
  const [found] = await queryArrays<[string, string | null, boolean]>(client, pathSql(callers))
  if (found === undefined) return null
  const [role, path, hasSchema] = found
  if (!hasSchema && (path === null || /^"?\$user"?, ?public$/.test(path))) return null
  return (path ?? '"$user", public').replace(/"?\$user"?/, quoteIdentifier(role))
}
