import type { Client, Row } from './pg.ts'
import { type ServerError, send } from './send.ts'

interface Owned {
  readonly owner: string
  /** As a sentence names it, and as GRANT does; quoted as SQL needs it. */
  readonly what: string
  readonly object: string
  readonly user: string
  readonly right: string
}

/** pg_database_owner is who owns the database. */
const ownerOf = (oid: string) =>
  `format('%I', CASE WHEN pg_get_userbyid(${oid}) = 'pg_database_owner' THEN (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()) ELSE pg_get_userbyid(${oid}) END)`
/** The role that lacks the right: $3 where a header names it, else who connected. */
const lacking = 'coalesce($3, current_user)'
const user = `format('%I', ${lacking}) AS user`

const queries = {
  database: `SELECT ${ownerOf('datdba')} AS owner, format('the database %I', datname) AS what, format('DATABASE %I', datname) AS object, ${user},
   CASE WHEN $2 THEN 'CONNECT' WHEN has_database_privilege(${lacking}::name, datname, 'CREATE') THEN 'CONNECT, TEMPORARY' ELSE 'CREATE' END AS right
   FROM pg_database WHERE datname = $1`,
  schema: `SELECT ${ownerOf('nspowner')} AS owner, format('the schema %I', nspname) AS what, format('SCHEMA %I', nspname) AS object, ${user},
   CASE WHEN $2 THEN 'USAGE' WHEN nspname = 'nself' THEN 'USAGE, CREATE' WHEN has_schema_privilege(${lacking}::name, oid, 'USAGE') THEN 'CREATE' ELSE 'USAGE' END AS right
   FROM pg_namespace WHERE nspname = $1`,
  // One name can be of several schemas: what the search path finds, or else what nself keeps.
  relation: `SELECT ${ownerOf('relowner')} AS owner, ${user}, format('%I.%I', nspname, relname) AS what,
   CASE WHEN nspname = 'nself' THEN 'ALL TABLES IN SCHEMA nself'
    ELSE CASE WHEN relkind = 'S' THEN 'SEQUENCE ' ELSE '' END || format('%I.%I', nspname, relname) END AS object,
   CASE WHEN $2 THEN 'SELECT' WHEN relkind = 'S' THEN 'USAGE' ELSE 'SELECT, INSERT, UPDATE, DELETE' END AS right
   FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
   WHERE relname = $1 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND (nspname = 'nself' OR pg_table_is_visible(pg_class.oid))
   ORDER BY nspname = 'nself' LIMIT 1`,
}

/**
 * What to do where the role that connected lacks a right: who can grant it, and how. Null for any other failure, and
 * where that cannot be told. What transaction has failed is rolled back.
 * @param onlyReads whether the role is to change nothing.
 * @param role that the header of a migration names: the failed transaction has forgotten it.
 */
export async function missingRight(
  client: Client,
  { code, message }: ServerError,
  onlyReads = false,
  role: string | null = null,
): Promise<string | null> {
  if (code !== '42501') return null
  const attribute = /^permission denied to create (database|role)$/.exec(message)?.[1]
  const [, denied, deniedName] = /^permission denied for (\w+(?: \w+)?) "?([^"]+?)"?$/.exec(message) ?? []
  const [, owned, ownedName] = /^must be owner of (\w+(?: \w+)?) "?([^"]+?)"?$/.exec(message) ?? []
  const kind = denied ?? owned
  if (attribute !== undefined) {
    const [found] = await ask<{ user: string }>(client, `SELECT format('%I', coalesce($1, current_user)) AS user`, [
      role,
    ])
    return found ? `a superuser can run: ALTER ROLE ${found.user} CREATE${attribute === 'role' ? 'ROLE' : 'DB'}` : null
  }
  if (kind === undefined) return null
  const sql = kind === 'database' || kind === 'schema' ? queries[kind] : queries.relation
  const [found] = await ask<Owned>(client, sql, [deniedName ?? ownedName ?? '', onlyReads, role])
  return found ? told(found, denied !== undefined, role !== null) : null
}

/** In the transaction that has failed nothing can be asked. */
async function ask<R extends Row>(client: Client, sql: string, values: (string | boolean | null)[]): Promise<R[]> {
  const query = async () => (await client.query<R>(sql, values)).rows
  return query()
    .catch(async () => {
      await send(client, 'ROLLBACK')
      return query()
    })
    .catch(() => [])
}

function told({ owner, what, object, user: role, right }: Owned, canGrant: boolean, isNamed: boolean): string {
  const header = `name ${owner} in -- nself: role`
  if (!canGrant) {
    return isNamed
      ? `${owner} owns ${what}: ${header}`
      : `connect as ${owner}, who owns ${what}, or as a member of that role`
  }
  const other = isNamed ? header : `connect as ${owner}`
  return `${owner}, who owns ${what}, can run: GRANT ${right} ON ${object} TO ${role}; or ${other}`
}
