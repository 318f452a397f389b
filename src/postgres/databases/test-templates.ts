import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { claim, ourConnectionLimit } from './databases.ts'
import { copySettingsSql, localeOptions, type Properties, readProperties } from './properties.ts'
import { connectAside, refuseWithoutRight } from './test-databases.ts'

const prefix = 'nself_tests_'
/** Of each project: enough for a few branches. */
const kept = 4

/** What a template is made of. */
export interface TemplateWork {
  /** Of the project, in hexadecimal digits: old templates are dropped by it. */
  readonly project: string
  /** Of the files and whatever else makes another template. */
  readonly key: string
  /** What it is to be like as a database; null where there is nothing to be like. */
  readonly like: Properties | null
  /** Fills a new database. */
  readonly fill: (server: Server) => Promise<void>
}

/** A template that is whole. */
export interface Template {
  readonly name: string
  /** What its copies must be given: a copy has the contents alone. */
  readonly settings: (name: string) => readonly string[]
}

/**
 * The template of that key; made where there is none, by one of all processes that ask for it at a time. It has its name
 * only when it is whole, and nobody can connect to it.
 * @throws what `fill` throws; NselfError `refused`, `connection`.
 */
export function templateFor(server: Server, work: TemplateWork): Promise<Template> {
  const name = `${prefix}${work.project}_${work.key}`
  return withConnection(connectAside(server), null, async (client, connection) => {
    if (!(await isWhole(client, name))) {
      await refuseWithoutRight(connection)
      await claim(client, name)
      // Another one has made it meanwhile.
      if (!(await isWhole(client, name))) await make(client, server, name, work)
    }
    const { settings } = await readProperties(client, name)
    return { name, settings: (copy) => copySettingsSql(copy, settings) }
  })
}

async function isWhole(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_database WHERE datname = ${quoteLiteral(name)} AND NOT datallowconn AND pg_has_role(datdba, 'MEMBER')`,
  )
  return rowCount === 1
}

async function make(
  client: Client,
  server: Server,
  name: string,
  { project, like, fill }: TemplateWork,
): Promise<void> {
  const unfinished = `${name}_new`
  const drop = `DROP DATABASE IF EXISTS ${quoteIdentifier(unfinished)} WITH (FORCE)`
  await client.query(drop)
  try {
    const locale = like === null ? '' : localeOptions(like).join(' ')
    await client.query(
      `CREATE DATABASE ${quoteIdentifier(unfinished)} TEMPLATE template0 ${locale} CONNECTION LIMIT ${ourConnectionLimit}`,
    )
    // One that cannot be set, as a superuser's, has no say in what is made.
    for (const sql of copySettingsSql(unfinished, like?.settings ?? [])) await client.query(sql).catch(() => {})
    await fill({ ...server, database: unfinished })
    await client.query(`ALTER DATABASE ${quoteIdentifier(unfinished)} ALLOW_CONNECTIONS false`)
    await client.query(`ALTER DATABASE ${quoteIdentifier(unfinished)} RENAME TO ${quoteIdentifier(name)}`)
  } catch (error) {
    await client.query(drop).catch(() => {})
    throw error
  }
  await dropOld(client, `${prefix}${project}_`)
}

/** The oldest go: a database's number grows with its age. Who still wants one makes it again. */
async function dropOld(client: Client, start: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname ^@ ${quoteLiteral(start)} AND NOT datallowconn
     AND pg_has_role(datdba, 'MEMBER') ORDER BY oid DESC OFFSET ${kept}`,
  )
  for (const { name } of rows) await client.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`).catch(() => {})
}
