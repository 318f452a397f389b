import { typeChange } from '../../core/effects/type-change.ts'
import { type Answer, fine, unanswered } from '../../core/probe/answer.ts'
import type { Asked, RowQuestion } from '../../core/probe/question.ts'
import {
  brokenByNew,
  computedSql,
  conditionSql,
  type KnownTable,
  type TargetType,
  unfitting,
} from '../../core/probe/question-sql.ts'
import { tableSql } from '../../core/probe/table-sql.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import { type Asker, isAboutValues, withoutValues } from './asker.ts'
import { culprit } from './culprit.ts'
import { rowsAnswer } from './rows-answer.ts'

type Retype = Asked & { readonly kind: 'retype' }

/** Whether the values of a column can be had in another type. */
export async function retypeAnswer(
  asker: Asker,
  question: RowQuestion,
  known: KnownTable,
  asked: Retype,
): Promise<Answer> {
  const { column, using, made, type } = asked
  const { searchPath } = question
  const value = using ?? quoteIdentifier(column)
  if (made !== null) {
    if (using === null) return { kind: 'fails', message: `PostgreSQL has no automatic cast to ${type}`, examples: [] }
    return rowsAnswer(asker, conditionSql(known, brokenByNew(value, made)), searchPath)
  }
  const before = known.facts.columns.find(({ name }) => name === column)?.type
  if (
    using === null &&
    known.table.layers.length === 0 &&
    before !== undefined &&
    typeChange(before, type).fails === null
  )
    return fine
  const types = await typesOf(asker, known, value, type, searchPath)
  if (!('from' in types)) return types
  if (using === null && !types.isAutomatic)
    return {
      kind: 'fails',
      message: `PostgreSQL has no automatic cast from ${types.fromName} to ${type}`,
      examples: [],
    }
  const condition = unfitting(value, types.from, types.to, types.version)
  if (condition !== null) {
    const answer = await rowsAnswer(asker, conditionSql(known, condition), searchPath)
    if (answer.kind === 'broken' || answer.kind === 'unanswered') return answer
  }
  // What fails by itself is tried again to find for which row.
  return tried(asker, known, `(${value}\n)::${type}`, null, searchPath)
}

/** Computes something for all rows. Where that fails for one, the migration fails too. */
export async function tried(
  asker: Asker,
  known: KnownTable,
  expression: string,
  where: string | null,
  searchPath: readonly string[] | null,
): Promise<Answer> {
  const reply = await asker.ask(computedSql(known, expression, where), searchPath)
  if ('rows' in reply) return fine
  if (reply.error === null || !isAboutValues(reply.error)) return unanswered(reply.why)
  const examples = await culprit(asker, known, searchPath, (range) => computedSql(known, expression, where, range))
  return { kind: 'fails', message: withoutValues(reply.error.message), examples }
}

interface Types {
  readonly from: string
  readonly fromName: string
  readonly to: TargetType
  /** PostgreSQL casts by itself in an assignment. */
  readonly isAutomatic: boolean
  readonly version: number
}

async function typesOf(
  asker: Asker,
  { table, facts }: KnownTable,
  value: string,
  type: string,
  searchPath: readonly string[] | null,
): Promise<Types | Answer> {
  const base = (alias: string) => `COALESCE(NULLIF(${alias}.typbasetype, 0), ${alias}.oid)`
  const element = (alias: string) => `CASE WHEN ${alias}.typcategory = 'A' THEN NULLIF(${alias}.typelem, 0) END`
  const pairs = [
    [base('f'), base('t')],
    [element('f'), element('t')],
  ] as const
  const casts = pairs.map(
    ([from, to]) =>
      `${from} = ${to} OR EXISTS (SELECT FROM pg_cast WHERE castsource = ${from} AND casttarget = ${to} AND castcontext IN ('a', 'i'))`,
  )
  const reply = await asker.ask(
    `SELECT f.typcategory AS from, format_type(f.oid, NULL) AS "fromName", t.typname AS name,
 COALESCE(t.typcategory = 'S' OR ${casts.join(' OR ')}, false)::text AS automatic, current_setting('server_version_num') AS version
 FROM (SELECT pg_typeof((SELECT ${value}\n FROM ${tableSql(table, facts, true)} LIMIT 1)) AS is) AS v
 JOIN pg_type f ON f.oid = v.is LEFT JOIN pg_type t ON t.oid = to_regtype(${quoteLiteral(type.replace(/\([^)]*\)/, ''))})`,
    searchPath,
  )
  if (!('rows' in reply)) {
    if (reply.error !== null && isAboutValues(reply.error))
      return { from: '', fromName: '', to: targetOf('', type), isAutomatic: true, version: 0 }
    return unanswered(reply.why)
  }
  const [row] = reply.rows
  if (row?.name == null) return unanswered(`there is no type ${type} yet`)
  return {
    from: row.from ?? '',
    fromName: row.fromName ?? '',
    to: targetOf(row.name, type),
    isAutomatic: row.automatic !== 'false',
    version: Number(row.version),
  }
}

function targetOf(name: string, written: string): TargetType {
  const sizes = /\(([^)]*)\)/.exec(written)?.[1]?.split(',').map(Number) ?? []
  const isBareCharacter = name === 'bpchar' && sizes.length === 0 && /^char/i.test(written.trim())
  return { name, written, sizes: isBareCharacter ? [1] : sizes }
}
