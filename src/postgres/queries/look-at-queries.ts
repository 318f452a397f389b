import type { QueryLook } from '../../core/queries/query-look.ts'
import type { InsertTarget, QueryShape } from '../../core/queries/query-shape.ts'
import { withSameParameters } from '../../core/queries/same-parameters.ts'
import { type Described, describe } from '../driver/describe.ts'
import type { Client } from '../driver/pg.ts'
import { type ServerError, send } from '../driver/send.ts'
import { type Demand, demandsOf, nameOf } from './insert-targets.ts'
import { guessTypes, mayNeedTypes } from './parameter-types.ts'

/** A query that is looked at again and again. */
export interface AskedQuery {
  /** As it is sent: parameters that stood for one value may have one number. */
  text: string
  readonly shape: QueryShape
  /** Of parameters whose types the server cannot find out by itself; 0 for the others. */
  types: readonly number[]
}

export interface QueryLookOptions {
  /** Null for that of the database. */
  readonly searchPath: string | null
  /** Tries types for parameters whose types cannot be found out. */
  readonly guesses: boolean
}

type Answer = { readonly error: ServerError } | Described

/**
 * What the server says of each query on the schema as it is, without running one. A transaction must be open; it is as it
 * was afterwards.
 * @throws what the server says besides, such as that it was cancelled.
 */
export async function lookAtQueries(
  client: Client,
  queries: readonly AskedQuery[],
  { searchPath, guesses }: QueryLookOptions,
): Promise<QueryLook[]> {
  await client.query('SAVEPOINT nself_queries')
  if (searchPath !== null) {
    await client.query({ text: "SELECT set_config('search_path', $1, true)", values: [searchPath] })
  }
  await client.query('SAVEPOINT nself_query')
  // All are on their way before the first answer comes.
  const answers = await Promise.all(queries.map((query) => describeAlone(client, query.text, query.types)))
  const described: Answer[] = []
  for (const [i, query] of queries.entries()) described.push(await certainly(client, query, answers[i], guesses))
  const planned = await Promise.all(queries.map((query, i) => plan(client, query, described[i])))
  const demands = await demandsOf(
    client,
    queries.flatMap(({ shape }) => shape.inserts),
  )
  const names = await typeNames(client, described)
  await client.query('ROLLBACK TO SAVEPOINT nself_queries; RELEASE SAVEPOINT nself_queries')
  return queries.map(({ shape }, i) => lookOf(described[i], planned[i] ?? null, shape, { demands, names }))
}

const rollBack = 'ROLLBACK TO SAVEPOINT nself_query'

/** What one of them does to the transaction is of no concern to the next. */
async function describeAlone(client: Client, text: string, types: readonly number[]): Promise<Answer> {
  const answering = describe(client, text, types)
  const { error } = await send(client, rollBack)
  if (error !== null) throw error
  const answer = await answering
  // Cancelled, or the connection is gone: that says nothing of the query.
  if ('error' in answer && (answer.error.code === undefined || answer.error.code.startsWith('57'))) throw answer.error
  return answer
}

async function certainly(
  client: Client,
  query: AskedQuery,
  answer: Answer | undefined,
  guesses: boolean,
): Promise<Answer> {
  if (answer === undefined) throw new Error('a query was not answered')
  if (!('error' in answer) || !guesses) return answer
  const text = notGrouped.has(answer.error.code ?? '') ? withSameParameters(query.text) : null
  if (text !== null) {
    const again = await describeAlone(client, text, query.types)
    if ('error' in again && !mayNeedTypes(again.error)) return answer
    query.text = text
    return certainly(client, query, again, guesses)
  }
  if (!mayNeedTypes(answer.error)) return answer
  const guessed = await guessTypes(query.text, answer.error, (types) => describeAlone(client, query.text, types))
  if (guessed === null) return answer
  query.types = guessed.types
  return guessed.described
}

/** A column is neither grouped by nor aggregated; DISTINCT sorts by what it does not select. */
const notGrouped = new Set(['42803', '42P10'])

/** Whether an index fits an ON CONFLICT is found out only as the statement is planned. */
async function plan(client: Client, { text, shape }: AskedQuery, answer: Answer | undefined): Promise<string | null> {
  if (!shape.infers || answer === undefined || 'error' in answer) return null
  const values = Array.from({ length: shape.parameters }, () => null)
  const planning = client.query({ text: `EXPLAIN ${text}`, values }).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  await send(client, rollBack)
  return planning
}

/** By number; those of a server itself are never called anything else. */
async function typeNames(client: Client, answers: readonly Answer[]): Promise<ReadonlyMap<number, string>> {
  const numbers = answers.flatMap((answer) =>
    'error' in answer ? [] : [...answer.parameters, ...answer.columns.map(({ type }) => type)],
  )
  const { rows } = await client.query<{ oid: string; name: string }>({
    text: 'SELECT DISTINCT oid::text, format_type(oid, NULL) AS name FROM unnest($1::oid[]) AS oid',
    values: [[...new Set(numbers)]],
  })
  return new Map(rows.map(({ oid, name }) => [Number(oid), name]))
}

interface Known {
  readonly demands: ReadonlyMap<string, Demand>
  readonly names: ReadonlyMap<number, string>
}

function lookOf(
  answer: Answer | undefined,
  failure: string | null,
  shape: QueryShape,
  { demands, names }: Known,
): QueryLook {
  const nothing = { columns: [], parameters: [], leftOut: [], mayBeFilled: false }
  if (answer === undefined) return { error: 'it was not answered', ...nothing }
  if ('error' in answer) return { error: answer.error.message, ...nothing }
  if (failure !== null) return { error: failure, ...nothing }
  const typeOf = (number: number) => names.get(number) ?? String(number)
  const left = shape.inserts.flatMap((target) => {
    const demand = demands.get(nameOf(target))
    return demand === undefined ? [] : leftOutOf(target, demand).map((column) => ({ column, demand }))
  })
  return {
    error: null,
    columns: answer.columns.map(({ name, type }) => ({ name, type: typeOf(type) })),
    parameters: answer.parameters.map(typeOf),
    leftOut: left.map(({ column, demand }) => `${demand.table}.${column}`),
    mayBeFilled: left.length > 0 && left.every(({ demand }) => demand.hasTrigger),
  }
}

function leftOutOf({ columns, width, defaults }: InsertTarget, demand: Demand): string[] {
  const named = columns ?? (width === null ? demand.columns : demand.columns.slice(0, width))
  const given = named.filter((_, place) => !defaults.includes(place))
  return demand.required.filter((column) => !given.includes(column))
}
