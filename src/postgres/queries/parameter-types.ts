import type { Described } from '../driver/describe.ts'
import type { ServerError } from '../driver/send.ts'

/** Ambiguous function, indeterminate type, undefined function, mismatch, ambiguous parameter: as literals they had types. */
const codes = new Set(['42725', '42P18', '42883', '42804', '42P08'])

/** Whether types for parameters may make a query that fails so valid. */
export const mayNeedTypes = ({ code }: ServerError): boolean => codes.has(code ?? '')

/** By their numbers in every PostgreSQL: integer, text, numeric, timestamptz, interval, jsonb, date, boolean, uuid. */
const [integer, text, numeric, moment, interval, jsonb, date, boolean, uuid] = [
  23, 25, 1700, 1184, 1186, 3802, 1082, 16, 2950,
]

/** What is tried for the first of the parameters that are concerned, and for the others. */
const guesses: readonly (readonly [number, number])[] = [
  ...[integer, text, numeric, moment, jsonb, date, interval, boolean, uuid].map((type) => [type, type] as const),
  [text, moment],
  [moment, interval],
  [numeric, integer],
  [text, integer],
]

/** Steps of a query with several such places. */
const mostSteps = 4

interface Guessed {
  readonly types: readonly number[]
  readonly described: Described
}

/** Tries types for the parameters at which a server points. Null where none of them fit. */
export async function guessTypes(
  sql: string,
  failure: ServerError,
  describe: (types: readonly number[]) => Promise<{ readonly error: ServerError } | Described>,
): Promise<Guessed | null> {
  let [types, error]: [readonly number[], ServerError] = [[], failure]
  for (let step = 0; step < mostSteps; step++) {
    const numbers = concerned(sql, error).filter((number) => !types[number - 1])
    if (numbers.length === 0) return null
    let further: { types: readonly number[]; error: ServerError } | null = null
    for (const [first, others] of guesses) {
      const tried = withTypes(types, numbers, first, others)
      const answer = await describe(tried)
      if (!('error' in answer)) return { types: tried, described: answer }
      // It fails at another place: these fit.
      if (further === null && answer.error.position !== error.position && mayNeedTypes(answer.error)) {
        further = { types: tried, error: answer.error }
      }
    }
    if (further === null) return null
    types = further.types
    error = further.error
  }
  return null
}

function withTypes(before: readonly number[], numbers: readonly number[], first: number, others: number): number[] {
  const length = Math.max(before.length, ...numbers)
  const types = Array.from({ length }, (_, i) => before[i] ?? 0)
  for (const [i, number] of numbers.entries()) types[number - 1] = i === 0 ? first : others
  return types
}

/** The numbers of the parameters that an error is about: it names one, or points at a call or an operator. */
function concerned(sql: string, { message, position }: ServerError): number[] {
  const [, named] = /parameter \$(\d+)/.exec(message) ?? []
  if (named !== undefined) return [Number(named)]
  if (position === undefined) return []
  const at = [...sql].slice(0, Number(position) - 1).join('').length
  const call = /^[\w".]+\s*\(/.exec(sql.slice(at))
  if (call !== null) return numbersIn(sql.slice(at, endOfCall(sql, at + call[0].length)))
  return [...numbersIn(sql.slice(Math.max(0, at - 20), at)).slice(-1), ...numbersIn(sql.slice(at, at + 20)).slice(0, 1)]
}

const numbersIn = (part: string): number[] => [
  ...new Set([...part.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number))),
]

function endOfCall(sql: string, from: number): number {
  let depth = 1
  for (let at = from; at < sql.length; at++) {
    if (sql[at] === '(') depth++
    if (sql[at] === ')' && --depth === 0) return at
  }
  return sql.length
}
