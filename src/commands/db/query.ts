import { approve } from '../../core/guard/guard.ts'
import { spokenPlace } from '../../postgres/driver/server.ts'
import { runQuery, statementsOf } from '../../postgres/shell/query.ts'
import { briefingOn, listedStep } from '../shared/brief.ts'
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
  const statements = statementsOf(sql)
  const mayWrite = write || environment === 'local'
  const { server, history } = await lookAtHistory(context)
  if (mayWrite) refuseOtherEnvironment(server, history.facts, environment)
  const summary = `run SQL that can write in ${spokenPlace(server)}`
  const steps = [listedStep(statements.map(({ sql: text }) => inOneLine(text)))]
  const briefing = briefingOn(context, server, {
    title: `${statements.length === 1 ? '1 statement' : `${statements.length} statements`} will run, and can write:`,
    steps,
    notes: ['No backup is taken first.'],
  })
  const intent = { action: 'query', what: sql, summary, briefing } as const
  const approved = mayWrite ? await approve(intent, environment, answers, ask) : null
  return { kind: 'query', format, results: await runQuery(server, sql, { write: approved, tell, signal }) }
}

const longest = 120

/** A statement as the block above a question shows it. */
function inOneLine(sql: string): string {
  const text = sql.trim().replace(/\s+/g, ' ')
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`
}
