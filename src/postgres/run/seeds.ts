import { certain } from '../../core/certain.ts'
import { type Effect, parseEffects } from '../../core/effect.ts'
import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import type { Approved } from '../../core/guard/guard.ts'
import { interruption } from '../../core/interruption.ts'
import { compareSeeds, planSeeds, type Seed } from '../../core/migration/seed.ts'
import type { SeedReport } from '../../core/report.ts'
import type { Connection } from '../driver/connect.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { must } from '../driver/must.ts'
import { send } from '../driver/send.ts'
import { type Server, spokenPlace } from '../driver/server.ts'
import { Blockers } from '../lock/blockers.ts'
import { type Locking, withLock } from '../lock/with-lock.ts'
import { journalSql } from '../tracking/journal-entry.ts'
import { readSeeded, recordSeedSql, seedTableSql } from '../tracking/seed-history.ts'
import { toldState } from './effect-states.ts'
import { beginWatching, verdictSql, type WatchStart, watched, zeroCountsSql } from './effects.ts'
import { migrationFailure } from './failure.ts'
import { inOrder } from './in-order.ts'
import { LockPatience } from './lock-patience.ts'
import { wholeMessage } from './messages.ts'
import { openTracked } from './open-tracked.ts'
import type { Piped } from './pipeline.ts'
import { effectRefusal, unapprovedEffects } from './refusal.ts'
import { withEffects } from './report.ts'
import type { Session } from './session.ts'
import {
  asConnectedSql,
  cleanSqlOf,
  constraintsSql,
  type Failed,
  openingSql,
  type Script,
  sendWork,
} from './transaction.ts'

export interface SeedOptions extends Locking {
  readonly environment: Environment
  /** Also those that have run as they are. */
  readonly again?: boolean
  /** The command line that approves what a seed was rolled back for. */
  readonly approveLine?: string
  readonly onSeed: (seed: Seed, outcome: 'done' | 'failed') => void
  readonly onProgress: (seed: Seed, done: number, total: number) => void
}

/**
 * Runs approved seeds under the lock of the database, each in a transaction with its row. Those that another
 * run has done meanwhile are left out.
 * @throws NselfError `seed-failed` with the report of what was done; `locked`, `connection`, `interrupted`.
 */
export function runSeeds(
  server: Server,
  approved: Approved<readonly Seed[]>,
  options: SeedOptions,
): Promise<SeedReport> {
  return withLock(server, 'nself seed', options, async (connection, lock) => {
    const session = await openTracked(connection, options.environment, options)
    const rows = await readSeeded(session.client)
    if (rows === null) await must(session.client, seedTableSql)
    const seeds = planSeeds(compareSeeds(approved.what, rows ?? [], []), options.again)
    const signal = AbortSignal.any([options.signal, lock.lost])
    const watches = seeds.some(({ watch }) => watch !== undefined)
    const start = watches ? await beginWatching(session.client, session.pooled) : null
    return new SeedRun(session, seeds, { ...options, signal }, start).run(connection)
  })
}

class SeedRun {
  private readonly session: Session
  private readonly seeds: readonly Seed[]
  private readonly options: SeedOptions
  private readonly start: WatchStart | null
  /** What was told of each seed's doings, by its name. */
  private readonly effects = new Map<string, readonly Effect[]>()
  private done = 0

  constructor(session: Session, seeds: readonly Seed[], options: SeedOptions, start: WatchStart | null) {
    this.session = session
    this.seeds = seeds
    this.options = options
    this.start = start
  }

  async run(connection: Connection): Promise<SeedReport> {
    const { tell, signal } = this.options
    connection.onNotice = (message, severity, { code, detail }) => {
      const effects = code === toldState ? parseEffects(detail) : null
      if (effects === null) tell(`${severity}: ${message}`)
      else this.effects.set(this.seeds[this.done]?.name ?? '', effects)
    }
    const nameOf = (at: number) => this.seeds[at]?.name ?? ''
    const blockers = new Blockers(connection, tell, () => nameOf(this.done))
    const patience = new LockPatience({ ...this.options, blocker: () => blockers.last })
    try {
      const attempt = (at: number) => this.from(at, blockers)
      const stopped = await inOrder(this.session, this.seeds.length, attempt, { signal, patience, nameOf })
      if (stopped === null) return this.report(null)
      const seed = certain(this.seeds[stopped.at])
      throw stopped.failed === null ? this.interrupted(seed) : await this.failure(seed, stopped.failed)
    } catch (error) {
      throw error instanceof LostConnection ? this.lost(nameOf(this.done), error) : error
    } finally {
      await blockers.stop()
    }
  }

  /** The seeds from one of them on, each when the one before is done. */
  private async from(at: number, blockers: Blockers): Promise<Piped> {
    const { onProgress, onSeed, signal } = this.options
    let sent = 0
    for (const seed of this.seeds.slice(at)) {
      if (signal.aborted) break
      onProgress(seed, this.done, this.seeds.length)
      const failed = await this.transaction(seed)
      sent++
      if (failed !== null) return { failed: { ...failed, index: sent - 1 }, sent }
      this.done++
      blockers.moved()
      onSeed(seed, 'done')
    }
    return { failed: null, sent }
  }

  private async transaction(seed: Seed): Promise<Failed | null> {
    const { session, options } = this
    const { up: section } = seed.file
    const script: Script = { step: seed, section, whole: wholeMessage(section) }
    const watch = watched(seed.watch, this.start)
    if (watch?.start.keepsCounts === false) void send(session.client, zeroCountsSql)
    const opening = send(
      session.client,
      openingSql(session, section, { asynchronous: false, after: null, watched: watch }),
    )
    const verdict = watch === null ? '' : `${verdictSql(watch)}; `
    const cleaning = session.pooled ? `${cleanSqlOf(session)}; ` : ''
    const record = () => asConnectedSql(recordSeedSql(seed, options.environment))
    const closing = () => `${constraintsSql(section)}; ${record()}; ${verdict}${cleaning}COMMIT`
    const failed = await sendWork(session, script, closing)
    const outcome = await opening
    return outcome.error === null ? failed : { message: null, outcome }
  }

  private async failure(seed: Seed, failed: Failed): Promise<NselfError> {
    if (this.options.signal.aborted) return this.interrupted(seed)
    this.options.onSeed(seed, 'failed')
    const effects = unapprovedEffects(failed.outcome.error)
    if (effects !== null) {
      const of = { version: 'NULL', name: seed.name, file: seed.file }
      const { environment, approveLine = '' } = this.options
      await must(this.session.client, journalSql('seed', of, 'refused', environment, null, effects))
      return effectRefusal(seed.name, effects, { kind: 'seed', ...this.report(seed) }, approveLine)
    }
    const report = { kind: 'seed', ...this.report(seed) } as const
    return migrationFailure(this.session.client, { step: seed, section: seed.file.up }, failed, report)
  }

  private interrupted({ name }: Seed): NselfError {
    return new NselfError(interruption(this.options.signal), `interrupted at ${name}, which was rolled back`, {
      report: { kind: 'seed', ...this.report(null) },
      hint: 'run the command again: it continues from there',
    })
  }

  private lost(name: string, error: LostConnection): NselfError {
    const place = spokenPlace(this.session.connection.server)
    return new NselfError('connection', `the connection to ${place} was lost at ${name}: ${error.reason}`, {
      report: { kind: 'seed', ...this.report(null) },
      hint: 'run the command again: a seed that is recorded was done as a whole and is skipped; any other was not done at all',
      cause: error,
    })
  }

  private report(failed: Seed | null): SeedReport {
    const steps = this.seeds.map((seed, i) => {
      const outcome = i < this.done ? ('done' as const) : seed === failed ? ('failed' as const) : ('not-run' as const)
      return withEffects({ name: seed.name, outcome }, this.effects.get(seed.name))
    })
    return { action: 'seed', steps }
  }
}
