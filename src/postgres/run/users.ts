import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import type { Approved } from '../../core/guard/guard.ts'
import { interruption } from '../../core/interruption.ts'
import { emptySection } from '../../core/migration/section.ts'
import type { Person } from '../../core/person.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { must } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import type { ServerError } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { detailOf } from '../driver/server-error.ts'
import { type Locking, withLock } from '../lock/with-lock.ts'
import { openTracked } from './open-tracked.ts'
import { cancelling } from './session.ts'
import { openingSql } from './transaction.ts'

/** The table that people go to. */
interface UsersTable {
  readonly schema: string | null
  readonly table: string
  readonly columns: Readonly<Record<'email' | 'name' | 'role' | 'password', string | null>> & { readonly email: string }
}

export interface AddPeople extends Locking {
  readonly environment: Environment
  readonly table: UsersTable
  /** For everybody; null for a generated one each. */
  readonly password: string | null
}

export interface AddedPerson {
  readonly email: string
  /** Null when the table has no column for it. */
  readonly password: string | null
}

/**
 * Adds those who are not in the table yet, all or none of them, under the lock of the database. Passwords are made
 * and hashed by the server, by pgcrypto: they are in no statement and no parameter, hence in no log, only in the answer.
 * @throws NselfError `configuration` when the table is not as described or pgcrypto is missing; `seed-failed`, `locked`,
 * `connection`, `interrupted`.
 */
export function addPeople(
  server: Server,
  approved: Approved<readonly Person[]>,
  options: AddPeople,
): Promise<AddedPerson[]> {
  return withLock(server, 'nself seed', options, async (connection) => {
    const session = await openTracked(connection, options.environment, options)
    connection.onNotice = (message, severity) => options.tell(`${severity}: ${message}`)
    const sql = await insertSql(session.client, options)
    const people = approved.what
    const values = [people.map((one) => one.email), people.map((one) => one.name), people.map((one) => one.role)]
    await must(session.client, openingSql(session, emptySection, { asynchronous: false, after: null }))
    try {
      const shared = options.table.columns.password === null ? null : options.password
      const parameters = shared === null ? values : [...values, shared]
      const insert = session.client.query<AddedPerson>(sql, parameters)
      const { rows } = await cancelling(session, options.signal, insert)
      await must(session.client, 'COMMIT')
      const passwords = new Map(rows.map((row) => [row.email, row.password]))
      return people.flatMap(({ email }) =>
        passwords.has(email) ? [{ email, password: passwords.get(email) ?? null }] : [],
      )
    } catch (error) {
      throw failure(error, options.signal)
    }
  })
}

/** $1, $2, $3: emails, names, roles; $4 the password, where one is for all. */
async function insertSql(client: Client, { table: { schema, table, columns }, password }: AddPeople): Promise<string> {
  const target = schema === null ? quoteIdentifier(table) : `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`
  const types = await typesOf(client, target)
  const wanted = Object.entries(columns).filter((entry): entry is [keyof typeof columns, string] => entry[1] !== null)
  const unknown = wanted.map(([, column]) => column).filter((column) => !types.has(column))
  if (unknown.length > 0) {
    throw new NselfError(
      'configuration',
      `the table ${target} has no column ${unknown.map(quoteIdentifier).join(', ')}`,
      {
        hint: 'name its columns in nself/config/seed-users.json, null for what it does not have; or migrate first: nself db migrate up',
      },
    )
  }
  const crypto = columns.password === null ? null : await pgcryptoSchema(client)
  const random = `translate(encode(${crypto}.gen_random_bytes(15), 'base64'), '+/', '-_')`
  const made = crypto === null ? 'NULL::text' : password === null ? random : '$4::text'
  const values = {
    email: 'email',
    name: 'name',
    role: 'role',
    password: `${crypto}.crypt(password, ${crypto}.gen_salt('bf'))`,
  }
  return `WITH new AS MATERIALIZED (
  SELECT p.*, ${made} AS password
  FROM unnest($1::text[], $2::text[], $3::text[]) AS p (email, name, role)
  WHERE NOT EXISTS (SELECT FROM ${target} AS old WHERE lower(old.${quoteIdentifier(columns.email)}::text) = lower(p.email))
), added AS (
  INSERT INTO ${target} AS t (${wanted.map(([, column]) => quoteIdentifier(column)).join(', ')})
  SELECT ${wanted.map(([what, column]) => `(${values[what]})::${types.get(column)}`).join(', ')} FROM new
  RETURNING t.${quoteIdentifier(columns.email)}::text AS email
)
SELECT new.email, new.password FROM new JOIN added ON lower(added.email) = lower(new.email)`
}

/** Column names and their types. @throws NselfError `configuration` when there is no such table. */
async function typesOf(client: Client, target: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [target],
  )
  if (rows.length > 0) return new Map(rows.map(({ name, type }) => [name, type]))
  throw new NselfError('configuration', `there is no table ${target}`, {
    hint: 'migrate first: nself db migrate up; or name the table in nself/config/seed-users.json',
  })
}

async function pgcryptoSchema(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(nspname) AS name FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pgcrypto'`,
  )
  if (rows[0] !== undefined) return rows[0].name
  throw new NselfError(
    'configuration',
    'the extension pgcrypto, which hashes passwords, is not installed in this database',
    {
      hint: 'write a migration with CREATE EXTENSION pgcrypto; (nself db migrate create add_pgcrypto), apply it, and run the command again',
    },
  )
}

function failure(error: unknown, signal: AbortSignal): unknown {
  if (!(error instanceof Error) || (error instanceof NselfError && !(error instanceof LostConnection))) return error
  if (signal.aborted) return new NselfError(interruption(signal), 'interrupted; nobody was added', { cause: error })
  const server: ServerError = error
  if (error instanceof LostConnection) {
    return new NselfError('connection', error.message, {
      hint: 'if they are in the table now, nobody knows their passwords: delete these rows, then run the command again',
      cause: error,
    })
  }
  return new NselfError('seed-failed', `nobody was added: ${error.message}`, {
    server: detailOf(server),
    hint: 'fix the cause, or the table and columns in nself/config/seed-users.json, and run the command again',
    cause: error,
  })
}
