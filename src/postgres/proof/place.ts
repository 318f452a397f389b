import type { Migration } from '../../core/migration/migration.ts'
import type { Client } from '../driver/pg.ts'

/** A scratch database on which all migrations before one have run. */
export interface ProofPlace {
  /** A connection to it; nothing that is done there may stay. */
  readonly client: () => Promise<Client>
  /** Lends a copy of it, which is dropped afterwards. */
  readonly onCopy: <T>(use: (client: Client) => Promise<T>) => Promise<T>
}

/** What else is to be looked at on the way through a history, before a migration runs. */
export interface Visit {
  /** SQL that makes what it needs in the database. */
  readonly prepareSql: string
  readonly wanted: (file: Migration) => boolean
  /** @throws what the server says. */
  readonly at: (place: ProofPlace, file: Migration) => Promise<void>
}
