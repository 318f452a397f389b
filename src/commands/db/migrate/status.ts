import { type Entry, type State, waitsForRelease } from '../../../core/migration/state.ts'
import { contradictions } from '../../../core/plan/contradictions.ts'
import { leftDependency } from '../../../core/plan/refusals/left-dependency.ts'
import type { Client } from '../../../postgres/driver/pg.ts'
import { placeOf } from '../../../postgres/driver/server.ts'
import { nameOf, readRunner, readWorker } from '../../../postgres/lock/advisory-lock.ts'
import { readLastFailures } from '../../../postgres/tracking/last-failures.ts'
import { type BranchWithFile, branchWithFile } from '../../../project/git-branch.ts'
import { baseStatus } from '../../shared/base-status.ts'
import { type Context, type Look, look } from '../../shared/context.ts'
import { directionOf, type EntryLook, entryStatus, whenAndWho } from '../../shared/entry-status.ts'
import type { StatusResult } from '../../shared/migrate-results.ts'
import { statusWarnings } from '../../shared/status-warnings.ts'

export interface StatusOptions {
  readonly check: boolean
  /** Compare the database with what its applied migrations make. */
  readonly drift: boolean
  /** In owners and rights too; in production always. */
  readonly all: boolean
  /** A branch of git to compare the files with. */
  readonly base?: string | undefined
  /** Also whether each DOWN is proven. */
  readonly long: boolean
  /** `expand`: what waits until the new release is out is as it should be. */
  readonly phase?: 'expand' | undefined
}

/** Every migration with its state. Reads only. */
export async function status(context: Context, options: StatusOptions): Promise<StatusResult> {
  const found = await look(context, async ({ client }, seen) => {
    const closer = await lookCloser(client, seen)
    const downs =
      options.long && (await (await import('../../shared/proven-downs.ts')).provenDowns(context, client, seen))
    return { ...seen, ...closer, downs: downs || null, untracked: await untrackedIn(client, seen) }
  })
  const { server, history, state, running } = found
  const { environment } = context.settings
  const contradicted = contradictions(state)
  const refusals = [...contradicted, ...leftIn(state, options)]
  for (const warning of statusWarnings(history, refusals, environment)) context.tell(`Warning: ${warning}`)
  if (running !== null) context.tell(`Note: a run is in progress: ${nameOf(running.session)}`)
  const all = options.all || environment === 'production'
  const drift = options.drift
    ? await (await import('../../shared/find-drift.ts')).findDrift(context, server, state, all)
    : null
  const known = { ...found, branches: await branchesWithFiles(context, state) }
  const base = options.base === undefined ? null : await baseStatus(context, state, options.base)
  const drifted = drift !== null && drift.differences.length > 0
  return {
    kind: 'status',
    database: placeOf(server),
    environment,
    markedAs: history.facts.markedAs,
    isEmbedded: context.settings.target.kind === 'embedded',
    migrations: state.entries.map((entry) => entryStatus(entry, known)),
    repeatables: state.repeatables.map(({ name, status, ran, renamedTo }) => ({
      name,
      status,
      ...(renamedTo === undefined ? {} : { renamedTo }),
      ...whenAndWho(ran),
    })),
    drift,
    ...(base === null ? {} : { base }),
    ...(contradicted.length === 0 ? {} : { isContradicted: true }),
    ...(found.untracked === 0 ? {} : { untracked: found.untracked }),
    different: drifted || (base?.contradictions.length ?? 0) > 0 || isAnythingOpen(state, options.phase),
    checked: options.check,
    ...(options.phase === undefined ? {} : { phase: options.phase }),
  }
}

/** What keeps `up --phase expand` from running besides. */
function leftIn(state: State, { phase }: StatusOptions) {
  const left = phase === 'expand' ? leftDependency(state) : null
  return left === null ? [] : [left]
}

/** Whether something is not applied that should be by now. */
function isAnythingOpen({ entries, repeatables }: State, phase: StatusOptions['phase']): boolean {
  const isDue = (entry: Entry) => !(phase === 'expand' && waitsForRelease(entry))
  return (
    entries.some((entry) => entry.status !== 'applied' && isDue(entry)) ||
    repeatables.some((entry) => entry.status !== 'applied')
  )
}

/** How many tables there are in a database without a history; zero where it has one. */
async function untrackedIn(client: Client, { history: { facts } }: Look): Promise<number> {
  if (!facts.hasTables || facts.movedTo !== null) return 0
  const { readUntracked } = await import('../../../postgres/catalog/untracked.ts')
  return (await readUntracked(client, [])).tables
}

/** Who runs what, and why what failed did; asked only where something is not applied. */
async function lookCloser(
  client: Client,
  { history, state: { entries } }: Look,
): Promise<Pick<EntryLook, 'running' | 'failures'>> {
  // What looks partially applied may just be running.
  const failed = entries.filter((entry) => entry.status === 'failed')
  const pending = entries.find((entry) => entry.status === 'pending')
  const runner = failed.length > 0 || pending !== undefined ? await readRunner(client) : null
  if (runner === null) return { running: null, failures: await readLastFailures(client, history, failed.map(stopped)) }
  if (failed.length > 0) return { running: { session: runner, entries: failed }, failures: new Map() }
  // Of a migration that runs in a transaction nobody else sees a row: it is the first that is pending.
  const worker = await readWorker(client)
  const runs = pending !== undefined && worker?.application === 'nself up' ? [pending] : []
  return { running: { session: worker ?? runner, entries: runs }, failures: new Map() }
}

const stopped = ({ version, name, applied }: Entry) => ({ version, name, direction: directionOf(applied) })

/** By the name of a migration whose file is not here, the branch of git that has it; of the first few. */
async function branchesWithFiles({ settings }: Context, { entries }: State): Promise<Map<string, BranchWithFile>> {
  const found = new Map<string, BranchWithFile>()
  for (const { name } of entries.filter(({ status }) => status === 'missing').slice(0, 5)) {
    const branch = await branchWithFile(settings.migrationsDir, `${name}.sql`)
    if (branch !== null) found.set(name, branch)
  }
  return found
}
