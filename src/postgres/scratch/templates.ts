import { sha256 } from '../../core/migration/checksum.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { localeOptions } from '../databases/properties.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { format } from '../tracking/metadata.ts'
import type { Likeness } from './likeness.ts'
import { drop } from './sweep.ts'

const templatePrefix = 'nself_template_'
/** Enough for a few branches of a few projects on one server. */
const templatesKept = 8

/**
 * What the template of a key is called: the same migrations in the same kind of database, made by the same role. nself's
 * own tables are in it, so another version of nself whose tables differ has templates of its own.
 */
export function templateName(key: string, like: Likeness | null, isConfined: boolean, trackingFormat = format): string {
  const kind = like && [
    like.role,
    like.rights.seesAllRows,
    isConfined,
    localeOptions(like.properties),
    like.settings,
    like.extensions,
  ]
  return `${templatePrefix}${sha256(JSON.stringify([trackingFormat, key, kind])).slice(0, 32)}`
}

/** The first of these names that a database bears which this role may copy and alter. */
export async function firstTemplate(client: Client, names: readonly string[]): Promise<string | undefined> {
  if (names.length === 0) return undefined
  // Of another role what is in it could be copied, but not altered.
  const { rows } = await client.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname IN (${names.map(quoteLiteral).join(', ')})
     AND pg_has_role(datdba, 'MEMBER')`,
  )
  const found = new Set(rows.map((row) => row.name))
  return names.find((name) => found.has(name))
}

/** The oldest go, but for one that another command looks at: a database's number grows with its age. */
export async function dropOldTemplates(client: Client, server: Server): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM (
       SELECT oid, datname AS name FROM pg_database WHERE datname ^@ '${templatePrefix}' AND pg_has_role(datdba, 'MEMBER')
       ORDER BY oid DESC OFFSET ${templatesKept}
     ) old WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datid = old.oid)`,
  )
  for (const { name } of rows) await drop(client, server, name)
}
