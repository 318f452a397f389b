import { NselfError } from '../../core/errors.ts'
import { interruption } from '../../core/interruption.ts'
import type { Migration } from '../../core/migration/migration.ts'
import { type Connection, cancel, connect, disconnect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import { withScratchConnection } from '../scratch/read.ts'
import { type ReplayOptions, replay } from '../scratch/replay.ts'
import type { Scratch, ScratchServer } from '../scratch/scratch.ts'
import { type DatabaseLook, lookAt, prepareLooks } from './look.ts'
import type { ProofPlace, Visit } from './place.ts'
import {
  type FileProof,
  fitsTransaction,
  proveAlone,
  proveWithin,
  type Revertible,
  restoresSchema,
} from './prove-file.ts'
import { runAlone, type SectionFailure } from './run-section.ts'

/** What was found of a migration that was to be proven. */
export interface Proof extends FileProof {
  readonly file: Migration
  /** DOWN brings back the schema, and UP makes the same again. */
  readonly isProven: boolean
}

/** A file of which UP does not run, so that nothing after it can be looked at. */
export interface BrokenUp extends SectionFailure {
  readonly file: Migration
}

export interface HistoryProof {
  readonly proofs: readonly Proof[]
  readonly broken: BrokenUp | null
}

/**
 * Proves migrations in the order of their history: each on what those before it make. Those that need no proof are
 * replayed, the ones before the first that does from a template where there is one.
 * @param files all of the history.
 * @param wanted whether a file is to be proven.
 * @param visits what else is to be looked at on the way.
 * @param keep whether a template of what comes before is kept for the next time.
 * @throws NselfError as replay, for what stands before the first that is wanted; `interrupted`.
 */
export async function proveHistory(
  scratch: Scratch,
  files: readonly Migration[],
  wanted: (file: Migration) => boolean,
  visits: readonly Visit[],
  keep: boolean,
  options: ReplayOptions,
): Promise<HistoryProof> {
  const isLookedAt = (file: Migration) => wanted(file) || visits.some((visit) => visit.wanted(file))
  const first = files.findIndex(isLookedAt)
  if (first === -1) return { proofs: [], broken: null }
  const last = files.findLastIndex(isLookedAt)
  const server = first === 0 ? await scratch.create() : await replay(scratch, files.slice(0, first), keep, options)
  const walk = new Walk(scratch, server, visits, options)
  try {
    for (const [i, file] of files.slice(first, last + 1).entries()) {
      options.progress(`proving ${file.name} (${i + 1} of ${last - first + 1})`)
      await walk.visitAt(file)
      const failed = await walk.step(file, wanted(file))
      if (failed !== null) return { proofs: walk.proofs, broken: { ...failed, file } }
      await walk.leave(file)
    }
    return { proofs: walk.proofs, broken: null }
  } finally {
    await walk.close()
  }
}

/** Goes over a scratch database, one migration at a time. */
class Walk {
  readonly proofs: Proof[] = []
  private readonly scratch: Scratch
  private readonly server: ScratchServer
  private readonly visits: readonly Visit[]
  private readonly options: ReplayOptions
  private readonly provided = new Set<string>()
  private open: Connection | null = null
  /** The look at the database as it is; null where nobody has looked since it changed. */
  private now: DatabaseLook | null = null

  constructor(scratch: Scratch, server: ScratchServer, visits: readonly Visit[], options: ReplayOptions) {
    this.scratch = scratch
    this.server = server
    this.visits = visits
    this.options = options
  }

  private readonly place: ProofPlace = { client: () => this.client(), onCopy: (use) => this.lendCopy(use) }

  private readonly stop = () => {
    if (this.open !== null) void cancel(this.open)
  }

  async visitAt(file: Migration): Promise<void> {
    this.refuseWhenInterrupted()
    for (const visit of this.visits) if (visit.wanted(file)) await visit.at(this.place, file)
  }

  async leave(file: Migration): Promise<void> {
    const proof = this.proofs.at(-1)
    const restores = proof?.file === file && proof.isProven && !proof.reorders && proof.rowsDiffer.length === 0
    for (const visit of this.visits) if (visit.wanted(file)) await visit.after?.(this.place, file, restores)
  }

  private refuseWhenInterrupted(): void {
    const { signal } = this.options
    if (!signal.aborted) return
    throw new NselfError(interruption(signal), 'interrupted; nothing was written, and the scratch databases are gone')
  }

  async step(file: Migration, wanted: boolean): Promise<SectionFailure | null> {
    this.refuseWhenInterrupted()
    if (!wanted || !isRevertible(file)) return this.apply(file)
    const client = await this.client()
    if (fitsTransaction(file)) {
      this.now ??= await lookAt(client)
      const within = await proveWithin(client, file, this.now)
      if (within !== null) {
        this.proofs.push({ ...within.proof, file, isProven: restoresSchema(within.proof) })
        this.now = within.after
        return within.after === null ? this.apply(file) : null
      }
    }
    const proof = await this.lendCopy((client) => proveAlone(client, file))
    if (await this.provides(proof.upFails)) return this.step(file, wanted)
    this.proofs.push({ ...proof, file, isProven: restoresSchema(proof) })
    return this.apply(file)
  }

  async close(): Promise<void> {
    const { open } = this
    this.open = null
    if (open === null) return
    this.options.signal.removeEventListener('abort', this.stop)
    await disconnect(open)
  }

  private async apply(file: Migration): Promise<SectionFailure | null> {
    this.now = null
    const client = await this.client()
    const failure = await runAlone(client, file, file.up)
    return (await this.provides(failure)) ? this.apply(file) : failure
  }

  /** Makes a role that no statement names as such and that turned out to be needed. */
  private async provides(failure: SectionFailure | null): Promise<boolean> {
    const role = failure === null ? null : missingRole(failure)
    if (role === null || this.provided.has(role)) return false
    this.provided.add(role)
    return this.options.provide(role)
  }

  /** A copy can be made only of a database to which nobody is connected. */
  private async lendCopy<T>(use: (client: Client) => Promise<T>): Promise<T> {
    // What it needs is in the copy too.
    await this.client()
    await this.close()
    const copy = await this.scratch.create(this.server)
    try {
      return await withScratchConnection(copy, use, this.options.signal)
    } finally {
      // While the walk goes on.
      void this.scratch.drop(copy)
    }
  }

  private async client() {
    if (this.open === null) {
      this.open = await connect(this.server, 'nself')
      const { open } = this
      this.options.signal.addEventListener('abort', this.stop)
      await prepareLooks(open.client)
      for (const { prepareSql } of this.visits) if (prepareSql !== '') await open.client.query(prepareSql)
    }
    return this.open.client
  }
}

const isRevertible = (file: Migration): file is Revertible => file.down !== null

function missingRole({ error }: SectionFailure): string | null {
  return error.code === '42704' ? (/^role "(.*)" does not exist$/.exec(error.message)?.[1] ?? null) : null
}
