import { NselfError } from '../../core/errors.ts'
import { errorOf } from '../../core/system-error.ts'
import { LostConnection } from './lost-connection.ts'
import type { Client, Row } from './pg.ts'
import { type ServerError, send } from './send.ts'
import { detailOf, hintFor } from './server-error.ts'

/** A failure of what the runner itself sends: the tracking tables, the transaction around all. */
export function refusal(error: ServerError): Error {
  if (error instanceof LostConnection) return error
  return new NselfError('migration-failed', error.message, {
    server: detailOf(error),
    hint:
      error.code === '42501'
        ? 'the role needs CREATE on the database: GRANT CREATE ON DATABASE … TO …'
        : hintFor(error),
    cause: error,
  })
}

/** Sends what the runner cannot go on without. @throws LostConnection; NselfError `migration-failed`. */
export async function must(client: Client, sql: string): Promise<void> {
  const { error } = await send(client, sql)
  if (error !== null) throw refusal(error)
}

/** The rows of a question that the runner cannot go on without. @throws as must. */
export async function rowsOf<R extends Row>(client: Client, sql: string): Promise<R[]> {
  try {
    return (await client.query<R>(sql)).rows
  } catch (error) {
    throw refusal(errorOf(error))
  }
}
