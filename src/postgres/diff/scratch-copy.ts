import { replaySuperuser } from '../../core/replay/superuser.ts'
import { withRoles, withUsualPublic } from '../../core/schema/access.ts'
import { restStatements } from '../../core/schema/after-library/rest-statements.ts'
import type { FirstStep } from '../../core/schema/before-library/relation-steps.ts'
import { unknownObjects } from '../../core/schema/before-library/unknown-objects.ts'
import type { Catalog } from '../../core/schema/catalog.ts'
import { type Difference, differenceLine, differencesOf } from '../../core/schema/differences.ts'
import type { Change } from '../../core/schema/generated-statement.ts'
import { asInherited } from '../../core/schema/inherited-columns.ts'
import { standingOn } from '../../core/schema/standing-on.ts'
import { complementOf } from '../../core/schema/statements-library-lacks.ts'
import { unquoteIdentifier } from '../../core/sql/quoting.ts'
import { readCatalog } from '../catalog/read.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import { withScratchConnection } from '../scratch/read.ts'
import type { Scratch, ScratchServer } from '../scratch/scratch.ts'
import { type FactBase, readFacts } from './facts.ts'
import { changesInSteps } from './stages.ts'

/** A database as the library sees it, and as this tool does, with owners and rights. */
export interface Claim {
  readonly facts: FactBase
  readonly catalog: Catalog
}

/** What stands for a statement on a scratch database; null for nothing. */
export type Ready = (sql: string) => string | null

/**
 * A scratch database that is what a real one is, but for its rows.
 * @throws what the server says of a statement that fails; an error where no true copy can be made.
 */
export async function copyOf(scratch: Scratch, have: Claim, ready: Ready): Promise<ScratchServer> {
  await scratch.provide({ roles: rolesIn(have.catalog), tablespaces: [] })
  const server = await scratch.create()
  const unknown = unknownObjects({ ...have.catalog, others: [] }, have.catalog)
  await withScratchConnection(server, (client) => runChanges(client, unknown.before, ready))
  const none = { ...have.catalog, tables: [] }
  const made = asInherited(await changesInSteps(await readFacts(server), have.facts), none, have.catalog)
  await withScratchConnection(server, async (client) => {
    const [first, on] = standingOn(made, unknown.made)
    await runChanges(client, [...first, ...unknown.after, ...on], ready)
    const planned = await readMade(client)
    const complete = await madeAfter(client, complementOf(planned, have.catalog, []), planned, ready)
    const copy = await madeAfter(client, restStatements(complete, have.catalog), complete, ready)
    refuseOtherCopy(differencesOf(have.catalog, copy))
  })
  return server
}

/** Roles that a scratch database has to know. */
export function rolesIn({ access, others }: Catalog): string[] {
  const named = access.flatMap(({ owner, grants }) => [owner, ...grants.map(({ to }) => to)])
  const mentioned = others.flatMap(({ kind, name, definition }) => {
    if (kind === 'user mapping') return [name.slice(0, name.lastIndexOf(' on '))]
    const list =
      kind === 'policy'
        ? / TO ((?:"(?:[^"]|"")*"|[^" ,]+)(?:, (?:"(?:[^"]|"")*"|[^" ,]+))*)/.exec(definition)?.[1]
        : null
    return list?.split(', ').map(unquoteIdentifier) ?? []
  })
  const roles = [...named, ...mentioned].flatMap((name) => (name === null || /^public$/i.test(name) ? [] : [name]))
  return [...new Set(roles)]
}

/** Many at once, as one transaction each; a new value of an enum must be committed before it is used. */
const atOnce = 100

/** On a scratch database, where no commit needs to last. @throws what the server says. */
export async function runChanges(client: Client, changes: readonly Change[], ready: Ready): Promise<void> {
  if (changes.length === 0) return
  await client.query('SET synchronous_commit = off')
  let batch: string[] = []
  const run = async () => {
    if (batch.length > 0) await client.query(batch.join(';\n'))
    batch = []
  }
  for (const { sql, commitsFirst } of changes) {
    const statement = ready(withoutRows(sql))
    if (statement !== null) batch.push(statement)
    if (commitsFirst || batch.length === atOnce) await run()
  }
  await run()
}

/** Reading rows may need rights that only the real role has, and there are none. */
function withoutRows(sql: string): string {
  return /^CREATE MATERIALIZED VIEW /.test(sql) ? `${sql.replace(/;?\s*$/, '')} WITH NO DATA` : sql
}

/** What is on a scratch database, as if what only a superuser may make were the role's own. */
export async function readMade(client: Client): Promise<Catalog> {
  const { rows } = await client.query<{ role: string }>('SELECT current_user AS role')
  const catalog = await readCatalog(client, true)
  return withUsualPublic(withRoles(catalog, new Map([[replaySuperuser, rows[0]?.role ?? replaySuperuser]])))
}

/**
 * What is on a scratch database once these statements have run there: what was there before, where there are none.
 * @throws what the server says.
 */
export async function madeAfter(
  client: Client,
  changes: readonly Change[],
  before: Catalog,
  ready: Ready,
): Promise<Catalog> {
  await runChanges(client, changes, ready)
  return changes.length === 0 ? before : readMade(client)
}

function refuseOtherCopy(differences: readonly Difference[]): void {
  const [first, ...more] = differences.map((item) => differenceLine(item, 'the database', 'its copy'))
  if (first === undefined) return
  throw new Error(`the database cannot be copied faithfully: ${[first, ...more.slice(0, 9)].join(', ')}`)
}

/**
 * A database after the steps that come before all else, on a copy of it; those that do not work there are left out.
 * @throws as copyOf.
 */
export async function afterSteps(
  scratch: Scratch,
  have: Claim,
  steps: readonly FirstStep[],
  ready: Ready,
): Promise<Claim & { readonly done: readonly Change[] }> {
  const server = await copyOf(scratch, have, ready)
  const done: Change[] = []
  const catalog = await withScratchConnection(server, async (client) => {
    for (const step of steps) {
      await client.query('BEGIN')
      const works = await runChanges(client, step, ready).then(
        () => true,
        () => false,
      )
      const ended = await send(client, works ? 'COMMIT' : 'ROLLBACK')
      if (works && ended.error === null) done.push(...step)
    }
    return readMade(client)
  })
  return { done, catalog, facts: await readFacts(server) }
}
