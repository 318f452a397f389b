import { NselfError } from '../../core/errors.ts'
import { approve } from '../../core/guard/guard.ts'
import { sizeText } from '../../core/quantities.ts'
import { connectBeside } from '../../postgres/databases/databases.ts'
import { dropKept, type KeptDatabase, keptDatabases } from '../../postgres/databases/kept.ts'
import { hostAndPort, spokenPlace } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import type { PruneResult } from './backup-results.ts'
import { type Context, lookAtHistory, refuseOtherEnvironment, runningServer } from './context.ts'

/** A server that is away does not hold up the list of files. */
const patience = 3000

/** What restores and roll backs have kept of the database; null, and told, where the server cannot be asked. */
export async function findKept(context: Context): Promise<KeptDatabase[] | null> {
  try {
    const server = await runningServer(context)
    if (server === null) return []
    const soon = { ...server, link: { ...server.link, timeoutMs: patience } }
    return await withConnection(connectBeside(soon, 'nself'), context.signal, (client) =>
      keptDatabases(client, server.database),
    )
  } catch (error) {
    if (context.signal.aborted || !(error instanceof NselfError)) throw error
    context.tell(`Cannot list the databases that restores have kept: ${error.message}`)
    return null
  }
}

/**
 * Lists what restores and roll backs have kept of the database, asks, and drops it.
 * @throws NselfError `not-confirmed`, `refused`, `connection`.
 */
export async function pruneKept(context: Context): Promise<PruneResult> {
  const { server, history } = await lookAtHistory(context)
  const { environment } = context.settings
  refuseOtherEnvironment(server, history.facts, environment)
  const found = await withConnection(connectBeside(server, 'nself'), context.signal, (client) =>
    keptDatabases(client, server.database),
  )
  if (found.length === 0) return { kind: 'prune', removed: [], kept: 0 }
  for (const { name, keptAt, size } of found) {
    context.tell(
      `${name}: ${spokenPlace(server)} as it was until ${keptAt.slice(0, 19).replace('T', ' ')} UTC${size === null ? '' : `, ${sizeText(size)}`}`,
    )
  }
  const count = found.length === 1 ? 'this database' : `these ${found.length} databases`
  const summary = `drop ${count} on ${hostAndPort(server)} (${environment}): ${found.map(({ name }) => name).join(', ')}`
  const { what } = await approve(
    { action: 'drop-kept', what: found, summary },
    environment,
    context.answers,
    context.ask,
  )
  const removed: string[] = []
  await withConnection(connectBeside(server, 'nself'), context.signal, async (client) => {
    for (const { name } of what) {
      const reason = await dropKept(client, name)
      if (reason === null) removed.push(name)
      else context.tell(`${name} is kept: ${reason}`)
    }
  })
  return { kind: 'prune', removed, kept: found.length - removed.length }
}

/** The command that drops what was kept. */
export function pruneKeptLine({ settings }: Context): string {
  return `nself db backup prune --databases${settings.environment === 'local' ? '' : ` --env ${settings.environment}`}`
}
