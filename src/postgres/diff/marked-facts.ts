import type { Fact } from '@supabase/pg-delta'
import type { Client } from '../driver/pg.ts'

/**
 * What the library takes for the same and is not, told apart by a mark in its facts: a virtual column from a stored one,
 * and an index of a partitioned table that not all partitions have from one that they have.
 */
const virtualMark = ' /* nself: virtual */'
const onlyMark = '/* nself: only */ '

const markedSql = `SELECT 'column' AS kind, n.nspname AS schema, c.relname AS of, a.attname AS name
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attgenerated = 'v'
 UNION ALL SELECT 'index', n.nspname, '', x.relname
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace
  WHERE x.relkind = 'I' AND NOT i.indisvalid`

interface Marked {
  readonly kind: string
  readonly schema: string
  readonly of: string
  readonly name: string
}

/** Gives facts of a database their marks. */
export async function marking(client: Client): Promise<(fact: Fact) => Fact> {
  const { rows } = await client.query<Marked>(markedSql)
  const marked = new Set(rows.map(({ kind, schema, of, name }) => JSON.stringify([kind, schema, of, name])))
  return (fact) => {
    const { id, payload } = fact
    if (marked.size === 0 || (id.kind !== 'column' && id.kind !== 'index')) return fact
    if (!marked.has(JSON.stringify([id.kind, id.schema, id.kind === 'column' ? id.table : '', id.name]))) return fact
    return id.kind === 'column'
      ? { ...fact, payload: { ...payload, generatedExpr: `${payload.generatedExpr}${virtualMark}` } }
      : { ...fact, payload: { ...payload, def: String(payload.def).replace(' ON ONLY ', ` ON ONLY ${onlyMark}`) } }
  }
}

/** A statement that says what its marks mean. An index on a partitioned table is meant for its partitions too. */
export function asMarked(sql: string): string {
  return sql
    .replaceAll(`${virtualMark}) STORED`, ') VIRTUAL')
    .replace(/^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")*"|\S+) ON) ONLY (?!\/\*)/, '$1 ')
    .replace(onlyMark, '')
}
