import { NselfError } from '../core/errors.ts'

const isConnection = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'connect' in value && 'query' in value

const isDuration = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < Infinity

const kinds = {
  text: { words: 'a string', fits: (value: unknown) => typeof value === 'string' },
  number: { words: 'a number', fits: (value: unknown) => typeof value === 'number' },
  flag: { words: 'true or false', fits: (value: unknown) => typeof value === 'boolean' },
  duration: { words: 'a number of milliseconds', fits: isDuration },
  phase: { words: "'expand'", fits: (value: unknown) => value === 'expand' },
  list: { words: 'an array', fits: Array.isArray },
  variables: { words: 'an object', fits: (value: unknown) => typeof value === 'object' && value !== null },
  scope: {
    words: "'pending', 'all' or { since: 'a branch' }",
    fits: (value: unknown) => isText(value) || isSince(value),
  },
  listener: { words: 'a function', fits: (value: unknown) => typeof value === 'function' },
  signal: { words: 'an AbortSignal', fits: (value: unknown) => value instanceof AbortSignal },
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isSince = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'since' in value && isText(value.since)

/** What each option takes. */
export type OptionKinds<Options> = { readonly [Name in keyof Required<Options>]: keyof typeof kinds }

/**
 * Who calls from JavaScript is told of an option that there is not, or that takes something else: 'no' for `yes` would
 * agree. A connection of the caller's is refused too: it can be closed, shared, in a transaction, or behind a pooler,
 * and none of that can be seen.
 * @throws NselfError `usage`.
 */
export function refuseUnfit<Options>(what: string, known: OptionKinds<Options>, given: unknown): void {
  const names = Object.keys(known).join(', ')
  if (typeof given !== 'object' || given === null) {
    throw new NselfError('usage', `${what} takes an object of options, not ${wordsFor(given)}`, {
      hint: `its options are ${names}`,
    })
  }
  refuseConnection(what, given)
  const byName = new Map<string, keyof typeof kinds>(Object.entries(known))
  for (const [name, value] of Object.entries(given)) {
    refuseConnection(what, value)
    const kind = byName.get(name)
    if (kind === undefined) throw new NselfError('usage', `${what} has no option ${name}`, { hint: `it has ${names}` })
    if (value === undefined || kinds[kind].fits(value)) continue
    throw new NselfError('usage', `${name} of ${what} must be ${kinds[kind].words}, not ${wordsFor(value)}`)
  }
}

function refuseConnection(what: string, value: unknown): void {
  if (!isConnection(value)) return
  const opener = what.startsWith('create') ? what.replace('()', '') : 'open'
  throw new NselfError('usage', `${what} makes connections of its own: it takes no pool and no client`, {
    hint: `pass where the server is: ${opener}({ databaseUrl: 'postgresql://user@host:5432/database' })`,
  })
}

/** Without what it is: it may be a password. */
function wordsFor(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value)
  if (typeof value === 'string') return 'a string'
  return Array.isArray(value) ? 'an array' : typeof value === 'function' ? 'a function' : 'an object'
}
