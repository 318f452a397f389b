import type { LiveExtension } from '../../core/adopt/extension-statements.ts'
import { rowsOf } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'

/** The extensions of a database in the order in which they were made, but for the one that every database has. */
export function liveExtensions(client: Client): Promise<LiveExtension[]> {
  return rowsOf<LiveExtension>(
    client,
    `SELECT e.extname::text AS name, n.nspname::text AS schema FROM pg_catalog.pg_extension AS e
 JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql' ORDER BY e.oid`,
  )
}
