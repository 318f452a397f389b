import { NselfError } from '../../core/errors.ts'
import { type Plan, resumes, type Step } from '../../core/migration/plan.ts'
import { emptySection, type HeldSection } from '../../core/migration/section.ts'
import { parseStoredDown, storedDown } from '../../core/migration/stored-down.ts'
import type { Report } from '../../core/report.ts'
import { LostConnection } from '../driver/lost-connection.ts'
import { must, rowsOf } from '../driver/must.ts'
import { type Outcome, send } from '../driver/send.ts'
import { Blockers } from '../lock/blockers.ts'
import { interruption } from '../lock/interruption.ts'
import { type History, journalSql, readStoredDown, storeFingerprintSql } from '../tracking/history.ts'
import { bootstrapSql, isCurrent } from '../tracking/schema.ts'
import { migrationFailure } from './failure.ts'
import { LockPatience } from './lock-patience.ts'
import { wholeMessage } from './messages.ts'
import { runOutsideTransaction } from './non-transactional.ts'
import { pipe } from './pipeline.ts'
import { reportOf } from './report.ts'
import type { RunOptions } from './run-options.ts'
import { cancelling, type Session } from './session.ts'
import {
  checkConstraintsSql,
  cleanSqlOf,
  closingSql,
  type Failed,
  openingSql,
  sendWork,
  settingsSql,
  type Work,
} from './transaction.ts'

/** The steps of a plan, run one after the other on a session that holds the lock. */
export class Run {
  private readonly session: Session
  private readonly plan: Plan
  private readonly options: RunOptions
  private readonly blockers: Blockers
  /** How many steps were told as done. */
  done = 0
  /** The tables that steps are recorded in are there. */
  private tracked: Promise<void> = Promise.resolve()
  private closing: Promise<Outcome>[] = []

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
      return reportOf(this.plan, this.done)
    } finally {
      await this.blockers.stop()
    }
  }

  private async steps(history: History): Promise<void> {
    if (!isCurrent(history.facts)) {
      const making = must(this.session.client, bootstrapSql(this.options.environment))
      this.tracked = cancelling(this.session, this.options.signal, making)
    }
    this.tracked.catch(() => {})
    if (this.options.before) {
      await this.tracked
      await this.options.before(this.session.connection)
    }
    const works: Work[] = []
    for (const step of this.plan.steps) works.push(await this.prepare(step))
    this.progress()
    if (this.options.singleTransaction) await this.together(works)
    else {
      for (let at = 0; at < works.length; ) {
        const rest = works.slice(at)
        const piped = rest.findIndex((work) => !work.section.transaction)
        const batch = piped === -1 ? rest : rest.slice(0, piped)
        if (batch.length > 0) await this.pipeline(batch, piped === -1)
        else await this.outside(rest[0] as Work)
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
    if (last !== undefined) this.closing.push(send(client, storeFingerprintSql(last.version)))
  }

  private async prepare(step: Step): Promise<Work> {
    const work = await this.workOf(step)
    // Mended so that it would fit a transaction or not: what is done of it must not be done again.
    return resumes(step) ? { ...work, section: { ...work.section, transaction: false } } : work
  }

  private async workOf(step: Step): Promise<Work> {
    const { file } = step
    if (step.direction === 'up' && file !== null) {
      return { step, section: file.up, whole: wholeMessage(file.up), downSql: storedDown(file) }
    }
    const section = file?.down ?? (await this.storedDown(step))
    return { step, section, whole: wholeMessage(section), downSql: null }
  }

  private async storedDown({ name, version }: Step): Promise<HeldSection> {
    const text = await readStoredDown(this.session.client, version)
    return (text === null ? null : parseStoredDown(version, name, text)) ?? emptySection
  }

  private async pipeline(works: readonly Work[], endsRun: boolean): Promise<void> {
    const { session, options } = this
    const onDone = (work: Work) => this.finished(work)
    const patience = this.patience()
    for (let at = 0; at < works.length; ) {
      const onSent = endsRun ? () => this.close() : () => {}
      const piping = pipe(session, works.slice(at), { ...options, endsRun, onSent, onDone })
      const { failed, sent } = await cancelling(session, options.signal, piping)
      if (failed === null) {
        if (at + sent < works.length) throw await this.interrupted(works[at + sent] as Work)
        return
      }
      this.throwIfLost(failed)
      await this.tracked
      await send(session.client, 'ROLLBACK')
      at += failed.index
      if (failed.index > 0) patience.reset()
      const work = works[at] as Work
      if (!(await patience.allows(work.step.name, failed.outcome))) throw await this.failure(work, failed)
    }
  }

  private patience(): LockPatience {
    return new LockPatience({ ...this.options, blocker: () => this.blockers.last })
  }

  /** All or nothing: one transaction around all of them. */
  private async together(works: readonly Work[]): Promise<void> {
    await this.tracked
    const outside = works.find((work) => !work.section.transaction)
    if (outside !== undefined) {
      throw new NselfError(
        'refused',
        `${outside.step.name} cannot run in a transaction, so --single-transaction is impossible`,
        { hint: 'apply up to the one before it first, or leave --single-transaction away; nothing was changed' },
      )
    }
    const [first] = works
    if (first === undefined) return
    const { session, options } = this
    await must(session.client, openingSql(session, first.section, { asynchronous: false, after: null }))
    for (const work of works) {
      const recording = `${checkConstraintsSql}; ${closingSql(work, options.environment)}`
      // What Citus chose, or was told, holds until the end of its transaction: it is read before the session is cleaned.
      const closing = session.citusMode === null ? `${recording}; ${cleanSqlOf(session)}` : recording
      const sending = send(session.client, settingsSql(session, work.section)).then(() =>
        sendWork(session, work, closing),
      )
      const failed = await cancelling(session, options.signal, sending)
      if (failed === null) {
        if (session.citusMode !== null) await cleanOnCitus(session)
        continue
      }
      this.throwIfLost(failed)
      await send(session.client, 'ROLLBACK')
      throw await this.failure(work, failed)
    }
    await must(session.client, `SET CONSTRAINTS ALL IMMEDIATE; COMMIT`)
    for (const work of works) this.finished(work)
  }

  private async outside(work: Work): Promise<void> {
    await this.tracked
    const { signal } = this.options
    const running = runOutsideTransaction(this.session, work, { ...this.options, patience: () => this.patience() })
    const failed = await cancelling(this.session, signal, running).catch(async (error) => {
      // A cancel request can hit what is sent between two statements.
      throw signal.aborted && !(error instanceof LostConnection) ? await this.interrupted(work) : error
    })
    if (failed !== null) {
      this.throwIfLost(failed)
      throw await this.failure(work, failed)
    }
    this.finished(work)
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

  private throwIfLost({ outcome }: Failed): void {
    if (outcome.error instanceof LostConnection) throw outcome.error
  }

  private async failure(work: Work, failed: Failed): Promise<NselfError> {
    if (this.options.signal.aborted) return this.interrupted(work)
    this.options.onStep(work.step, 'failed')
    await this.journal(work, 'failed', failed.outcome.error?.message ?? null)
    const report = {
      kind: 'run',
      ...reportOf(this.plan, this.done, work.step, !work.section.transaction),
    } as const
    return migrationFailure(work, failed, report)
  }

  private async interrupted(work: Work): Promise<NselfError> {
    await this.journal(work, 'interrupted', null)
    const stands = work.section.transaction ? 'which was rolled back' : 'which the next up resumes'
    return new NselfError(interruption(this.options.signal), `interrupted at ${work.step.name}, ${stands}`, {
      report: { kind: 'run', ...reportOf(this.plan, this.done) },
      hint: 'run the command again: it goes on from there',
    })
  }

  /** With a commit that is flushed: it also makes all that went before it durable, so it may be told. */
  private async journal({ step }: Work, outcome: string, detail: string | null): Promise<void> {
    const entry = journalSql(step.direction, step, outcome, this.options.environment, detail)
    const { session, options } = this
    for (let attempt = 0; attempt < 3; attempt++) {
      await send(session.client, 'DISCARD ALL')
      // Who has interrupted the run does not wait for a standby that is missing.
      const writing = options.signal.aborted
        ? send(session.client, `BEGIN; SET LOCAL synchronous_commit = local; ${entry}; COMMIT`)
        : cancelling(session, options.signal, send(session.client, entry))
      const { error } = await writing
      // A cancel request that was late may hit this one.
      if (error?.code !== '57014') return
    }
  }
}

async function cleanOnCitus({ client }: Session): Promise<void> {
  const [row] = await rowsOf<{ mode: string }>(
    client,
    "SELECT current_setting('citus.multi_shard_modify_mode') AS mode",
  )
  await must(client, cleanSqlOf({ citusMode: row?.mode ?? 'parallel' }, 'SET LOCAL'))
}
