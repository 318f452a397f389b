import type { AskedTable } from '../../core/probe/question.ts'
import type { TableFacts } from '../../core/probe/table-sql.ts'
import { keyOf } from '../../core/sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../core/sql/quoting.ts'
import type { RelationName } from '../../core/sql/tree.ts'
import type { Asker } from './asker.ts'

/** A name to be looked up. */
export function regclass({ schema, name }: RelationName): string {
  return `to_regclass(${quoteLiteral(schema === null ? quoteIdentifier(name) : quoteQualified(schema, name))})`
}

/** Of a table with partitions what all of them have in sum. */
const parts = '(SELECT relid FROM pg_partition_tree(c.oid) UNION SELECT c.oid)'

// Statistics alone: a size on disk takes a lock, and waits for whoever holds the table.
const factsSql = (
  relation: string,
) => `SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
 (SELECT json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod), 'notNull', attnotnull, 'generated', CASE attgenerated WHEN 's' THEN (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum) END) ORDER BY attnum)
  FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)::text AS columns,
 (SELECT json_agg(a.attname ORDER BY k.place) FROM pg_index i, unnest(i.indkey[:i.indnkeyatts - 1]) WITH ORDINALITY AS k (num, place)
  JOIN pg_attribute a ON a.attnum = k.num WHERE a.attrelid = c.oid AND i.indexrelid = (
   SELECT indexrelid FROM pg_index u WHERE u.indrelid = c.oid AND indisunique AND indisvalid AND indpred IS NULL AND indexprs IS NULL
   AND NOT EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attnum = ANY (u.indkey) AND NOT t.attnotnull)
   ORDER BY indisprimary DESC, indexrelid LIMIT 1))::text AS key,
 EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgtype & 19 = 19)::text AS "hasUpdateTrigger",
 (SELECT indisprimary::text FROM pg_index u WHERE u.indrelid = c.oid AND indisprimary) AS "hasPrimary",
 (SELECT sum(NULLIF(p.reltuples, -1))::float8::text FROM pg_class p WHERE p.oid IN ${parts} AND p.relkind = 'r') AS rows,
 (SELECT sum(p.relpages)::text FROM pg_class p WHERE p.oid IN ${parts}) AS pages
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ${relation} AND c.relkind IN ('r', 'p', 'f', 'm')`

/** Looks tables up once. */
export class TablesOfServer {
  private readonly asker: Asker
  private readonly known = new Map<string, Promise<TableFacts | string | null>>()

  constructor(asker: Asker) {
    this.asker = asker
  }

  /** Null where there is none; a text where the server does not say, and why. */
  find({ base }: Pick<AskedTable, 'base'>, searchPath: readonly string[] | null): Promise<TableFacts | string | null> {
    const key = `${JSON.stringify(searchPath)} ${keyOf(base)}`
    const known = this.known.get(key) ?? this.lookUp(base, searchPath)
    this.known.set(key, known)
    return known
  }

  private async lookUp(base: RelationName, searchPath: readonly string[] | null): Promise<TableFacts | string | null> {
    const reply = await this.asker.ask(factsSql(regclass(base)), searchPath)
    if (!('rows' in reply)) return reply.why
    const [row] = reply.rows
    if (row === undefined) return null
    const key = namesOf(row.key)
    return {
      oid: row.oid ?? '',
      schema: row.schema ?? '',
      name: row.name ?? '',
      isPartitioned: row.kind === 'p',
      columns: columnsOf(row.columns),
      key,
      primaryKey: row.hasPrimary === null ? [] : key,
      rows: row.rows == null ? null : Number(row.rows),
      pages: Number(row.pages ?? 0),
      hasUpdateTrigger: row.hasUpdateTrigger === 'true',
    }
  }
}

function namesOf(text: string | null | undefined): string[] {
  const list: unknown = JSON.parse(text ?? '[]')
  return Array.isArray(list) ? list.map(String) : []
}

function columnsOf(text: string | null | undefined): TableFacts['columns'] {
  const list: unknown = JSON.parse(text ?? '[]')
  if (!Array.isArray(list)) return []
  return list.map(({ name, type, notNull, generated }) => ({
    name: String(name),
    type: String(type),
    notNull: notNull === true,
    generated: typeof generated === 'string' ? generated : null,
  }))
}
