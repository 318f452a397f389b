import type { Migration } from '../../core/migration/migration.ts'
import type { Client } from '../driver/pg.ts'

/** A scratch database on which all migrations before one have run. */
export interface ProofPlace {
  /** A connection to it; nothing that is done there may stay. */
  readonly client: () => Promise<Client>
  /** Lends a copy of it, which is dropped afterwards. */
  readonly onCopy: <T>(use: (client: Client) => Promise<T>) => Promise<T>
}

/** What else is to be looked at on the way through a history. */
export interface Visit {
  /** SQL that makes what it needs in the database. */
  readonly prepareSql: string
  readonly wanted: (file: Migration) => boolean
  /** Before a migration runs. @throws what the server says. */
  readonly at: (place: ProofPlace, file: Migration) => Promise<void>
  /**
   * After its UP has run.
   * @param restores DOWN is proven: it brings back what was before.
   * @throws what the server says.
   */
  readonly after?: (place: ProofPlace, file: Migration, restores: boolean) => Promise<void>
}
