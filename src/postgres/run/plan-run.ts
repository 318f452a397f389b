import { certain } from '../../core/certain.ts'
import { addEffects, type Effect } from '../../core/effect.ts'
import { NselfError } from '../../core/errors.ts'
import type { Plan, Step } from '../../core/plan/plan.ts'
import type { Report, StepResult } from '../../core/report.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { must } from '../driver/must.ts'
import { type Outcome, send } from '../driver/send.ts'
import { Blockers } from '../lock/blockers.ts'
import { interruption } from '../lock/interruption.ts'
import type { History } from '../tracking/history.ts'
import { storeFingerprintSql } from '../tracking/stored-fingerprint.ts'
import { beginWatching, type WatchStart, zeroCountsSql } from './effects.ts'
import { migrationFailure } from './failure.ts'
import { inOrder } from './in-order.ts'
import { journalEnding } from './journal.ts'
import { LockPatience } from './lock-patience.ts'
import { runOutsideTransaction } from './non-transactional.ts'
import { pipe } from './pipeline.ts'
import { effectRefusal, unapprovedEffects } from './refusal.ts'
import { reportOf, withEffects } from './report.ts'
import type { RunOptions } from './run-options.ts'
import { cancelling, type Session } from './session.ts'
import { settlingSql } from './settling.ts'
import { runInOneTransaction, throwIfLost } from './single-transaction.ts'
import type { Failed, Work } from './transaction.ts'
import { workOf } from './works.ts'

/** The steps of a plan, run one after the other on a session that holds the lock. */
export class Run {
  private readonly session: Session
  private readonly plan: Plan
  private readonly options: RunOptions
  private readonly blockers: Blockers
  /** What was told of each step's doings, by its name. */
  private readonly effects = new Map<string, readonly Effect[]>()
  /** How many steps were told as done. */
  done = 0
  /** The tables that steps are recorded in are there. */
  private tracked: Promise<void> = Promise.resolve()
  private closing: Promise<Outcome>[] = []
  private readonly works: Work[] = []

  constructor(session: Session, plan: Plan, options: RunOptions) {
    this.session = session
    this.plan = plan
    this.options = options
    this.blockers = new Blockers(session.connection, options.tell, () => this.plan.steps[this.done]?.name ?? '')
  }

  /** @throws NselfError `migration-failed` with a report, `interrupted`, `refused`; LostConnection. */
  async run(history: History): Promise<Report> {
    try {
      await this.steps(history)
      return this.report()
    } finally {
      await this.blockers.stop()
    }
  }

  private report(failed: Step | null = null, part: Pick<StepResult, 'partly' | 'statements'> = {}): Report {
    const report = reportOf(this.plan, this.done, failed, part)
    return { ...report, steps: report.steps.map((step) => withEffects(step, this.effects.get(step.name))) }
  }

  private async steps(history: History): Promise<void> {
    const settling = settlingSql(history.facts, this.plan, this.options)
    if (settling !== '')
      this.tracked = cancelling(this.session, this.options.signal, must(this.session.client, settling))
    this.tracked.catch(() => {})
    if (this.options.before) {
      await this.tracked
      await this.options.before(this.session.connection)
    }
    const { works } = this
    const start = await this.beginWatching()
    for (const step of this.plan.steps)
      works.push(await workOf(this.session.client, step, start, this.options.variables))
    this.progress()
    if (this.options.singleTransaction) await this.together(works)
    else {
      for (let at = 0; at < works.length; ) {
        const rest = works.slice(at)
        const piped = rest.findIndex((work) => !work.section.transaction)
        const batch = piped === -1 ? rest : rest.slice(0, piped)
        const [next] = rest
        if (batch.length > 0) await this.pipeline(batch, piped === -1)
        else if (next !== undefined) await this.outside(next)
        at += Math.max(batch.length, 1)
      }
    }
    await this.tracked
    if (this.closing.length === 0) this.close()
    const failed = (await Promise.all(this.closing)).some(({ error }) => error !== null)
    if (failed) await send(this.session.client, 'ROLLBACK')
  }

  /** Has the session left clean, and stored what the schema has become. All is done by then: nothing here may fail the run. */
  private close(): void {
    const { client } = this.session
    const forgets = this.plan.action === 'down' || this.options.isScratch === true
    const last = forgets ? undefined : this.plan.steps.at(-1)
    this.closing = [send(client, 'DISCARD ALL')]
    if (last !== undefined)
      this.closing.push(send(client, storeFingerprintSql(last.version, this.options.environment === 'production')))
  }

  /** Null where nothing need be watched. */
  private async beginWatching(): Promise<WatchStart | null> {
    if (!this.plan.steps.some(({ watch }) => watch !== undefined)) return null
    await this.tracked
    return beginWatching(this.session.client, this.session.pooled || this.options.singleTransaction)
  }

  private async pipeline(works: readonly Work[], endsRun: boolean): Promise<void> {
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
    throw stopped.failed === null ? await this.interrupted(work) : await this.failure(work, stopped.failed)
  }

  private patience(): LockPatience {
    return new LockPatience({ ...this.options, blocker: () => this.blockers.last })
  }

  private async together(works: readonly Work[]): Promise<void> {
    await this.tracked
    const stopped = await runInOneTransaction(this.session, works, this.options)
    if (stopped !== null) throw await this.failure(stopped.work, stopped.failed)
    for (const work of works) this.finished(work)
  }

  private async outside(work: Work): Promise<void> {
    await this.tracked
    const { signal } = this.options
    const running = runOutsideTransaction(this.session, work, { ...this.options, patience: () => this.patience() })
    const { failed, done } = await cancelling(this.session, signal, running).catch(async (error) => {
      // A cancel request can hit what is sent between two statements.
      throw signal.aborted && !(error instanceof LostConnection) ? await this.interrupted(work) : error
    })
    if (failed !== null) {
      throwIfLost(failed)
      throw await this.failure(work, failed, done)
    }
    this.finished(work)
  }

  /** Told of what a transaction did, before it is told that it is done. */
  noteEffects(effects: readonly Effect[]): void {
    const name = this.plan.steps[this.done]?.name
    if (name === undefined) return
    const isWhole = this.works[this.done]?.section.transaction !== false
    this.effects.set(name, isWhole ? effects : addEffects(this.effects.get(name) ?? [], effects))
  }

  private finished(work: Work): void {
    this.done++
    this.blockers.moved()
    this.options.onStep(work.step, 'done')
    this.progress()
  }

  private progress(): void {
    const step = this.plan.steps[this.done]
    if (step !== undefined) this.options.onProgress(step, this.done, this.plan.steps.length)
  }

  /** @param done how many of its statements are, and stay; none of what runs in a transaction. */
  private async failure(work: Work, failed: Failed, done = 0): Promise<NselfError> {
    if (this.options.signal.aborted) return this.interrupted(work)
    this.options.onStep(work.step, 'failed')
    const effects = unapprovedEffects(failed.outcome.error)
    await this.journal(work, effects === null ? 'failed' : 'refused', failed.outcome.error?.message ?? null, effects)
    const { transaction, statements } = work.section
    const part = transaction ? {} : { statements: { done, total: statements.length } }
    const partly = !transaction && (effects === null || done > 0)
    const report = { kind: 'run', ...this.report(work.step, partly ? { partly, ...part } : part) } as const
    if (effects !== null) return effectRefusal(work.step.name, effects, report, this.options.approveLine ?? '')
    return migrationFailure(this.session.client, work, failed, report, this.options.again?.[work.step.direction])
  }

  private async interrupted(work: Work): Promise<NselfError> {
    await this.journal(work, 'interrupted', null)
    const stands = work.section.transaction ? 'which was rolled back' : 'which the next up will resume'
    return new NselfError(interruption(this.options.signal), `interrupted at ${work.step.name}, ${stands}`, {
      report: { kind: 'run', ...this.report() },
      hint: 'run the command again: it continues from there',
    })
  }

  private journal(
    { step }: Work,
    outcome: 'failed' | 'interrupted' | 'refused',
    detail: string | null,
    effects: readonly Effect[] | null = null,
  ) {
    // What the server says can quote what was filled in.
    const kept = detail === null ? null : this.options.variables.redact(detail)
    return journalEnding(this.session, step, { outcome, detail: kept, effects }, this.options)
  }
}
