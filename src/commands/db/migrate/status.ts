import { placeOf } from '../../../postgres/connect.ts'
import { nameOf, type OtherSession, readRunner } from '../../../postgres/lock.ts'
import { type Context, look } from '../../context.ts'
import type { StatusResult } from '../../results.ts'

export interface StatusOptions {
  readonly check: boolean
  /** Compare the database with what its applied migrations make. */
  readonly drift: boolean
}

/** Every migration with its state. Reads only. */
export async function status(context: Context, options: StatusOptions): Promise<StatusResult> {
  let runner: OtherSession | null = null
  const { server, history, state } = await look(context, async ({ client }, { state }) => {
    // Half-way done is what is being done, too.
    if (state.entries.some((entry) => entry.status === 'failed')) runner = await readRunner(client)
  })
  const { environment } = context.settings
  const { markedAs } = history.facts
  if (markedAs !== null && markedAs !== environment) {
    context.tell(`Warning: the database is marked ${markedAs}, but this command believes it is ${environment}`)
  }
  if (runner !== null) context.tell(`Note: a run is under way: ${nameOf(runner)}`)
  const drift = options.drift ? await (await import('../schema/drift.ts')).findDrift(context, server, state) : null
  const drifted = drift !== null && drift.differences.length > 0
  return {
    kind: 'status',
    database: placeOf(server),
    environment,
    markedAs,
    migrations: state.entries.map((entry) => ({
      version: entry.version,
      name: entry.name,
      status: entry.status === 'failed' && runner !== null ? 'running' : entry.status,
      outOfOrder: entry.outOfOrder,
      appliedAt: entry.applied?.appliedAt ?? null,
      durationMs: entry.applied?.durationMs ?? null,
      appliedBy: entry.applied?.appliedBy ?? null,
    })),
    drift,
    different: options.check && (drifted || state.entries.some((entry) => entry.status !== 'applied')),
  }
}
