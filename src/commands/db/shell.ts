import { databaseName } from '../../core/database-name.ts'
import { approve } from '../../core/guard/guard.ts'
import { placeOf } from '../../postgres/driver/server.ts'
import { findPsql, runConfinedPsql, runPsql } from '../../postgres/shell/psql.ts'
import { briefingOn } from '../shared/brief.ts'
import { type Context, lookAtHistory, refuseOtherEnvironment } from '../shared/context.ts'
import type { ShellResult } from '../shared/results.ts'

/** psql on the right database, on this terminal; with `readonly` it cannot write whatever is typed. */
export async function shell(context: Context, options: { readonly readonly: boolean }): Promise<ShellResult> {
  const { settings, answers, ask, tell, signal, handOver } = context
  const { environment } = settings
  const psql = findPsql()
  const { server, history } = await lookAtHistory(context)
  const database = placeOf(server)
  if (!options.readonly) {
    refuseOtherEnvironment(server, history.facts, environment)
    const summary = `open a shell that can write in ${databaseName(database)}`
    const briefing = briefingOn(context, server, {
      title: 'A shell that can write will open. What you type there runs at once.',
      steps: [],
      notes: ['No backup is taken first. To look without writing: nself db shell --readonly'],
    })
    await approve({ action: 'shell', what: server, summary, briefing }, environment, answers, ask)
    return { kind: 'shell', exitStatus: await handOver(() => runPsql(psql, server, signal)) }
  }
  const { startReadOnlyProxy } = await import('../../postgres/shell/read-only-proxy.ts')
  const proxy = await startReadOnlyProxy(server)
  tell(`Read-only shell in ${databaseName(database)} (${environment}): each statement is rolled back`)
  try {
    return { kind: 'shell', exitStatus: await handOver(() => runConfinedPsql(psql, proxy.server, signal, tell)) }
  } finally {
    await proxy.close()
  }
}
