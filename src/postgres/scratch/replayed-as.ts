import { replaySuperuser } from '../../core/replay/superuser.ts'
import { withRoles, withUsualPublic } from '../../core/schema/access.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import type { Server } from '../driver/server.ts'
import { catalogOf, withScratchConnection } from './read.ts'

/**
 * What migrations made on a scratch database and what they made in the real one, with owners and rights: what belongs to
 * the role that replayed is taken to belong to the one that migrates the real database, as does what only a superuser
 * could make.
 */
export async function bothCatalogs(made: Server, live: Server): Promise<[made: Catalog, live: Catalog]> {
  const [replayer, migrator] = await Promise.all([roleOf(made, 'current_user'), roleOf(live, trackingOwner)])
  const renamed =
    migrator === null || replayer === null ? [] : [replayer, replaySuperuser].map((role) => [role, migrator] as const)
  const [ours, theirs] = await Promise.all([catalogOf(made, true), catalogOf(live, true)])
  return [
    withoutReach(withUsualPublic(withRoles(ours, new Map(renamed))), ours),
    withoutReach(withUsualPublic(theirs), ours),
  ]
}

const trackingOwner = "(SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'nself')"

async function roleOf(server: Server, sql: string): Promise<string | null> {
  const { rows } = await withScratchConnection(server, (client) =>
    client.query<{ role: string | null }>(`SELECT ${sql} AS role`),
  )
  return rows[0]?.role ?? null
}

/** Without the handlers of foreign-data wrappers that a replay took away, for they reach other servers. */
function withoutReach(catalog: Catalog, made: Catalog): Catalog {
  const taken = new Set(
    made.others.flatMap(({ kind, name, properties }) =>
      kind === 'foreign-data wrapper' && properties?.handler === undefined ? [name] : [],
    ),
  )
  const others = catalog.others.map((item) => {
    if (item.kind !== 'foreign-data wrapper' || !taken.has(item.name)) return item
    const { handler: _, ...properties } = item.properties ?? {}
    return { ...item, properties }
  })
  return { ...catalog, others }
}
