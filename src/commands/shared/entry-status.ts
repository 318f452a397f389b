import type { Direction } from '../../core/migration/marker.ts'
import type { Applied } from '../../core/migration/migration.ts'
import { locateIn } from '../../core/migration/section-text.ts'
import type { Entry, State } from '../../core/migration/state.ts'
import type { OtherSession } from '../../postgres/lock/advisory-lock.ts'
import type { BranchWithFile } from '../../project/git-branch.ts'
import type { StatusResult } from './migrate-results.ts'

type EntryStatus = StatusResult['migrations'][number]

/** A run that goes on. */
interface Running {
  readonly session: OtherSession
  /** What it works on. */
  readonly entries: readonly Entry[]
}

/** What is known of migrations besides their files and rows. */
export interface EntryLook {
  readonly state: State
  readonly running: Running | null
  /** What PostgreSQL said when a migration failed last, by its name. */
  readonly failures: ReadonlyMap<string, string>
  /** By the name of a migration whose file is not here, the branch of git that has it. */
  readonly branches: ReadonlyMap<string, BranchWithFile>
  /** The migrations whose DOWN is proven; null where nobody asks for it. */
  readonly downs: ReadonlySet<string> | null
}

/** What status says of a migration. */
export function entryStatus(entry: Entry, { state, running, failures, branches, downs }: EntryLook): EntryStatus {
  return {
    ...recordOf(entry, running),
    ...fileElsewhere(entry, state, branches),
    ...squashOf(entry),
    ...partOf(entry, failures),
    ...batchesOf(entry),
    ...(downs === null ? {} : { down: downOf(entry, downs) }),
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

/** When something was applied, and by whom; nulls where it was not. */
export function whenAndWho(row: Pick<Applied, 'appliedAt' | 'durationMs' | 'appliedBy' | 'branch'> | null) {
  return {
    appliedAt: row?.appliedAt ?? null,
    durationMs: row?.durationMs ?? null,
    appliedBy: row?.appliedBy ?? null,
    branch: row?.branch ?? null,
  }
}

/** Which way one goes that has begun. */
export const directionOf = (applied: Applied | null): Direction => (applied?.state === 'reverting' ? 'down' : 'up')

const runnerOf = ({ seconds, role, address }: OtherSession) => ({
  seconds,
  role,
  address: address?.replace(/\/\d+$/, '') ?? null,
})

function downOf({ name, file, applied }: Entry, proven: ReadonlySet<string>): NonNullable<EntryStatus['down']> {
  const hasDown = file === null ? applied?.revertible === true : file.down !== null
  return !hasDown ? 'none' : proven.has(name) ? 'proven' : 'unproven'
}

/** Of one that is missing here: the file that has its text under another number, and the branch that has its own. */
function fileElsewhere(
  { name, status, applied }: Entry,
  { entries }: State,
  branches: ReadonlyMap<string, BranchWithFile>,
): Pick<EntryStatus, 'renamedTo' | 'branchWithFile'> {
  if (status !== 'missing') return {}
  const file = entries.find(({ sameAs }) => sameAs !== null && sameAs === applied)
  const branch = branches.get(name)
  return {
    ...(file === undefined ? {} : { renamedTo: file.name }),
    ...(branch === undefined ? {} : { branchWithFile: branch }),
  }
}

/** How far the batches have come of one that has begun and is not done. */
function batchesOf({ status, applied }: Entry): Pick<EntryStatus, 'batches'> {
  if (status !== 'failed' || applied === null || applied.batches === null) return {}
  const { batches, rows, of } = applied.batches
  return { batches: { batches, rows, of, direction: directionOf(applied) } }
}

/** What is missing only because another file stands for it is applied to whoever looks. */
const shownStatus = ({ status, partOf }: Entry) => (status === 'missing' && partOf !== null ? 'applied' : status)

/** What it stands for, or what stands for it. */
function squashOf({ file, applied, partOf }: Entry): Pick<EntryStatus, 'standsFor' | 'partOf'> {
  const count = file?.replaces.length || applied?.replaced?.length || 0
  return { ...(count === 0 ? {} : { standsFor: count }), ...(partOf === null ? {} : { partOf: partOf.name }) }
}

/** How far one got that stopped outside a transaction, and why. */
function partOf(
  { status, name, file, applied }: Entry,
  failures: EntryLook['failures'],
): Pick<EntryStatus, 'statements' | 'failure'> {
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
