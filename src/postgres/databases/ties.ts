import { certain } from '../../core/certain.ts'
import { NselfError } from '../../core/errors.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import type { Client } from '../driver/pg.ts'

interface Ties {
  readonly subscriptions: readonly string[] | null
  /** Those that somebody reads from now. */
  readonly slots: readonly string[] | null
  readonly prepared: readonly string[] | null
}

/** All of it is in catalogs that every database of the server shows. */
const tiesSql = (database: string) => `SELECT
  (SELECT array_agg(subname::text ORDER BY subname) FROM pg_subscription WHERE subdbid = d.oid) AS subscriptions,
  (SELECT array_agg(slot_name::text ORDER BY slot_name) FROM pg_replication_slots WHERE database = datname AND active) AS slots,
  (SELECT array_agg(gid ORDER BY gid) FROM pg_prepared_xacts WHERE database = datname) AS prepared
  FROM pg_database d WHERE datname = ${quoteLiteral(database)}`

/**
 * Refuses to put another database in one's place that others are tied to: their workers and transactions would keep it,
 * and what they read would be the old one.
 * @throws NselfError `refused`, before anything is made.
 */
export async function refuseTied(client: Client, database: string): Promise<void> {
  const { subscriptions, slots, prepared } = certain((await client.query<Ties>(tiesSql(database))).rows[0])
  if (subscriptions !== null) {
    throw tied(
      `${database} receives rows by the subscription ${subscriptions.join(', ')}`,
      'drop it (ALTER SUBSCRIPTION … DISABLE; DROP SUBSCRIPTION …) and create it again afterwards, or restore inside the database with --in-place, which leaves it disabled',
    )
  }
  if (slots !== null) {
    throw tied(
      `${database} is read by the replication slot ${slots.join(', ')}`,
      'stop whoever reads from it first, or restore inside the database with --in-place',
    )
  }
  if (prepared !== null) {
    throw tied(
      `${database} has a prepared transaction: ${prepared.join(', ')}`,
      "end it first: COMMIT PREPARED 'NAME' or ROLLBACK PREPARED 'NAME'",
    )
  }
}

function tied(reason: string, hint: string): NselfError {
  return new NselfError('refused', `${reason}, so no other database can take its place`, {
    hint: `${hint}; nothing was changed`,
  })
}
