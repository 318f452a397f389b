import { certain } from '../../core/certain.ts'
import type { Effect } from '../../core/effect.ts'
import type { Batch } from '../../core/migration/batch.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Report } from '../../core/report.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { must } from '../driver/must.ts'
import { type Outcome, send } from '../driver/send.ts'
import { Blockers } from '../lock/blockers.ts'
import type { History } from '../tracking/history.ts'
import { storeFingerprintSql } from '../tracking/stored-fingerprint.ts'
import { runInBatches } from './batches.ts'
import { clearAutovacuum } from './clear-autovacuum.ts'
import { beginWatching, type WatchStart, zeroCountsSql } from './effects.ts'
import { inOrder } from './in-order.ts'
import { LockPatience, type Patient } from './lock-patience.ts'
import { runOutsideTransaction, type StatementProgress } from './non-transactional.ts'
import { pipe } from './pipeline.ts'
import { failureOf, interruptionAt } from './run-ending.ts'
import type { RunOptions } from './run-options.ts'
import { RunProgress } from './run-progress.ts'
import { type Segment, segmentsOf } from './segments.ts'
import { cancelling, type Session } from './session.ts'
import { runInOneTransaction, throwIfLost } from './single-transaction.ts'
import { trackingChangesSql } from './tracking-changes.ts'
import type { Failed, MigrationWork, Work } from './transaction.ts'
import { workOf } from './works.ts'

/** What of a batch may go well the next time: a lock timeout, a deadlock, and a row that somebody else changed. */
const patienceOfBatches = { codes: new Set(['55P03', '40P01', '40001']), attempts: 20 }

/** The steps of a plan, run one after the other on a session that holds the lock. */
export class Run {
  readonly session: Session
  private readonly plan: Plan
  readonly options: RunOptions
  private readonly blockers: Blockers
  readonly progress: RunProgress
  /** The tables that steps are recorded in are there. */
  private tracked: Promise<void> = Promise.resolve()
  private closing: Promise<Outcome>[] = []
  /** The version with which is stored what the schema has become. */
  private last: string | null = null

  constructor(session: Session, plan: Plan, options: RunOptions) {
    this.session = session
    this.plan = plan
    this.options = options
    this.progress = new RunProgress(plan, options)
    this.blockers = new Blockers(session.connection, options.tell, () => this.progress.step?.name ?? '')
  }

  /** @throws NselfError `migration-failed` with a report, `interrupted`, `refused`; LostConnection. */
  async run(history: History): Promise<Report> {
    try {
      await this.steps(history)
      return this.progress.report()
    } finally {
      await this.blockers.stop()
    }
  }

  /** How many steps were told as done. */
  get done(): number {
    return this.progress.done
  }

  /** Told of what a transaction did, before it is told that it is done. */
  noteEffects(effects: readonly Effect[]): void {
    this.progress.noteEffects(effects)
  }

  private async steps(history: History): Promise<void> {
    const settling = trackingChangesSql(history.facts, this.plan, this.options)
    if (settling !== '')
      this.tracked = cancelling(this.session, this.options.signal, must(this.session.client, settling))
    this.tracked.catch(() => {})
    if (this.options.before) {
      await this.tracked
      await this.options.before(this.session.connection)
    }
    const works = await this.readWorks()
    this.last = lastApplied(this.plan, history)
    if (this.options.singleTransaction) await this.together(works)
    else await this.segments(segmentsOf(works))
    await this.tracked
    if (this.closing.length === 0) this.close()
    const failed = (await Promise.all(this.closing)).some(({ error }) => error !== null)
    if (failed) await send(this.session.client, 'ROLLBACK')
  }

  private async readWorks(): Promise<Work[]> {
    const start = await this.beginWatching()
    const works: Work[] = []
    for (const step of this.plan.steps)
      works.push(await workOf(this.session.client, step, start, this.options.variables))
    this.progress.begin(works)
    return works
  }

  private async segments(segments: readonly Segment[]): Promise<void> {
    for (const segment of segments) {
      if (segment.kind === 'pipe') await this.pipeline(segment.works, segment === segments.at(-1))
      else if (segment.kind === 'outside') await this.outside(segment.work)
      else await this.together(segment.works, this.patience())
    }
  }

  /** Has the session left clean, and stored what the schema has become. All is done by then: nothing here may fail the run. */
  private close(): void {
    const { client } = this.session
    const forgets = this.plan.action === 'down' || this.options.isScratch === true
    this.closing = [send(client, 'DISCARD ALL')]
    if (!forgets && this.last !== null)
      this.closing.push(send(client, storeFingerprintSql(this.last, this.options.environment === 'production')))
  }

  /** Null where nothing need be watched. */
  private async beginWatching(): Promise<WatchStart | null> {
    if (!this.plan.steps.some(({ watch }) => watch !== undefined)) return null
    await this.tracked
    return beginWatching(this.session.client, this.session.pooled || this.options.singleTransaction)
  }

  private async pipeline(works: readonly MigrationWork[], endsRun: boolean): Promise<void> {
    const { session, options } = this
    const onDone = (work: Work) => this.finished(work)
    const attempt = (at: number) => {
      if (works.some(({ watched }) => watched?.start.keepsCounts === false)) void send(session.client, zeroCountsSql)
      const onSent = endsRun ? () => this.close() : () => {}
      return pipe(session, works.slice(at), { ...options, endsRun, onSent, onDone })
    }
    const stopped = await inOrder(session, works.length, attempt, {
      signal: options.signal,
      patience: this.patience(),
      nameOf: (at) => works[at]?.step.name ?? '',
      ready: () => this.tracked,
    })
    if (stopped === null) return
    const work = certain(works[stopped.at])
    throw stopped.failed === null ? await interruptionAt(this, work) : await failureOf(this, work, stopped.failed)
  }

  private patience(more: Pick<Patient, 'codes' | 'attempts'> = {}): LockPatience {
    const clear = (failed: Failed) => clearAutovacuum(this.session.client, failed)
    return new LockPatience({ ...this.options, blocker: () => this.blockers.last, clear, ...more })
  }

  /** @param patience tells whether to try again what somebody else's lock keeps from running; once without it. */
  private async together(works: readonly Work[], patience: LockPatience | null = null): Promise<void> {
    await this.tracked
    for (;;) {
      if (works.some(({ watched }) => watched?.start.keepsCounts === false))
        await send(this.session.client, zeroCountsSql)
      const stopped = await runInOneTransaction(this.session, works, this.options)
      if (stopped === null) break
      const { work, failed } = stopped
      if (!(await patience?.allows(work.step.name, failed))) throw await failureOf(this, work, failed)
    }
    for (const work of works) this.finished(work)
  }

  private async outside(work: MigrationWork): Promise<void> {
    await this.tracked
    const { signal } = this.options
    const { batch } = work.section
    const running =
      batch === null
        ? runOutsideTransaction(this.session, work, { ...this.options, patience: () => this.patience() })
        : this.inBatches(work, batch)
    const { failed, done, batches } = await cancelling(this.session, signal, running).catch(async (error) => {
      // A cancel request can hit what is sent between two statements.
      throw signal.aborted && !(error instanceof LostConnection) ? await interruptionAt(this, work) : error
    })
    if (failed !== null) {
      throwIfLost(failed)
      throw await failureOf(this, work, failed, done, batches)
    }
    this.finished(work)
  }

  private inBatches(work: MigrationWork, batch: Batch): Promise<StatementProgress> {
    return runInBatches(this.session, work, batch, {
      ...this.options,
      patience: () => this.patience(patienceOfBatches),
      onBatch: (done, size) => {
        this.blockers.moved()
        this.options.onBatch?.(work.step, done, size)
      },
    })
  }

  private finished(work: Work): void {
    this.blockers.moved()
    this.progress.finished(work)
  }
}

/** The last migration that is applied once a plan is done. */
function lastApplied({ steps }: Plan, { rows }: History): string | null {
  const last = steps.findLast(({ kind }) => kind === 'migration') ?? rows.findLast(({ state }) => state === 'applied')
  return last?.version ?? null
}
