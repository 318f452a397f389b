import type { Direction } from '../../../core/migration/marker.ts'
import type { Applied } from '../../../core/migration/migration.ts'
import { locateIn } from '../../../core/migration/section-text.ts'
import { type Entry, type State, waitsForRelease } from '../../../core/migration/state.ts'
import { contradictions } from '../../../core/plan/contradictions.ts'
import type { Client } from '../../../postgres/driver/pg.ts'
import { placeOf } from '../../../postgres/driver/server.ts'
import { nameOf, type OtherSession, readRunner, readWorker } from '../../../postgres/lock/advisory-lock.ts'
import { readLastFailures } from '../../../postgres/tracking/last-failures.ts'
import { type BranchWithFile, branchWithFile } from '../../../project/git-branch.ts'
import { baseStatus } from '../../shared/base-status.ts'
import { type Context, type Look, look } from '../../shared/context.ts'
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
  const { server, history, state, running, downs } = found
  const { environment } = context.settings
  for (const warning of statusWarnings(history, state, environment, options.phase)) context.tell(`Warning: ${warning}`)
  if (running !== null) context.tell(`Note: a run is in progress: ${nameOf(running.session)}`)
  const all = options.all || environment === 'production'
  const drift = options.drift
    ? await (await import('../../shared/find-drift.ts')).findDrift(context, server, state, all)
    : null
  const branches = await branchesWithFiles(context, state)
  const base = options.base === undefined ? null : await baseStatus(context, state, options.base)
  const drifted = drift !== null && drift.differences.length > 0
  return {
    kind: 'status',
    database: placeOf(server),
    environment,
    markedAs: history.facts.markedAs,
    isEmbedded: context.settings.target.kind === 'embedded',
    migrations: state.entries.map((entry) => ({
      ...recordOf(entry, running),
      ...fileElsewhere(entry, state, branches),
      ...squashOf(entry),
      ...partOf(entry, found.failures),
      ...batchesOf(entry),
      ...(downs === null ? {} : { down: downOf(entry, downs) }),
    })),
    repeatables: state.repeatables.map(({ name, status, ran, renamedTo }) => ({
      name,
      status,
      ...(renamedTo === undefined ? {} : { renamedTo }),
      ...whenAndWho(ran),
    })),
    drift,
    ...(base === null ? {} : { base }),
    ...(contradictions(state).length === 0 ? {} : { isContradicted: true }),
    ...(found.untracked === 0 ? {} : { untracked: found.untracked }),
    different: drifted || (base?.contradictions.length ?? 0) > 0 || isAnythingOpen(state, options.phase),
    checked: options.check,
    ...(options.phase === undefined ? {} : { phase: options.phase }),
  }
}

/** What the files and the history say of a migration; of one that runs now, that it does, and for whom. */
function recordOf(entry: Entry, running: Running | null) {
  return {
    version: entry.version,
    name: entry.name,
    status: running?.entries.includes(entry) === true ? ('running' as const) : shownStatus(entry),
    outOfOrder: entry.outOfOrder,
    phase: entry.file?.phase ?? null,
    ...whenAndWho(entry.applied),
    ...(running?.entries.includes(entry) === true ? { runner: runnerOf(running.session) } : {}),
  }
}

function whenAndWho(row: Pick<Applied, 'appliedAt' | 'durationMs' | 'appliedBy' | 'branch'> | null) {
  return {
    appliedAt: row?.appliedAt ?? null,
    durationMs: row?.durationMs ?? null,
    appliedBy: row?.appliedBy ?? null,
    branch: row?.branch ?? null,
  }
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

interface Running {
  readonly session: OtherSession
  /** What it works on. */
  readonly entries: readonly Entry[]
}

interface CloserLook {
  readonly running: Running | null
  /** What PostgreSQL said when a migration failed last, by its name. */
  readonly failures: ReadonlyMap<string, string>
}

/** Who runs what, and why what failed did; asked only where something is not applied. */
async function lookCloser(client: Client, { history, state: { entries } }: Look): Promise<CloserLook> {
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

const directionOf = (applied: Applied | null): Direction => (applied?.state === 'reverting' ? 'down' : 'up')

const runnerOf = ({ seconds, role, address }: OtherSession) => ({
  seconds,
  role,
  address: address?.replace(/\/\d+$/, '') ?? null,
})

function downOf({ name, file, applied }: Entry, proven: ReadonlySet<string>): 'proven' | 'unproven' | 'none' {
  const hasDown = file === null ? applied?.revertible === true : file.down !== null
  return !hasDown ? 'none' : proven.has(name) ? 'proven' : 'unproven'
}

/** By the name of a migration whose file is not here, the branch of git that has it; of the first few. */
async function branchesWithFiles({ settings }: Context, { entries }: State): Promise<Map<string, BranchWithFile>> {
  const found = new Map<string, BranchWithFile>()
  for (const { name } of entries.filter(({ status }) => status === 'missing').slice(0, 5)) {
    const branch = await branchWithFile(settings.migrationsDir, `${name}.sql`)
    if (branch !== null) found.set(name, branch)
  }
  return found
}

/** Of one that is missing here: the file that has its text under another number, and the branch that has its own. */
function fileElsewhere(
  { name, status, applied }: Entry,
  { entries }: State,
  branches: ReadonlyMap<string, BranchWithFile>,
): Pick<StatusResult['migrations'][number], 'renamedTo' | 'branchWithFile'> {
  if (status !== 'missing') return {}
  const file = entries.find(({ sameAs }) => sameAs !== null && sameAs === applied)
  const branch = branches.get(name)
  return {
    ...(file === undefined ? {} : { renamedTo: file.name }),
    ...(branch === undefined ? {} : { branchWithFile: branch }),
  }
}

/** How far the batches have come of one that has begun and is not done. */
function batchesOf({ status, applied }: Entry): Pick<StatusResult['migrations'][number], 'batches'> {
  if (status !== 'failed' || applied === null || applied.batches === null) return {}
  const { batches, rows, of } = applied.batches
  return { batches: { batches, rows, of, direction: directionOf(applied) } }
}

/** What is missing only because another file stands for it is applied to whoever looks. */
const shownStatus = ({ status, partOf }: Entry) => (status === 'missing' && partOf !== null ? 'applied' : status)

/** What it stands for, or what stands for it. */
function squashOf({ file, applied, partOf }: Entry): Pick<StatusResult['migrations'][number], 'standsFor' | 'partOf'> {
  const count = file?.replaces.length || applied?.replaced?.length || 0
  return { ...(count === 0 ? {} : { standsFor: count }), ...(partOf === null ? {} : { partOf: partOf.name }) }
}

/** How far one got that stopped outside a transaction, and why. */
function partOf(
  { status, name, file, applied }: Entry,
  failures: CloserLook['failures'],
): Pick<StatusResult['migrations'][number], 'statements' | 'failure'> {
  if (status !== 'failed' || applied === null) return {}
  const direction = directionOf(applied)
  const section = file?.[direction] ?? null
  const message = failures.get(name) ?? null
  const done = applied.statementsDone
  const total = section?.statements.length ?? 0
  const next = section?.statements.at(done)
  // Of a transaction of the file's own nobody knows which of its statements failed.
  const isKnown = file !== null && section !== null && next !== undefined && section.blocks === 0
  const line = isKnown ? locateIn(section, file.path, next.start, '', 0).line : null
  return {
    ...(total < done || total === 0 ? {} : { statements: { done, total, direction } }),
    ...(message === null && line === null ? {} : { failure: { message, line } }),
  }
}
