import type { Fact, FactBase, StableId } from '@supabase/pg-delta'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { withHiddenMappings } from './hidden-mappings.ts'
import { marking } from './marked-facts.ts'
import { withoutSecrets } from './secret-options.ts'

/** Only this room knows the library that turns two schemas into statements. */
export type Library = typeof import('@supabase/pg-delta')
export type { FactBase }

let library: Promise<Library> | null = null

/** Loaded only where a difference is to be written as SQL. */
export function loadLibrary(): Promise<Library> {
  library ??= import('@supabase/pg-delta')
  return library
}

/**
 * Everything a database consists of, as the library sees it, without this tool's own schema, owners and rights: these
 * are written in an order in which each of them also works for who is no superuser.
 * @throws NselfError `connection`; what the server says.
 */
export async function readFacts(server: Server): Promise<FactBase> {
  return withConnection(connect(server, 'nself'), null, async (client) => {
    await client.query('SET jit = off')
    return extracted(client)
  })
}

/** The facts as the transaction that is open sees them, which goes on as it was. */
export async function readFactsWithin(client: Client): Promise<FactBase> {
  const ends = /^(?:BEGIN|COMMIT|ROLLBACK)\b/
  const query = (text: string, values?: unknown[]) => (ends.test(text) ? client.query('') : client.query(text, values))
  await client.query('SAVEPOINT nself_facts; SET LOCAL jit = off')
  const facts = await extracted(client, query)
  await client.query('ROLLBACK TO nself_facts; RELEASE nself_facts')
  return facts
}

async function extracted(client: Client, query: unknown = client.query.bind(client)): Promise<FactBase> {
  const { extract, buildFactBase } = await loadLibrary()
  // All that it does with a pool is to borrow one connection; its type asks for the whole of one.
  const pool = { connect: async () => ({ query, release: () => {} }) }
  const { factBase } = await extract(pool as never, { redactSecrets: false })
  return inScope(await withHiddenMappings(client, factBase, buildFactBase), await marking(client))
}

/** What is there without this tool's own schema, and without owners and rights. */
async function inScope(factBase: FactBase, marked: (fact: Fact) => Fact): Promise<FactBase> {
  const { buildFactBase, encodeId } = await loadLibrary()
  const left = new Set<string>()
  const facts = factBase.facts().filter(({ id, parent }) => {
    const own = id.kind === 'schema' ? id.name === 'nself' : 'schema' in id && id.schema === 'nself'
    const under = parent !== undefined && left.has(encodeId(parent))
    const access = id.kind === 'acl' || id.kind === 'defaultPrivilege'
    const remark = id.kind === 'comment' && isOfExtension(factBase, id.target)
    if (!own && !under && !access && !remark && !targetsOwn(id)) return true
    left.add(encodeId(id))
    return false
  })
  const edges = factBase.edges.filter(
    ({ kind, from, to }) => !left.has(encodeId(from)) && !left.has(encodeId(to)) && kind !== 'owner',
  )
  return buildFactBase(
    facts.map((fact) => marked(withoutSecrets(namedOnce(fact, factBase)))),
    [...edges],
  )
}

/** NOT NULL of a domain, which PostgreSQL 17 and later keep as a constraint, is written as that alone. */
function namedOnce(fact: Fact, facts: FactBase): Fact {
  if (fact.id.kind !== 'domain' || fact.payload.notNull !== true) return fact
  const isNamed = facts.childrenOf(fact.id).some(({ payload }) => /^NOT NULL\b/.test(String(payload.def)))
  return isNamed ? { ...fact, payload: { ...fact.payload, notNull: false } } : fact
}

/** A comment on what an extension made goes with that extension, as in pg_dump. */
const isOfExtension = (facts: FactBase, id: StableId) =>
  facts.outgoingEdges(id).some(({ kind }) => kind === 'memberOfExtension')

/** A comment on something of this tool's. */
function targetsOwn(id: StableId): boolean {
  if (!('target' in id)) return false
  const { target } = id
  const isIn = 'schema' in target && target.schema === 'nself'
  return isIn || (target.kind === 'schema' && target.name === 'nself') || targetsOwn(target)
}

/** A state without some of its parts and all that needs them. */
export async function without(facts: FactBase, parts: readonly Fact['id'][]): Promise<FactBase> {
  const { buildFactBase, encodeId } = await loadLibrary()
  const left = new Set(parts.map(encodeId))
  const needs = (fact: Fact) =>
    (fact.parent !== undefined && left.has(encodeId(fact.parent))) ||
    facts.outgoingEdges(fact.id).some(({ kind, to }) => kind === 'depends' && left.has(encodeId(to)))
  for (let size = -1; size !== left.size; ) {
    size = left.size
    for (const fact of facts.facts()) if (needs(fact)) left.add(encodeId(fact.id))
  }
  const stays = (id: Fact['id']) => !left.has(encodeId(id))
  return buildFactBase(
    facts.facts().filter(({ id }) => stays(id)),
    facts.edges.filter(({ from, to }) => stays(from) && stays(to)),
  )
}
