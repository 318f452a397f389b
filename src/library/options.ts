import { NselfError } from '../core/errors.ts'

const isConnection = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'connect' in value && 'query' in value

/**
 * An option that is not known is a mistake, and so is a connection of the caller's: it can be closed, shared, in a
 * transaction, or behind a pooler, and none of that can be seen.
 * @param known the names of those that there are.
 * @throws NselfError `usage`.
 */
export function refuseUnknown(what: string, known: readonly string[], given: object): void {
  for (const [name, value] of [['', given] as const, ...Object.entries(given)]) {
    if (isConnection(value)) {
      throw new NselfError('usage', `${what} makes connections of its own: it takes no pool and no client`, {
        hint: "pass where the server is: open({ databaseUrl: 'postgresql://user@host:5432/database' })",
      })
    }
    if (name === '' || known.includes(name)) continue
    throw new NselfError('usage', `${what} has no option ${name}`, { hint: `it has ${known.join(', ')}` })
  }
}
