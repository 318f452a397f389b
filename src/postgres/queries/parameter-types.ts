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
const mostParameters = 100

interface Guessed {
  readonly types: readonly number[]
  readonly described: Described
}

type Describe = (types: readonly number[]) => Promise<{ readonly error: ServerError } | Described>

/** Tries types for the parameters at which a server points. Null where none of them fit. */
export async function guessTypes(sql: string, failure: ServerError, describe: Describe): Promise<Guessed | null> {
  let [types, error]: [readonly number[], ServerError] = [[], failure]
  for (let step = 0, named = 0; step < mostSteps && named < mostParameters; ) {
    const number = namedIn(error)
    const isNamed = number !== null && !types[number - 1]
    const next = isNamed
      ? await tryTypes(withTypes(types, [number], text, text), describe)
      : await tryNear(sql, types, error, describe)
    if (next === null || 'described' in next) return next
    types = next.types
    error = next.error
    if (isNamed) named++
    else step++
  }
  return null
}

/** It fails still, for a reason that other types may change. */
interface Further {
  readonly types: readonly number[]
  readonly error: ServerError
}

async function tryTypes(types: readonly number[], describe: Describe): Promise<Guessed | Further | null> {
  const answer = await describe(types)
  if (!('error' in answer)) return { types, described: answer }
  return mayNeedTypes(answer.error) ? { types, error: answer.error } : null
}

/** The first types with which it can be prepared, or fails at another place. */
async function tryNear(
  sql: string,
  types: readonly number[],
  error: ServerError,
  describe: Describe,
): Promise<Guessed | Further | null> {
  const isOpen = (number: number) => !types[number - 1]
  const all = numbersIn(sql).filter(isOpen)
  for (const numbers of [numbersNear(sql, error).filter(isOpen), all]) {
    if (numbers.length === 0) continue
    let further: Further | null = null
    for (const [first, others] of guesses) {
      const next = await tryTypes(withTypes(types, numbers, first, others), describe)
      if (next === null) continue
      if ('described' in next) return next
      if (further === null && next.error.position !== error.position) further = next
    }
    if (further !== null) return further
  }
  return null
}

function withTypes(before: readonly number[], numbers: readonly number[], first: number, others: number): number[] {
  const length = Math.max(before.length, ...numbers)
  const types = Array.from({ length }, (_, i) => before[i] ?? 0)
  for (const [i, number] of numbers.entries()) types[number - 1] = i === 0 ? first : others
  return types
}

/** The parameter that an error names: any type will do for it. */
function namedIn({ message, code }: ServerError): number | null {
  const [, number] = code === '42P18' ? (/parameter \$(\d+)/.exec(message) ?? []) : []
  return number === undefined ? null : Number(number)
}

/** The numbers of the parameters at a place to which an error points: a call, or an operator. */
function numbersNear(sql: string, { position }: ServerError): number[] {
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
