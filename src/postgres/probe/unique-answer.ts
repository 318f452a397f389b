import { typeChange } from '../../core/effects/type-change.ts'
import { type Answer, fine, unanswered } from '../../core/probe/answer.ts'
import type { Asked, PartitionOf, RowQuestion } from '../../core/probe/question.ts'
import { duplicatesSql, type KnownTable } from '../../core/probe/question-sql.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import type { Asker } from './asker.ts'
import { parentKeysAnswer } from './catalog-answer.ts'
import { rowsAnswer } from './rows-answer.ts'
import type { TablesOfServer } from './table-facts.ts'

type KeptUnique = Asked & { readonly kind: 'kept-unique' }

/** The unique indexes of a table; of those that a column has a say in, where one is named. */
const uniqueSql = (
  oid: string,
  column: string | null,
) => `SELECT i.relname AS name, pg_get_expr(x.indpred, x.indrelid) AS predicate, COALESCE(to_jsonb(x) ->> 'indnullsnotdistinct', 'false') AS "nullsToo",
 (SELECT json_agg(pg_get_indexdef(x.indexrelid, k, true) ORDER BY k) FROM generate_series(1, x.indnkeyatts) k)::text AS elements
 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = ${quoteLiteral(oid)}::oid AND x.indisunique AND x.indisvalid
 ${column === null ? '' : `AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = x.indrelid AND a.attname = ${quoteLiteral(column)} AND (a.attnum = ANY (x.indkey[:x.indnkeyatts - 1])\n  OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid AND d.refobjid = x.indrelid AND d.refobjsubid = a.attnum)))`} ORDER BY 1`

/** Whether values of a column that were not the same are the same in its new type, where an index forbids it. */
export async function keptUniqueAnswer(
  asker: Asker,
  { searchPath }: RowQuestion,
  known: KnownTable,
  { column, type, isPlain, dropped }: KeptUnique,
): Promise<Answer> {
  const now = known.facts.columns.find(({ name }) => name === column)
  if (isPlain && now !== undefined && typeChange(now.type, type).loses === null) return fine
  return uniqueAnswer(asker, known, { of: known.facts.oid, column, dropped }, searchPath)
}

/** Whether rows of what becomes a partition break a unique index, or a foreign key, of the table that it joins. */
export async function joinsAnswer(
  asker: Asker,
  tables: TablesOfServer,
  { asked, searchPath }: RowQuestion,
  known: KnownTable,
  { table }: PartitionOf,
): Promise<Answer> {
  const parent = table === null ? null : await tables.find(table, searchPath)
  if (typeof parent === 'string') return unanswered(parent)
  if (parent === null) return fine
  if (asked.kind === 'parent-keys') return parentKeysAnswer(asker, tables, known, parent.oid, searchPath)
  return uniqueAnswer(asker, known, { of: parent.oid, column: null, dropped: [] }, searchPath)
}

interface Indexes {
  /** The table that has them. */
  readonly of: string
  readonly column: string | null
  readonly dropped: readonly string[]
}

/** The first index of which values come more than once is told. */
async function uniqueAnswer(
  asker: Asker,
  known: KnownTable,
  { of, column, dropped }: Indexes,
  searchPath: readonly string[] | null,
): Promise<Answer> {
  const reply = await asker.ask(uniqueSql(of, column))
  if (!('rows' in reply)) return unanswered(reply.why)
  for (const { name, elements, predicate, nullsToo } of reply.rows) {
    if (name == null || dropped.includes(name)) continue
    const list: unknown = JSON.parse(elements ?? '[]')
    const asked = {
      kind: 'duplicates',
      elements: Array.isArray(list) ? list.map(String) : [],
      where: predicate ?? null,
      nullsToo: nullsToo === 'true',
    } as const
    const answer = await rowsAnswer(asker, duplicatesSql(known, asked), searchPath)
    // What cannot be computed is told where the type changes.
    if (answer.kind === 'broken') return { ...answer, where: name }
    if (answer.kind === 'unanswered') return answer
  }
  return fine
}
