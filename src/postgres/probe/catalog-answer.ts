import { type Answer, fine, unanswered } from '../../core/probe/answer.ts'
import type { RowQuestion } from '../../core/probe/question.ts'
import { brokenCheck, conditionSql, type KnownTable, orphansSql } from '../../core/probe/question-sql.ts'
import { shortName } from '../../core/sql/qualified-name.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../core/sql/quoting.ts'
import type { AnswerRow, Asker } from './asker.ts'
import { rowsAnswer } from './rows-answer.ts'
import { regclass, type TablesOfServer } from './table-facts.ts'

/** Questions of which the catalog of the database knows the rest: constraints and domains that it has already. */
export async function catalogAnswer(
  asker: Asker,
  tables: TablesOfServer,
  question: RowQuestion,
  known: KnownTable | null,
): Promise<Answer> {
  const { asked } = question
  if (asked.kind === 'validate' && known !== null)
    return validateAnswer(asker, tables, question, known, asked.constraint)
  if (asked.kind === 'index-columns' && known !== null) return indexAnswer(asker, question, known, asked.index)
  return asked.kind === 'domain' ? domainAnswer(asker, tables, question) : unanswered('it belongs to no table')
}

const constraintSql = (
  oid: string,
  which: string,
) => `SELECT contype AS kind, pg_get_expr(conbin, conrelid) AS expression,
 confmatchtype AS match, f.nspname AS "targetSchema", t.relname AS target,
 (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(conkey) WITH ORDINALITY AS k (num, place)
  JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.num)::text AS columns,
 (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(confkey) WITH ORDINALITY AS k (num, place)
  JOIN pg_attribute a ON a.attrelid = confrelid AND a.attnum = k.num)::text AS "targetColumns"
 FROM pg_constraint c LEFT JOIN pg_class t ON t.oid = confrelid LEFT JOIN pg_namespace f ON f.oid = t.relnamespace
 WHERE conrelid = ${oid} AND ${which}`

async function validateAnswer(
  asker: Asker,
  tables: TablesOfServer,
  { searchPath }: RowQuestion,
  known: KnownTable,
  constraint: string,
): Promise<Answer> {
  const reply = await asker.ask(constraintSql(known.facts.oid, `conname = ${quoteLiteral(constraint)}`))
  if (!('rows' in reply)) return unanswered(reply.why)
  const [row] = reply.rows
  if (row === undefined) return unanswered(`there is no constraint ${constraint} yet`)
  const columns = listOf(row.columns)
  if (row.kind === 'c') return rowsAnswer(asker, conditionSql(known, brokenCheck(row.expression ?? 'true')), searchPath)
  if (row.kind === 'n')
    return rowsAnswer(asker, conditionSql(known, `${quoteIdentifier(columns[0] ?? '')} IS NULL`), searchPath)
  return row.kind === 'f' ? foreignKeyAnswer(asker, tables, known, row, searchPath) : fine
}

/** Whether rows of what becomes a partition refer to none by the foreign keys of the table that it joins. */
export async function parentKeysAnswer(
  asker: Asker,
  tables: TablesOfServer,
  known: KnownTable,
  parent: string,
  searchPath: readonly string[] | null,
): Promise<Answer> {
  const reply = await asker.ask(constraintSql(parent, "contype = 'f'"))
  if (!('rows' in reply)) return unanswered(reply.why)
  for (const row of reply.rows) {
    const answer = await foreignKeyAnswer(asker, tables, known, row, searchPath)
    if (answer.kind === 'broken')
      return {
        ...answer,
        where: `${shortName(row.targetSchema ?? null, row.target ?? '')} (by ${listOf(row.columns).join(', ')})`,
      }
    if (answer.kind !== 'fine') return answer
  }
  return fine
}

async function foreignKeyAnswer(
  asker: Asker,
  tables: TablesOfServer,
  known: KnownTable,
  row: AnswerRow,
  searchPath: readonly string[] | null,
): Promise<Answer> {
  const columns = listOf(row.columns)
  const targetName = { schema: row.targetSchema ?? '', name: row.target ?? '' }
  const target = { base: targetName, alias: targetName.name, layers: [], mayBeNew: false }
  const facts = await tables.find(target, null)
  if (facts === null || typeof facts === 'string') return unanswered(facts ?? `there is no table ${targetName.name}`)
  const targetColumns = listOf(row.targetColumns)
  const asked = { kind: 'foreign-key', columns, target, targetColumns, full: row.match === 'f', targetName } as const
  return rowsAnswer(asker, orphansSql(known, asked, { table: target, facts, columns: targetColumns }), searchPath)
}

async function indexAnswer(
  asker: Asker,
  { searchPath }: RowQuestion,
  known: KnownTable,
  index: string,
): Promise<Answer> {
  const name = regclass({ schema: known.facts.schema, name: index })
  const reply =
    await asker.ask(`SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
 WHERE i.indexrelid = ${name} AND NOT a.attnotnull`)
  if (!('rows' in reply)) return unanswered(reply.why)
  const isNull = reply.rows.map((row) => `${quoteIdentifier(row.name ?? '')} IS NULL`)
  return isNull.length === 0 ? fine : rowsAnswer(asker, conditionSql(known, isNull.join(' OR ')), searchPath)
}

const domainSql = (
  domain: string,
) => `WITH RECURSIVE d AS (SELECT to_regtype(${domain})::oid AS oid UNION SELECT t.oid FROM pg_type t JOIN d ON t.typbasetype = d.oid)
 SELECT n.nspname AS schema, c.relname AS table, a.attname AS column FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 JOIN pg_namespace n ON n.oid = c.relnamespace JOIN d ON d.oid = a.atttypid
 WHERE c.relkind IN ('r', 'm', 'p') AND NOT c.relispartition AND NOT a.attisdropped AND a.attnum > 0 AND a.attinhcount = 0 ORDER BY 1, 2, 3`

/** All columns that have the domain, one after the other; the first that breaks it is told. */
async function domainAnswer(asker: Asker, tables: TablesOfServer, { asked, searchPath }: RowQuestion): Promise<Answer> {
  if (asked.kind !== 'domain') return fine
  const { schema, name } = asked.domain
  const domain = quoteLiteral(schema === null ? quoteIdentifier(name) : quoteQualified(schema, name))
  const condition = await conditionOf(asker, domain, asked.expression, asked.validates, searchPath)
  if (typeof condition !== 'string') return condition
  const reply = await asker.ask(domainSql(domain), searchPath)
  if (!('rows' in reply)) return unanswered(reply.why)
  for (const row of reply.rows) {
    const answer = await columnAnswer(asker, tables, row, condition, searchPath)
    if (answer.kind !== 'fine') return answer
  }
  return fine
}

async function conditionOf(
  asker: Asker,
  domain: string,
  expression: string | null,
  validates: string | null,
  searchPath: readonly string[] | null,
): Promise<string | Answer> {
  if (validates === null) return expression === null ? 'value IS NULL' : brokenCheck(expression)
  const reply = await asker.ask(
    `SELECT pg_get_expr(conbin, 0) AS expression FROM pg_constraint WHERE contypid = to_regtype(${domain}) AND conname = ${quoteLiteral(validates)}`,
    searchPath,
  )
  if (!('rows' in reply)) return unanswered(reply.why)
  const found = reply.rows[0]?.expression
  return found == null ? unanswered(`there is no constraint ${validates} yet`) : brokenCheck(found)
}

async function columnAnswer(
  asker: Asker,
  tables: TablesOfServer,
  row: AnswerRow,
  condition: string,
  searchPath: readonly string[] | null,
): Promise<Answer> {
  const { schema = null, table, column } = row
  const base = { schema, name: table ?? '' }
  const facts = await tables.find({ base }, null)
  if (facts === null || typeof facts === 'string') return unanswered(facts ?? 'a table is gone')
  const asTable = { base, alias: base.name, mayBeNew: false, layers: [] }
  const rows = conditionSql(
    { table: asTable, facts },
    `EXISTS (SELECT FROM (SELECT ${quoteIdentifier(column ?? '')} AS value) AS one WHERE ${condition})`,
  )
  const answer = await rowsAnswer(asker, rows, searchPath)
  return answer.kind === 'broken' ? { ...answer, where: shortName(schema, base.name, column ?? '') } : answer
}

function listOf(text: string | null | undefined): string[] {
  const list: unknown = JSON.parse(text ?? '[]')
  return Array.isArray(list) ? list.map(String) : []
}
