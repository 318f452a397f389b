/** A value that a query returns or takes. */
interface TypedColumn {
  readonly name: string
  /** As the server calls it: `timestamp with time zone`. */
  readonly type: string
}

/** What a server says of a query on a schema as it is at one moment. */
export interface QueryLook {
  /** Why it cannot be prepared; null where it can. */
  readonly error: string | null
  readonly columns: readonly TypedColumn[]
  /** The types of $1, $2 … */
  readonly parameters: readonly string[]
  /** Columns that must have a value and get none by its INSERT: `users.tenant`. */
  readonly leftOut: readonly string[]
  /** The table has a trigger that may give them one. */
  readonly mayBeFilled: boolean
}

/** What becomes of a query that could be prepared before. */
export type QueryChange =
  | { readonly kind: 'breaks'; readonly what: string }
  | { readonly kind: 'leaves-out'; readonly what: string; readonly mayBeFilled: boolean }
  | { readonly kind: 'result-changes'; readonly what: string }
  | { readonly kind: 'parameter-changes'; readonly what: string }

/** How a query fares after something ran; nothing where it could not be prepared before. */
export function changesOf(before: QueryLook, after: QueryLook): QueryChange[] {
  if (before.error !== null) return []
  if (after.error !== null) return [{ kind: 'breaks', what: after.error }]
  // A table that has got another name asks for no more than before.
  const known = new Set(before.leftOut.map(lastWord))
  const fresh = after.leftOut.filter((column) => !known.has(lastWord(column)))
  const columns = columnChanges(before.columns, after.columns)
  const parameters = parameterChanges(before.parameters, after.parameters)
  return [
    ...(fresh.length === 0
      ? []
      : [{ kind: 'leaves-out', what: `no value for ${fresh.join(', ')}`, mayBeFilled: after.mayBeFilled } as const]),
    ...(columns.length === 0 ? [] : [{ kind: 'result-changes', what: columns.join(', ') } as const]),
    ...(parameters.length === 0 ? [] : [{ kind: 'parameter-changes', what: parameters.join(', ') } as const]),
  ]
}

const lastWord = (column: string): string => column.slice(column.lastIndexOf('.') + 1)

/** By name, and by place where several are of one name. Columns that a star brings besides are not told. */
function columnChanges(before: readonly TypedColumn[], after: readonly TypedColumn[]): string[] {
  const left = new Map<string, string[]>()
  for (const { name, type } of after) left.set(name, [...(left.get(name) ?? []), type])
  return before.flatMap(({ name, type }) => {
    const found = left.get(name)?.shift()
    if (found === undefined) return [`the column ${name} is gone`]
    return isAlike(type, found) ? [] : [`${name} was ${type}, is ${found}`]
  })
}

function parameterChanges(before: readonly string[], after: readonly string[]): string[] {
  return before.flatMap((type, i) => {
    const found = after[i]
    return found === undefined || takes(found, type) ? [] : [`$${i + 1} was ${type}, is ${found}`]
  })
}

const texts = new Set(['text', 'character varying'])

/** A driver hands over the values of both in the same way. */
const isAlike = (one: string, other: string): boolean => one === other || (texts.has(one) && texts.has(other))

const numbers = ['smallint', 'integer', 'bigint', 'numeric']

/** Whether a parameter of a type can be given what one of another type was given. */
function takes(type: string, given: string): boolean {
  const from = numbers.indexOf(given)
  return isAlike(type, given) || texts.has(type) || (from !== -1 && numbers.indexOf(type) > from)
}
