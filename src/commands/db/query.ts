import { approve } from '../../core/guard.ts'
import { placeOf } from '../../postgres/driver/server.ts'
import { runQuery, statementsOf } from '../../postgres/shell/query.ts'
import { type Context, lookAtHistory, refuseOtherEnvironment } from '../shared/context.ts'
import type { QueryResult } from '../shared/results.ts'

export interface QueryOptions {
  readonly write: boolean
  readonly format: QueryResult['format']
}

/** Runs SQL. In staging and production it can only read, unless it is said that it may write. */
export async function query(context: Context, sql: string, { write, format }: QueryOptions): Promise<QueryResult> {
  const { settings, answers, ask, tell, signal } = context
  const { environment } = settings
  statementsOf(sql)
  const mayWrite = write || environment === 'local'
  const { server, history } = await lookAtHistory(context)
  if (mayWrite) refuseOtherEnvironment(server, history.facts, environment)
  const summary = `run SQL that can write on ${placeOf(server)}`
  const approved = mayWrite ? await approve({ action: 'query', what: sql, summary }, environment, answers, ask) : null
  return { kind: 'query', format, results: await runQuery(server, sql, { write: approved, tell, signal }) }
}
