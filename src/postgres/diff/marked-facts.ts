import type { Fact } from '@supabase/pg-delta'
import type { Client } from '../driver/pg.ts'

/**
 * What the library takes for the same and is not, told apart by a mark in its facts: a virtual column from a stored one,
 * an index of a partitioned table that not all partitions have from one that they have, and collations by their rules.
 */
const rulesMark = ' /* nself: rules */ '
const virtualMark = ' /* nself: virtual */'
const onlyMark = '/* nself: only */ '

const markedSql = `SELECT 'column' AS kind, n.nspname AS schema, c.relname AS of, a.attname AS name, '' AS rules
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attgenerated = 'v'
 UNION ALL SELECT 'index', n.nspname, '', x.relname, ''
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace
  WHERE x.relkind = 'I' AND NOT i.indisvalid
 UNION ALL SELECT 'collation', n.nspname, '', c.collname, to_jsonb(c) ->> 'collicurules'
  FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid >= 16384 AND to_jsonb(c) ? 'collicurules'`

interface Marked {
  readonly kind: string
  readonly schema: string
  readonly of: string
  readonly name: string
  readonly rules: string | null
}

/** Gives facts of a database their marks. */
export async function marking(client: Client): Promise<(fact: Fact) => Fact> {
  const { rows } = await client.query<Marked>(markedSql)
  const key = (...names: string[]) => JSON.stringify(names)
  const marked = new Map(rows.map(({ kind, schema, of, name, rules }) => [key(kind, schema, of, name), rules]))
  return (fact) => {
    const { id, payload } = fact
    if (id.kind !== 'column' && id.kind !== 'index' && id.kind !== 'collation') return fact
    const rules = marked.get(key(id.kind, id.schema, id.kind === 'column' ? id.table : '', id.name))
    if (rules == null) return fact
    if (id.kind === 'column')
      return { ...fact, payload: { ...payload, generatedExpr: `${payload.generatedExpr}${virtualMark}` } }
    return id.kind === 'collation'
      ? { ...fact, payload: { ...payload, locale: `${payload.locale}${rulesMark}${rules}` } }
      : { ...fact, payload: { ...payload, def: String(payload.def).replace(' ON ONLY ', ` ON ONLY ${onlyMark}`) } }
  }
}

/** A statement that says what its marks mean. An index on a partitioned table is meant for its partitions too. */
export function asMarked(sql: string): string {
  return sql
    .replaceAll(`${virtualMark}) STORED`, ') VIRTUAL')
    .replace(/^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")*"|\S+) ON) ONLY (?!\/\*)/, '$1 ')
    .replace(onlyMark, '')
    .replace(rulesMark, "', RULES = '")
}
