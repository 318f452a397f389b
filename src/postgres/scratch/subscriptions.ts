import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'

/** A database that has one cannot be dropped. Here none has a slot of its own, so nothing is asked of a publisher. */
export async function dropSubscriptions(server: Server): Promise<void> {
  await withConnection(connect(server, 'nself'), null, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT subname AS name FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database()`,
    )
    for (const name of rows.map((row) => quoteIdentifier(row.name))) {
      await client.query(`ALTER SUBSCRIPTION ${name} DISABLE`)
      await client.query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`)
      await client.query(`DROP SUBSCRIPTION ${name}`)
    }
  })
}

interface Subscription {
  readonly name: string
  readonly conninfo: string
  readonly publications: readonly string[]
  readonly commit: string
  readonly binary: boolean
}

/**
 * Gives a copy of a scratch database the subscriptions of the original, which CREATE DATABASE … TEMPLATE leaves out; they
 * do not connect.
 * @param client of a role that may see them; without that there are none.
 */
export async function copySubscriptions(client: Client, from: string, to: Server): Promise<void> {
  const found = await client
    .query<Subscription>(
      `SELECT subname AS name, subconninfo AS conninfo, subpublications AS publications, subsynccommit AS commit, subbinary AS binary
       FROM pg_subscription JOIN pg_database d ON d.oid = subdbid WHERE datname = ${quoteLiteral(from)}`,
    )
    .catch(() => ({ rows: [] }))
  if (found.rows.length === 0) return
  await withConnection(connect(to, 'nself'), null, async (inside) => {
    for (const { name, conninfo, publications, commit, binary } of found.rows) {
      await inside.query(
        `CREATE SUBSCRIPTION ${quoteIdentifier(name)} CONNECTION ${quoteLiteral(conninfo)} PUBLICATION ${publications.map(quoteIdentifier).join(', ')}
         WITH (connect = false, enabled = false, create_slot = false, slot_name = NONE, synchronous_commit = ${quoteLiteral(commit)}, binary = ${binary})`,
      )
    }
  })
}
