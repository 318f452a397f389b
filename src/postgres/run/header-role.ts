import { NselfError } from '../../core/errors.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { refusal } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import { type ServerError, send } from '../driver/send.ts'
import { detailOf } from '../driver/server-error.ts'

/** What to do where `SET ROLE` for a header was refused since there is no such role; null for another failure. */
export function unknownRole(role: string, { code }: ServerError, fix: string): string | null {
  if (code !== '22023') return null
  const header = `-- nself: role ${quoteIdentifier(role)}`
  return `its header ${header} names a role that the server does not have: create the role, or ${fix}`
}

/** Goes on as the role that a header names. @throws as must. */
export async function becomeRole(client: Client, role: string): Promise<void> {
  const { error } = await send(client, `SET ROLE ${quoteIdentifier(role)}`)
  if (error === null) return
  const hint = unknownRole(role, error, 'fix the file, then run the same command again: it continues from there')
  if (hint === null) throw await refusal(client, error)
  throw new NselfError('migration-failed', error.message, { server: detailOf(error), hint, cause: error })
}
