import { NselfError } from '../../core/errors.ts'
import { errorOf } from '../../core/system-error.ts'
import { LostConnection } from './lost-connection.ts'
import { missingRight } from './missing-right.ts'
import type { Client, Row } from './pg.ts'
import { type ServerError, send } from './send.ts'
import { detailOf, hintFor, isOfTracking, tracksNoMore } from './server-error.ts'

/** A failure of what the runner itself sends: the tracking tables, the transaction around all. */
export async function refusal(client: Client, error: ServerError): Promise<Error> {
  if (error instanceof LostConnection) return error
  return new NselfError('migration-failed', error.message, {
    server: detailOf(error),
    hint: isOfTracking(error) ? tracksNoMore : ((await missingRight(client, error)) ?? hintFor(error)),
    cause: error,
  })
}

/** Sends what the runner cannot go on without. @throws LostConnection; NselfError `migration-failed`. */
export async function must(client: Client, sql: string): Promise<void> {
  const { error } = await send(client, sql)
  if (error !== null) throw await refusal(client, error)
}

/** The rows of a question that the runner cannot go on without. @throws as must. */
export async function rowsOf<R extends Row>(client: Client, sql: string): Promise<R[]> {
  try {
    return (await client.query<R>(sql)).rows
  } catch (error) {
    throw await refusal(client, errorOf(error))
  }
}
