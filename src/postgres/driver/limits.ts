import { type Client, pidOf } from './pg.ts'

interface Told {
  readonly client: Client
  readonly reported: ReadonlyMap<string, string>
}

/** The major of the server, of which only what is 10 or later is told apart; 0 where it does not say. */
export const majorOf = ({ reported }: Pick<Told, 'reported'>): number =>
  Number.parseInt(reported.get('server_version') ?? '0', 10)

/**
 * Has the limits of the role or the database for idle sessions and for whole transactions not end what nself holds open
 * while it works elsewhere or a person thinks. They are back for each migration, whose session is reset first. Sent along
 * with the first query; behind a pooler, where it would stay with a server that others get next, it does nothing.
 */
export function liftLimits(connection: Told): void {
  const limits = ['idle_in_transaction_session_timeout']
  if (majorOf(connection) >= 14) limits.push('idle_session_timeout')
  if (majorOf(connection) >= 17) limits.push('transaction_timeout')
  const list = limits.map((name) => `pg_catalog.set_config('${name}', '0', false)`).join(', ')
  const { client } = connection
  client.query(`SELECT ${list} WHERE pg_catalog.pg_backend_pid() = ${pidOf(client)}`).catch(() => {})
}
