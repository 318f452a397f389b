import { engineOf, otherEngine } from '../../core/engine.ts'
import { type Client, queryArrays } from './pg.ts'

/** Whether a YugabyteDB keeps DDL in its transaction. */
export async function hasTransactionalDdl(client: Client): Promise<boolean> {
  const [row] = await queryArrays<[string | null]>(
    client,
    "SELECT current_setting('yb_ddl_transaction_block_enabled', true)",
  )
  return row?.[0] === 'on'
}

/** For a query that other engines than PostgreSQL answer as well: its columns are read by `refuseOtherEngine`. */
export const engineColumns = "version(), to_regclass('sys.iam_pg_role_mappings') IS NOT NULL"

/**
 * What a server says of itself once it is asked; one behind a pooler or a name of its own did not show it before.
 * @throws NselfError `configuration` for one that is not PostgreSQL.
 */
export async function refuseOtherEngine(client: Client, version: string, hasDsqlViews: boolean): Promise<void> {
  const engine = engineOf({ version, hasDsqlViews })
  if (engine === null || (engine === 'YugabyteDB' && (await hasTransactionalDdl(client)))) return
  throw otherEngine(engine, 'the server')
}

/** The same where the first query failed: one that lacks what PostgreSQL has. @throws as refuseOtherEngine. */
export async function refuseUnknownEngine(client: Client): Promise<void> {
  const rows = await queryArrays<[string]>(client, 'SELECT version()').catch(() => [])
  if (rows[0] !== undefined) await refuseOtherEngine(client, rows[0][0], false)
}
