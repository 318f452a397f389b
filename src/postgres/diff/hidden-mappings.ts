import type { buildFactBase, Fact, FactBase } from '@supabase/pg-delta'
import type { Client } from '../driver/pg.ts'
import { hiddenOption } from './secret-options.ts'

/** The library's, which is loaded only where it is needed. */
type Build = typeof buildFactBase

/**
 * The same facts with the user mappings whose options PostgreSQL hides from the role that reads: the library leaves those
 * out, as if they were not there.
 */
export async function withHiddenMappings(client: Client, facts: FactBase, build: Build): Promise<FactBase> {
  const { rows } = await client.query<{ server: string; role: string }>(
    `SELECT srvname AS server, CASE umuser WHEN 0 THEN 'PUBLIC' ELSE usename END AS role FROM pg_user_mappings`,
  )
  const hidden = rows.flatMap(({ server, role }): Fact[] => {
    const [id, parent] = [{ kind: 'userMapping', server, role } as const, { kind: 'server', name: server } as const]
    return facts.has(id) || !facts.has(parent) ? [] : [{ id, parent, payload: { options: [hiddenOption] } }]
  })
  return hidden.length === 0 ? facts : build([...facts.facts(), ...hidden], [...facts.edges])
}

/** Two states where options that one of them hides are those of the other; null where none is like that. */
export function withKnownOptions(from: FactBase, to: FactBase, build: Build): [from: FactBase, to: FactBase] | null {
  const [less, more] = [asIn(from, to, build), asIn(to, from, build)]
  return less === from && more === to ? null : [less, more]
}

const isHidden = ({ id, payload: { options } }: Fact) =>
  id.kind === 'userMapping' && Array.isArray(options) && options[0] === hiddenOption

function asIn(facts: FactBase, other: FactBase, build: Build): FactBase {
  const known = facts.facts().flatMap((fact) => {
    const there = isHidden(fact) ? other.get(fact.id) : undefined
    return there === undefined || isHidden(there) ? [] : [[fact, there] as const]
  })
  if (known.length === 0) return facts
  const better = new Map(known)
  return build(
    facts.facts().map((fact) => better.get(fact) ?? fact),
    [...facts.edges],
  )
}
