import type { EffectKind } from '../../core/effect.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import type { RelationName } from '../../core/sql/tree.ts'
import type { Client } from '../driver/pg.ts'

/** A relation that a statement names, and what else is concerned when this is done to it. */
export interface Root {
  readonly relation: RelationName
  readonly how: EffectKind | 'truncate-cascade'
}

export interface Affected {
  /** The place of its root in the list. */
  readonly root: number
  readonly schema: string
  readonly name: string
  readonly kind: EffectKind
  /** True for the relation that was named. */
  readonly isNamed: boolean
  /** It has rows of its own, unlike a view. */
  readonly hasRows: boolean
}

/**
 * What these statements reach as the database is now: the relations that they name, and by foreign keys those that
 * refer to them. What does not exist yet is left out.
 */
export async function affectedBy(client: Client, roots: readonly Root[]): Promise<Affected[]> {
  if (roots.length === 0) return []
  const values = roots.map(({ relation: { schema, name }, how }, i) => {
    const quoted = `${schema === null ? '' : `${quoteIdentifier(schema)}.`}${quoteIdentifier(name)}`
    return `(${i}, to_regclass(${quoteLiteral(quoted)})::oid, ${quoteLiteral(how)})`
  })
  const { rows } = await client.query<Affected>(`
    WITH RECURSIVE root (root, oid, how) AS (VALUES ${values.join(', ')}), hit AS (
      SELECT root, oid, how FROM root WHERE oid IS NOT NULL
      UNION SELECT hit.root, f.conrelid, CASE WHEN how = 'truncate-cascade' THEN how WHEN confdeltype = 'c' THEN 'delete' ELSE 'update' END
      FROM hit JOIN pg_constraint AS f ON f.confrelid = hit.oid AND f.contype = 'f'
      WHERE how = 'truncate-cascade' OR (how = 'delete' AND confdeltype IN ('c', 'n', 'd'))
    )
    SELECT root, nspname AS schema, relname AS name,
      CASE how WHEN 'truncate-cascade' THEN 'rewrite' ELSE how END AS kind,
      (root, c.oid, how) IN (SELECT root, oid, how FROM root) AS "isNamed", relkind IN ('r', 'p', 'm') AS "hasRows"
    FROM hit JOIN pg_class AS c USING (oid) JOIN pg_namespace AS n ON n.oid = relnamespace ORDER BY root, nspname, relname`)
  return rows
}
