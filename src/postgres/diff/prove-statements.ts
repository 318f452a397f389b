import { replaySuperuser } from '../../core/replay/superuser.ts'
import { withRoles, withUsualPublic } from '../../core/schema/access.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differenceLine, differencesOf } from '../../core/schema/differences.ts'
import { type Change, withUncheckedBodies } from '../../core/schema/generated-statement.ts'
import { restStatements, withKeptAccess } from '../../core/schema/rest/rest-statements.ts'
import { complementOf } from '../../core/schema/statements-library-lacks.ts'
import { readCatalog } from '../catalog/read.ts'
import type { Client } from '../driver/pg.ts'
import { withScratchConnection } from '../scratch/read.ts'
import type { Scratch } from '../scratch/scratch.ts'
import { type FactBase, readFacts } from './facts.ts'
import { changesInSteps } from './stages.ts'

/** A database as the library sees it, and as this tool does, with owners and rights. */
export interface Claim {
  readonly facts: FactBase
  readonly catalog: Catalog
}

export interface StatementProof {
  /** What has to follow the statements: what they made anew has lost owner, rights, comments. */
  readonly rest: readonly Change[]
  /** What still differs afterwards. */
  readonly left: readonly Difference[]
}

/**
 * Runs generated statements on a copy of the database they are for, and finds what has to follow them.
 * @param all whether owners and rights are to become what they are in the wanted catalog; otherwise each keeps its own.
 * @param ready what stands for a statement there; null for nothing.
 * @throws what the server says of a statement that fails; an error where no true copy can be made.
 */
export async function proveStatements(
  scratch: Scratch,
  have: Claim,
  { want, all, changes }: { readonly want: Catalog; readonly all: boolean; readonly changes: readonly Change[] },
  ready: (sql: string) => string | null,
): Promise<StatementProof> {
  await scratch.provide({ roles: rolesIn(have.catalog, want), tablespaces: [] })
  const server = await scratch.create()
  const empty = await readFacts(server, 'schema')
  const made = await changesInSteps(empty, have.facts)
  return withScratchConnection(server, async (client) => {
    // One by one: a new value of an enum must be committed before it is used.
    const run = async (list: readonly Change[]) => {
      for (const { sql } of list) {
        const statement = ready(withoutRows(sql))
        if (statement !== null) await client.query(statement)
      }
    }
    await run(made)
    await run(complementOf(await readMade(client), have.catalog, []))
    await run(restStatements(await readMade(client), have.catalog))
    refuseOtherCopy(differencesOf(have.catalog, await readMade(client)))
    await run(changes)
    const target = (found: Catalog) => (all ? want : withKeptAccess(want, have.catalog, found))
    const after = await readMade(client)
    const rest = restStatements(after, target(after))
    await run(withUncheckedBodies(rest))
    const found = rest.length === 0 ? after : await readMade(client)
    return { rest, left: differencesOf(target(found), found) }
  })
}

/** Reading rows may need rights that only the real role has, and there are none. */
function withoutRows(sql: string): string {
  return /^CREATE MATERIALIZED VIEW /.test(sql) ? `${sql.replace(/;?\s*$/, '')} WITH NO DATA` : sql
}

/** What is on the scratch database, as if what only a superuser may make were the role's own. */
async function readMade(client: Client): Promise<Catalog> {
  const { rows } = await client.query<{ role: string }>('SELECT current_user AS role')
  const catalog = await readCatalog(client, true)
  return withUsualPublic(withRoles(catalog, new Map([[replaySuperuser, rows[0]?.role ?? replaySuperuser]])))
}

function rolesIn(...catalogs: readonly Catalog[]): string[] {
  const names = catalogs.flatMap(({ access }) =>
    access.flatMap(({ owner, grants }) => [owner, ...grants.map(({ to }) => to)]),
  )
  return [...new Set(names.flatMap((name) => name ?? []))]
}

function refuseOtherCopy(differences: readonly Difference[]): void {
  const [first, ...more] = differences.map((item) => differenceLine(item, 'the database', 'its copy'))
  if (first === undefined) return
  throw new Error(`no true copy of the database can be made: ${[first, ...more.slice(0, 9)].join(', ')}`)
}
