import type { Access, Catalog } from './catalog.ts'
import type { Difference } from './differences.ts'

/** The catalog as if other roles had the parts of these. */
export function withRoles(catalog: Catalog, renamed: ReadonlyMap<string, string>): Catalog {
  const nameOf = (role: string) => renamed.get(role) ?? role
  const access = catalog.access.map((item): Access => {
    const owner = item.owner === null ? null : nameOf(item.owner)
    const grants = item.grants.map((grant) => ({ ...grant, to: grant.to === null ? null : nameOf(grant.to) }))
    const isOwners = (to: string | null) => item.kind !== 'default privileges' && to !== null && to === owner
    return { ...item, owner, grants: grants.filter(({ to }) => !isOwners(to)) }
  })
  return { ...catalog, access }
}

/**
 * The catalog in which the schema public is as PostgreSQL 15 and later make it, if it is as some release makes it: a
 * database keeps what it began with through all upgrades.
 */
export function withUsualPublic(catalog: Catalog): Catalog {
  const access = catalog.access.map((item): Access => {
    if (item.kind !== 'schema' || String(item.path) !== 'public') return item
    const [first, ...more] = item.grants
    const isEarlier = first?.to === null && first.what === 'CREATE, USAGE' && more.length === 0
    if (item.owner === 'pg_database_owner' || !isEarlier) return item
    return { ...item, owner: 'pg_database_owner', grants: [{ to: null, what: 'USAGE' }] }
  })
  return { ...catalog, access }
}

const ofAccess: ReadonlySet<string> = new Set(['owner', 'grants'])

/** Whether it is, or is also, one in owners or rights. */
export function touchesAccess(item: Difference): boolean {
  if (item.kind === 'default privileges') return true
  return item.sign === '~' && item.traits.some(({ trait }) => ofAccess.has(trait))
}

/** Differences without those in owners and rights. */
export function withoutAccess(differences: readonly Difference[]): Difference[] {
  return differences.flatMap((item) => {
    if (item.kind === 'default privileges') return []
    if (item.sign !== '~') return [item]
    const traits = item.traits.filter(({ trait }) => !ofAccess.has(trait))
    return traits.length === 0 ? [] : [{ ...item, traits }]
  })
}
