import { NselfError } from '../../core/errors.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import type { Archive } from './archive.ts'
import { extensionsIn, isOfPublic, ownersIn } from './table-of-contents.ts'

/** A backup that the role can restore only into the database itself. */
export class OnlyInPlace extends NselfError {
  constructor(reason: string) {
    super('refused', `${reason}, so the backup cannot be restored beside the old database`, {
      hint: 'to restore into the database itself, in one transaction, add --in-place; or connect as a role that may do this; nothing was changed',
    })
  }
}

/** What keeps the role from making what an archive holds in another database; null for nothing. */
export async function foreignOwners(client: Client, { contents }: Archive): Promise<string | null> {
  const others = contents.filter((entry) => !isOfPublic(entry))
  const owners = ownersIn(others).map(quoteLiteral).join(', ')
  const { rows } = await client.query<{ who: string; owners: string | null }>(
    `SELECT current_user AS who, (SELECT string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles
      WHERE rolname = ANY (ARRAY[${owners}]::text[]) AND NOT pg_has_role(oid, 'MEMBER')) AS owners`,
  )
  const [row] = rows
  return row?.owners ? `the backup holds objects of ${row.owners}, and the role ${row.who} may not create them` : null
}

/**
 * Tries in a new database whether the role may make the extensions of an archive there, and takes them back.
 * @returns whether the schema public is to be left as it is there, being as it was and of another role.
 * @throws OnlyInPlace before anything else is restored.
 */
export async function tryRights(
  server: Server,
  fresh: Server,
  { contents }: Archive,
  signal: AbortSignal,
): Promise<boolean> {
  return withConnection(connect(fresh, 'nself restore'), signal, async (client) => {
    for (const extension of extensionsIn(contents)) {
      const { error } = await send(client, `BEGIN; CREATE EXTENSION ${quoteIdentifier(extension)} CASCADE; ROLLBACK`)
      if (error === null) continue
      await send(client, 'ROLLBACK')
      // What else is wrong with one, pg_restore tells in its turn.
      if (error.code === '42501') throw new OnlyInPlace(`the role may not create the extension ${extension}`)
    }
    const there = await readPublic(client)
    if (there?.mine !== false || !contents.some(isOfPublic)) return false
    const before = await withConnection(connect(server, 'nself restore'), signal, readPublic)
    if (before?.state === there.state) return true
    throw new OnlyInPlace('the role does not own the schema public of a new database')
  })
}

interface PublicSchema {
  readonly mine: boolean
  /** Its owner and rights. */
  readonly state: string
}

async function readPublic(client: Client): Promise<PublicSchema | undefined> {
  const sql = `SELECT pg_has_role(nspowner, 'USAGE') AS mine, nspowner::text || COALESCE(nspacl::text, '') AS state
    FROM pg_namespace WHERE nspname = 'public'`
  return (await client.query<PublicSchema>(sql)).rows[0]
}
