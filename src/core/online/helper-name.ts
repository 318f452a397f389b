import { NselfError } from '../errors.ts'

const longest = 63

/**
 * The name of something that a series makes for its own use: `nself_users_id_sync`.
 * @param of the table; empty for what is named within one.
 * @param begin triggers fire in the order of their names: `zz_nself` after those of the user, which may change the row.
 * @param path what it is made for, as a person names it.
 * @throws NselfError `refused` where PostgreSQL would cut it.
 */
export function helperName(of: string, column: string, what: string, path: string, begin = 'nself'): string {
  const name = [begin, of, column.replace(/^nself_/, ''), what].filter((part) => part !== '').join('_')
  const length = new TextEncoder().encode(name).length
  if (length <= longest) return name
  throw new NselfError(
    'refused',
    `${path} cannot change online: ${name}, which the series needs, has ${length} bytes, and PostgreSQL cuts names after ${longest}`,
    { hint: 'nothing was written; give it a shorter name first, or write the change without --online' },
  )
}
