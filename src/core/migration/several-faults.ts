import { NselfError } from '../errors.ts'

const namedAtMost = 5

/** The first fault, with the names of the other files that have one: whoever fixes a whole folder wants to know them all. */
export function withOthers(first: unknown, others: readonly string[]): unknown {
  if (!(first instanceof NselfError) || others.length === 0) return first
  const names = others.slice(0, namedAtMost).join(', ') + (others.length > namedAtMost ? ' …' : '')
  const { code, message, hint, location, cause } = first
  return new NselfError(code, message, {
    ...(location === undefined ? {} : { location }),
    hint: `${hint}; ${others.length} more ${others.length === 1 ? 'file has' : 'files have'} errors: ${names}`,
    cause,
  })
}
