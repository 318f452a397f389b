import { NselfError } from '../../core/errors.ts'
import type { Connection } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import { type Server, spokenPlace } from '../driver/server.ts'

async function hasRight(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    'SELECT (rolcreatedb OR rolsuper) AND NOT pg_is_in_recovery() AS may FROM pg_roles WHERE rolname = current_user',
  )
  return rows[0]?.may === true
}

/** @throws NselfError `refused` where the role may not create databases. */
export async function refuseWithoutRight({ client }: Connection, server: Server): Promise<void> {
  if (await hasRight(client)) return
  throw new NselfError(
    'refused',
    `a scratch database is needed, but ${server.user} may not create one on ${spokenPlace(server)}`,
    {
      hint: 'allow it: ALTER ROLE … CREATEDB; or name a server where it may: --shadow-url postgresql://user:password@host:5432/postgres',
    },
  )
}
