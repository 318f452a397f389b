import { type Answer, fine, unanswered } from '../../core/probe/answer.ts'
import { type KeyColumn, takenBy } from '../../core/probe/partition-sql.ts'
import type { Asked, AskedTable, PartitionOf, RowQuestion } from '../../core/probe/question.ts'
import { conditionSql, type KnownTable } from '../../core/probe/question-sql.ts'
import type { TableFacts } from '../../core/probe/table-sql.ts'
import { shortName } from '../../core/sql/qualified-name.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import type { Asker } from './asker.ts'
import { rowsAnswer } from './rows-answer.ts'
import type { TablesOfServer } from './table-facts.ts'

/** How a table is divided. */
interface Division {
  /** Null where expressions are among them. */
  readonly columns: readonly string[] | null
  /** Conditions for the rows of each partition but the default one. */
  readonly parts: readonly string[]
  readonly defaultPartition: { readonly schema: string; readonly name: string } | null
}

const divisionSql = (
  oid: string,
) => `SELECT (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(p.partattrs::int2[]) WITH ORDINALITY AS k (num, place)
  LEFT JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k.num AND k.num <> 0)::text AS columns,
 (SELECT json_agg(pg_get_partition_constraintdef(inhrelid)) FROM pg_inherits WHERE inhparent = p.partrelid AND inhrelid <> p.partdefid)::text AS parts,
 n.nspname AS schema, d.relname AS name
 FROM pg_partitioned_table p LEFT JOIN pg_class d ON d.oid = p.partdefid LEFT JOIN pg_namespace n ON n.oid = d.relnamespace
 WHERE p.partrelid = ${quoteLiteral(oid)}::oid`

async function divisionOf(asker: Asker, { oid, schema, name }: TableFacts): Promise<Division | string> {
  const reply = await asker.ask(divisionSql(oid))
  if (!('rows' in reply)) return reply.why
  const [row] = reply.rows
  if (row === undefined) return `${shortName(schema, name)} has no partitions`
  const columns = listOf(row.columns)
  const names = columns.flatMap((column) => (typeof column === 'string' ? [column] : []))
  return {
    columns: names.length < columns.length ? null : names,
    parts: listOf(row.parts).flatMap((part) => (typeof part === 'string' ? [part] : [])),
    defaultPartition: row.name == null ? null : { schema: row.schema ?? '', name: row.name },
  }
}

const byExpression = 'an expression decides which partition a row is in'

/** Rows that do not belong to the partition that their table becomes. */
export async function partitionAnswer(
  asker: Asker,
  tables: TablesOfServer,
  { searchPath }: RowQuestion,
  known: KnownTable,
  { of, bound }: Asked & { kind: 'partition' },
): Promise<Answer> {
  const parent = await parentOf(asker, tables, of, searchPath)
  if (typeof parent === 'string') return unanswered(parent)
  if (parent.columns === null) return unanswered(byExpression)
  if (bound.kind === 'default') {
    if (of.addedBy !== null || of.made !== null)
      return unanswered(`${of.addedBy ?? 'the run'} makes the partitions that it is compared with`)
    const taken = parent.parts.map((part) => `(${part})`).join(' OR ')
    return taken === '' ? fine : rowsAnswer(asker, conditionSql(known, taken), searchPath)
  }
  const taken = takenBy(bound, keyColumns(parent.columns, known.facts), parent.oid)
  if (taken === null) return unanswered('where a row belongs is known once the table with the partitions is there')
  return rowsAnswer(asker, conditionSql(known, `(${taken}) IS NOT TRUE`), searchPath)
}

async function parentOf(
  asker: Asker,
  tables: TablesOfServer,
  { table, made, name }: PartitionOf,
  searchPath: readonly string[] | null,
): Promise<(Omit<Division, 'defaultPartition'> & { readonly oid: string | null }) | string> {
  if (made !== null) return { columns: made.columns, parts: [], oid: null }
  const facts = table === null ? null : await tables.find(table, searchPath)
  if (facts === null) return `there is no table ${shortName(name.schema, name.name)}`
  if (typeof facts === 'string') return facts
  const division = await divisionOf(asker, facts)
  return typeof division === 'string' ? division : { ...division, oid: facts.oid }
}

const keyColumns = (names: readonly string[], { columns }: TableFacts): KeyColumn[] =>
  names.map((name) => ({ name, type: columns.find((column) => column.name === name)?.type ?? null }))

/** Rows of the default partition that belong to a new one. */
export async function defaultAnswer(
  asker: Asker,
  tables: TablesOfServer,
  { searchPath }: RowQuestion,
  { table, facts }: KnownTable,
  asked: Asked & { kind: 'default-partition' },
): Promise<Answer> {
  const division = await divisionOf(asker, facts)
  if (typeof division === 'string') return unanswered(division)
  const { columns, defaultPartition } = division
  if (defaultPartition === null) return fine
  const place = await defaultNow(tables, defaultPartition, asked, searchPath)
  if (place === null) return fine
  if (typeof place === 'string') return unanswered(place)
  if (columns === null) return unanswered(byExpression)
  const taken = takenBy(asked.bound, keyColumns(columns, facts), facts.oid)
  if (taken === null) return unanswered(byExpression)
  // What is done to the table is done to the rows of its partitions.
  const layers = [...table.layers, ...place.table.layers]
  const rows = conditionSql({ table: { ...place.table, alias: table.alias, layers }, facts: place.facts }, taken)
  const answer = await rowsAnswer(asker, rows, searchPath)
  return answer.kind === 'broken'
    ? { ...answer, where: shortName(defaultPartition.schema, defaultPartition.name) }
    : answer
}

/** The default partition as the run has left it by then; null where it is none any more, a text where that is not known. */
async function defaultNow(
  tables: TablesOfServer,
  base: { readonly schema: string; readonly name: string },
  { others }: Asked & { kind: 'default-partition' },
  searchPath: readonly string[] | null,
): Promise<KnownTable | string | null> {
  const facts = await tables.find({ base }, null)
  if (facts === null || typeof facts === 'string') return facts ?? 'its default partition is gone'
  let table: AskedTable = { base, alias: base.name, layers: [], mayBeNew: false }
  for (const other of others) {
    const found = await tables.find(other, searchPath)
    if (found === null || typeof found === 'string' || found.oid !== facts.oid) continue
    if (other.changedBy !== null) return `${other.changedBy} changes the default partition ${base.name}`
    if (other.table === null) return null
    table = other.table
  }
  return { table, facts }
}

function listOf(text: string | null | undefined): unknown[] {
  const list: unknown = JSON.parse(text ?? '[]')
  return Array.isArray(list) ? list : []
}
