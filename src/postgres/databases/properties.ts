import { certain } from '../../core/certain.ts'
import { quoteIdentifier, quoteLiteral, unquoteIdentifier } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import { ourConnectionLimit } from './databases.ts'

/** A row of pg_database, whose columns differ between servers. */
type Row = Readonly<Record<string, unknown>>

/** What belongs to a database as a whole and is not in a dump of its contents. */
export interface Properties {
  readonly row: Row
  readonly owner: string
  readonly encoding: string
  /** Null for the usual one, which no role needs a right for. */
  readonly tablespace: string | null
  readonly comment: string | null
  readonly settings: readonly { readonly role: string | null; readonly name: string; readonly value: string }[]
  readonly grants: readonly { readonly to: string | null; readonly right: string; readonly grantable: boolean }[] | null
}

const propertiesSql = (database: string) => `SELECT to_jsonb(d) AS row, pg_get_userbyid(datdba) AS owner,
  pg_encoding_to_char(encoding) AS encoding, NULLIF(spcname, 'pg_default') AS tablespace, shobj_description(d.oid, 'pg_database') AS comment,
  (SELECT jsonb_agg(jsonb_build_object('role', rolname, 'name', split_part(one, '=', 1),
     'value', substr(one, strpos(one, '=') + 1)))
   FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = setrole, unnest(setconfig) one
   WHERE setdatabase = d.oid AND (setrole = 0 OR rolname IS NOT NULL)) AS settings,
  (SELECT jsonb_agg(jsonb_build_object('to', rolname, 'right', privilege_type, 'grantable', is_grantable))
   FROM aclexplode(datacl) LEFT JOIN pg_roles r ON r.oid = grantee) AS grants,
  datacl IS NOT NULL AS granted
  FROM pg_database d JOIN pg_tablespace t ON t.oid = dattablespace WHERE datname = ${quoteLiteral(database)}`

/** What a database was created with and what was set on it. */
export async function readProperties(client: Client, database: string): Promise<Properties> {
  const { rows } = await client.query<
    Omit<Properties, 'settings'> & { settings: Properties['settings'] | null; granted: boolean }
  >(propertiesSql(database))
  const { settings, grants, granted, ...rest } = certain(rows[0])
  return { ...rest, settings: settings ?? [], grants: granted ? (grants ?? []) : null }
}

/** SQL that makes an empty database like another one, for our own use at first. */
export function createLikeSql(name: string, { row, owner, encoding, tablespace }: Properties): string {
  const options = [
    'TEMPLATE template0',
    `OWNER ${quoteIdentifier(owner)}`,
    ...localeOptions({ row, encoding }),
    ...(tablespace === null ? [] : [`TABLESPACE ${quoteIdentifier(tablespace)}`]),
    `CONNECTION LIMIT ${ourConnectionLimit}`,
  ]
  return `CREATE DATABASE ${quoteIdentifier(name)} ${options.join(' ')}`
}

/** Encoding, locale and its provider, as CREATE DATABASE takes them. */
export function localeOptions({ row, encoding }: Pick<Properties, 'row' | 'encoding'>): string[] {
  const text = (column: string) => (typeof row[column] === 'string' ? quoteLiteral(row[column]) : null)
  return [
    `ENCODING ${quoteLiteral(encoding)}`,
    `LC_COLLATE ${text('datcollate')}`,
    `LC_CTYPE ${text('datctype')}`,
    ...providerOptions(row, text),
  ]
}

/** Locale providers came with 15, their one column for a locale with 17. */
function providerOptions(row: Row, text: (column: string) => string | null): string[] {
  const locale = text('datlocale') ?? text('daticulocale')
  if (row.datlocprovider === 'b') return [`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${locale}`]
  if (row.datlocprovider !== 'i') return row.datlocprovider === undefined ? [] : ['LOCALE_PROVIDER libc']
  const rules = text('daticurules')
  return [`LOCALE_PROVIDER icu ICU_LOCALE ${locale}`, ...(rules === null ? [] : [`ICU_RULES ${rules}`])]
}

/**
 * Gives a database the properties of another one, but for the connection limit. A right that is missing for one of them
 * is told, and does not stop the rest.
 */
export async function copyProperties(
  client: Client,
  name: string,
  properties: Properties,
  tell: (sentence: string) => void,
): Promise<void> {
  for (const sql of propertiesOf(name, properties)) {
    const { error } = await send(client, sql)
    if (error === null) continue
    if (error.code !== '42501') throw error
    tell(`This role may not run the following; run it as a role that may: ${sql}; (${error.message})`)
  }
}

function propertiesOf(name: string, { comment, settings, grants }: Properties): string[] {
  const database = quoteIdentifier(name)
  return [
    ...(comment === null ? [] : [`COMMENT ON DATABASE ${database} IS ${quoteLiteral(comment)}`]),
    ...copySettingsSql(name, settings),
    ...grantsSql(database, grants),
  ]
}

/** The limit and the mark of a template, which come with the name. */
export function finalSql(name: string, { row }: Properties): string[] {
  const template = row.datistemplate === true ? ' IS_TEMPLATE true' : ''
  return [`ALTER DATABASE ${quoteIdentifier(name)} CONNECTION LIMIT ${row.datconnlimit}${template}`]
}

/** SQL statements that give a database settings of its own. */
export function copySettingsSql(name: string, settings: Properties['settings']): string[] {
  const database = quoteIdentifier(name)
  return settings.map(({ role, name: setting, value }) => {
    const of = role === null ? `DATABASE ${database}` : `ROLE ${quoteIdentifier(role)} IN DATABASE ${database}`
    return `ALTER ${of} SET ${quoteIdentifier(setting)} TO ${settingValue(setting, value)}`
  })
}

function grantsSql(database: string, grants: Properties['grants']): string[] {
  if (grants === null) return []
  const to = (role: string | null) => (role === null ? 'PUBLIC' : quoteIdentifier(role))
  return [
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
    ...grants.map(
      (grant) =>
        `GRANT ${grant.right} ON DATABASE ${database} TO ${to(grant.to)}${grant.grantable ? ' WITH GRANT OPTION' : ''}`,
    ),
  ]
}

/** Settings whose value is a list of names, stored as it was quoted. */
const lists = new Set([
  'search_path',
  'temp_tablespaces',
  'local_preload_libraries',
  'session_preload_libraries',
  'shared_preload_libraries',
])

/** The value of a setting as ALTER … SET takes it. */
export function settingValue(name: string, value: string): string {
  if (!lists.has(name.toLowerCase())) return quoteLiteral(value)
  const items = value.match(/"(?:[^"]|"")*"|[^,\s]+/g) ?? []
  if (items.length === 0) return "''"
  return items.map((item) => quoteLiteral(unquoteIdentifier(item))).join(', ')
}
