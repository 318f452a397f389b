import type { Environment } from '../../../core/environment.ts'
import type { Entry, State } from '../../../core/migration/state.ts'
import { contradictions } from '../../../core/plan/contradictions.ts'
import { placeOf } from '../../../postgres/driver/server.ts'
import { nameOf, readRunner } from '../../../postgres/lock/advisory-lock.ts'
import type { History } from '../../../postgres/tracking/history.ts'
import { branchWithFile } from '../../../project/git-branch.ts'
import { type Context, look } from '../../shared/context.ts'
import type { StatusResult } from '../../shared/migrate-results.ts'

export interface StatusOptions {
  readonly check: boolean
  /** Compare the database with what its applied migrations make. */
  readonly drift: boolean
  /** In owners and rights too; in production always. */
  readonly all: boolean
}

/** Every migration with its state. Reads only. */
export async function status(context: Context, options: StatusOptions): Promise<StatusResult> {
  const { server, history, state, runner } = await look(context, async ({ client }, found) => {
    // What looks partially applied may just be running.
    const isPartial = found.state.entries.some((entry) => entry.status === 'failed')
    return { ...found, runner: isPartial ? await readRunner(client) : null }
  })
  const { environment } = context.settings
  for (const warning of warningsOf(history, state, environment)) context.tell(`Warning: ${warning}`)
  if (runner !== null) context.tell(`Note: a run is in progress: ${nameOf(runner)}`)
  const all = options.all || environment === 'production'
  const drift = options.drift
    ? await (await import('../../shared/find-drift.ts')).findDrift(context, server, state, all)
    : null
  const branches = await branchesWithFiles(context, state)
  const drifted = drift !== null && drift.differences.length > 0
  return {
    kind: 'status',
    database: placeOf(server),
    environment,
    markedAs: history.facts.markedAs,
    isEmbedded: context.settings.target.kind === 'embedded',
    migrations: state.entries.map((entry) => ({
      version: entry.version,
      name: entry.name,
      status: entry.status === 'failed' && runner !== null ? 'running' : entry.status,
      outOfOrder: entry.outOfOrder,
      appliedAt: entry.applied?.appliedAt ?? null,
      durationMs: entry.applied?.durationMs ?? null,
      appliedBy: entry.applied?.appliedBy ?? null,
      branch: entry.applied?.branch ?? null,
      ...(branches.get(entry.name) ? { branchWithFile: branches.get(entry.name) } : {}),
      ...partOf(entry),
    })),
    drift,
    different: drifted || state.entries.some((entry) => entry.status !== 'applied'),
    checked: options.check,
  }
}

/** By the name of a migration whose file is not here, the branch of git that has it; of the first few. */
async function branchesWithFiles({ settings }: Context, { entries }: State): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const { name } of entries.filter(({ status }) => status === 'missing').slice(0, 5)) {
    const branch = await branchWithFile(settings.migrationsDir, `${name}.sql`)
    if (branch !== null) found.set(name, branch)
  }
  return found
}

/** What is wrong with what the database remembers, each with the command that ends it. */
function warningsOf({ facts }: History, state: State, environment: Environment): string[] {
  const { markedAs, markLost, movedTo } = facts
  const mark = markLost
    ? `the database has lost its environment mark and counts as production until it has one again: nself db migrate repair --env production --mark-environment ${environment}`
    : markedAs !== null && markedAs !== environment
      ? `the database is marked ${markedAs}, but this command runs for ${environment}`
      : null
  return [
    mark,
    ...contradictions(state).map(({ message, hint }) => `${message}: ${hint}`),
    facts.lost
      ? 'the table nself.migrations is gone; to rebuild it from the journal: nself db migrate repair --rebuild'
      : null,
    movedTo === null
      ? null
      : `the schema nself was renamed to ${movedTo}; to rename it back: nself db migrate repair --restore-tables`,
    facts.unjournaled
      ? 'the table nself.journal is gone; to create it again: nself db migrate repair --restore-tables'
      : null,
  ].filter((warning) => warning !== null)
}

/** How far one got that stopped outside a transaction. */
function partOf({ status, file, applied }: Entry): Pick<StatusResult['migrations'][number], 'statements'> {
  if (status !== 'failed' || file === null || applied === null || applied.statementsDone === 0) return {}
  const direction = applied.state === 'reverting' ? 'down' : 'up'
  const total = file[direction]?.statements.length ?? 0
  return total < applied.statementsDone ? {} : { statements: { done: applied.statementsDone, total, direction } }
}
