import { certain } from '../../core/certain.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { localeOptions, type Properties, readProperties, settingValue } from '../databases/properties.ts'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'

/** What a database must have in common with the real one, for the same migrations to make the same of it. */
export interface Likeness {
  readonly major: number
  /** The role that migrations run as. */
  readonly role: string
  /** What that role could do to the rest of the server. */
  readonly rights: {
    readonly superuser: boolean
    readonly any: boolean
    readonly createsDatabases: boolean
    /** No policy of a table holds for it. */
    readonly seesAllRows: boolean
  }
  readonly properties: Properties
  /** Settings of server, database and role that have a say in what a statement makes. */
  readonly settings: readonly { readonly name: string; readonly value: string }[]
  readonly extensions: Readonly<Record<string, string>>
}

const telling = [
  'search_path',
  'TimeZone',
  'DateStyle',
  'IntervalStyle',
  'default_text_search_config',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
  'bytea_output',
  'extra_float_digits',
  'default_toast_compression',
  'default_table_access_method',
  'standard_conforming_strings',
  'backslash_quote',
  'xmlbinary',
  'xmloption',
  'array_nulls',
  'check_function_bodies',
  'row_security',
]

const likenessSql = `SELECT current_setting('server_version_num')::int / 10000 AS major, current_user AS role,
  jsonb_build_object('superuser', rolsuper,
    'any', EXISTS (SELECT FROM pg_roles r WHERE pg_has_role(r.oid, 'MEMBER') AND (rolsuper OR rolcreaterole OR rolreplication
      OR rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files', 'pg_signal_backend', 'pg_create_subscription'))),
    'seesAllRows', rolsuper OR rolbypassrls, 'createsDatabases', (rolsuper OR rolcreatedb) AND NOT pg_is_in_recovery()) AS rights,
  (SELECT jsonb_agg(jsonb_build_object('name', name, 'value', setting)) FROM pg_settings
   WHERE lower(name) IN (${telling.map((name) => quoteLiteral(name.toLowerCase())).join(', ')}) OR name LIKE '%.%' AND source IN ('database', 'user', 'database user', 'configuration file')
     AND context = 'user') AS settings,
  (SELECT jsonb_object_agg(extname, extversion) FROM pg_extension) AS extensions
  FROM pg_roles WHERE rolname = current_user`

/** @throws NselfError `connection`. */
export function likenessOf(live: Server): Promise<Likeness> {
  return withConnection(connect(live, 'nself'), null, async (client) => {
    const [{ rows }, properties] = await Promise.all([
      client.query<Omit<Likeness, 'properties'>>(likenessSql),
      readProperties(client, live.database),
    ])
    const found = certain(rows[0])
    return { ...found, settings: found.settings ?? [], properties }
  })
}

/** SQL that makes an empty database; like that one where there is one. */
export function createScratchSql(name: string, like: Likeness | null, owner: string | null): string {
  const own = owner === null ? [] : [`OWNER ${quoteIdentifier(owner)}`]
  const locale = like === null ? [] : localeOptions(like.properties)
  return `CREATE DATABASE ${quoteIdentifier(name)} ${['TEMPLATE template0', ...own, ...locale].join(' ')}`
}

/** SQL statements that give a database the settings of the real one; each may fail by itself. */
export function settingsSql(name: string, { settings }: Likeness): string[] {
  return settings.map(
    (item) =>
      `ALTER DATABASE ${quoteIdentifier(name)} SET ${quoteIdentifier(item.name)} TO ${settingValue(item.name, item.value)}`,
  )
}

/**
 * What of another server makes other schemas of the same migrations; null when nothing does.
 * @param client on a database of that server.
 */
export async function differenceFrom(client: Client, { major, extensions }: Likeness): Promise<string | null> {
  const { rows } = await client.query<{ major: number; name: string | null; version: string | null }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major, name, version FROM (SELECT 1) one
     LEFT JOIN pg_available_extension_versions ON name IN (${['', ...Object.keys(extensions)].map(quoteLiteral).join(', ')})`,
  )
  const there = rows[0]?.major
  if (there !== major) return `it is PostgreSQL ${there}, the database is on PostgreSQL ${major}`
  const lacking = Object.entries(extensions).find(
    ([name, version]) => !rows.some((row) => row.name === name && row.version === version),
  )
  return lacking === undefined ? null : `it has no extension ${lacking[0]} ${lacking[1]}`
}
