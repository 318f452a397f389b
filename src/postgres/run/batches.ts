import type { Batch, BatchesDone, KeyBatch, RestBatch } from '../../core/migration/batch.ts'
import { BatchSize } from '../../core/migration/batch-size.ts'
import type { Section } from '../../core/migration/section.ts'
import { openSection } from '../../core/migration/section-text.ts'
import { grouped } from '../../core/quantities.ts'
import { lostSignal } from '../driver/lost-connection.ts'
import { must } from '../driver/must.ts'
import { type ServerError, send } from '../driver/send.ts'
import { endProgressSql } from '../tracking/progress.ts'
import { doneBefore, startOf } from './batch-start.ts'
import { type BatchStatement, batchStatement, runBatch } from './batch-transaction.ts'
import { BatchWatch } from './batch-watch.ts'
import { exceedsTimeout } from './exceeds-timeout.ts'
import { begin, beginSession, interrupted, type StatementProgress, undoBegin } from './non-transactional.ts'
import type { Session } from './session.ts'
import type { Failed, MigrationWork } from './transaction.ts'
import type { UnitOptions } from './unit.ts'
import { WalkBound } from './walk-bound.ts'
import {
  endless,
  type KeyRange,
  keySql,
  nextKeys,
  readWalkedTable,
  rowsAtMost,
  type WalkedTable,
} from './walked-table.ts'

export interface BatchOptions extends UnitOptions {
  /** Told of each batch that is done. */
  readonly onBatch: (done: BatchesDone, size: number | null) => void
  /** How far replicas may be behind. */
  readonly maxLagMs?: number | undefined
}

/**
 * Runs the one statement of a migration in batches, each a transaction with its checkpoint in it. After a failure or a
 * kill the next run resumes behind the last one that is done.
 * @throws NselfError `refused` when its statement was edited since the first batch, or when its key was.
 */
export async function runInBatches(
  session: Session,
  migration: MigrationWork,
  batch: Batch,
  options: BatchOptions,
): Promise<StatementProgress> {
  const work = { ...migration, section: givingWay(migration.section) }
  const { maxLagMs = null, tell, signal } = options
  const before = doneBefore(work)
  const table = await readWalkedTable(session.client, batch)
  if (table instanceof Error)
    return { failed: failedAt(batchStatement(work.section), table), done: 0, ...(before && { batches: before }) }
  const lost = lostSignal(session.client)
  const watch = new BatchWatch(session.connection.server, {
    maxLagMs,
    tell,
    signal: AbortSignal.any([signal, lost]),
    name: work.step.name,
  })
  try {
    await watch.ready()
    return await walkAll(
      { session, work, statement: batchStatement(work.section), table, options, watch },
      batch,
      before,
    )
  } finally {
    await watch.stop()
  }
}

async function walkAll(walking: Walking, batch: Batch, before: BatchesDone | null): Promise<StatementProgress> {
  const { session, work, table, options } = walking
  const start = before ?? startOf(table, work)
  await begin(session, work, options, start)
  await beginSession(session, work.section, openSection(work.section), 0)
  const walk = new Walk(walking, start)
  const failed = await (batch.kind === 'by-key' ? walk.byKey(batch) : walk.untilNone(batch))
  if (failed !== null) {
    if (walk.done.batches === 0) await undoBegin(session, work)
    return { failed, done: 0, batches: walk.done }
  }
  await send(session.client, 'DISCARD ALL')
  await must(session.client, endProgressSql(work.step, options.environment))
  return { failed: null, done: 1 }
}

/** A batch gives way before PostgreSQL looks for a deadlock, after a second: it never ends the application's transaction. */
function givingWay<S extends Section>(section: S): S {
  return { ...section, lockTimeout: section.lockTimeout ?? '500ms' }
}

/** At the statement as a whole: a position is one in a query of our own. The error stays itself, for who knows it. */
const failedAt = ({ message }: BatchStatement, error: Error): Failed => ({
  message,
  outcome: { error: Object.assign(error, { severity: 'ERROR', position: '' }), completed: 0 },
})

/** What batches are run of, and how. */
interface Walking {
  readonly session: Session
  readonly work: MigrationWork
  readonly statement: BatchStatement
  readonly table: WalkedTable
  readonly options: BatchOptions
  readonly watch: BatchWatch
}

/** The batches of one statement, from where an earlier attempt has left them. */
class Walk implements Walking {
  done: BatchesDone
  readonly session: Session
  readonly work: MigrationWork
  readonly statement: BatchStatement
  readonly table: WalkedTable
  readonly options: BatchOptions
  readonly watch: BatchWatch

  constructor({ session, work, statement, table, options, watch }: Walking, done: BatchesDone) {
    this.session = session
    this.work = work
    this.statement = statement
    this.table = table
    this.options = options
    this.watch = watch
    this.done = done
  }

  /** From key to key, until there is none behind the last. @returns why it stopped before that. */
  async byKey({ key, size: most, pauseMs }: KeyBatch): Promise<Failed | null> {
    const size = new BatchSize(most)
    const patience = this.options.patience()
    const bound = new WalkBound(this.session.client, this.table, key, this.done)
    let range = await this.nextKeys(size.now)
    while (range !== null) {
      if (range instanceof Error) return this.stopped(range)
      await this.watch.room()
      if (this.options.signal.aborted) return this.stopped(interrupted)
      const tooFar = await bound.passed(this.done)
      if (tooFar !== null) return this.stopped(tooFar)
      const { table, done } = this
      const next: BatchesDone = { ...done, to: range.to, rows: done.rows + range.rows, batches: done.batches + 1 }
      const ends = { from: keySql(table.key, range.from), to: keySql(table.key, range.to) }
      const running = runBatch(this.session, this.work, this.statement, ends, next, this.options)
      // Asked in the same breath, where nothing comes between.
      const asked = size.now
      const ahead = pauseMs === 0 ? nextKeys(this.session.client, table, range.to, asked, done.upTo) : null
      const { failed, tookMs } = await running
      if (failed === null) {
        this.done = next
        patience.reset()
        size.took(tookMs, range.rows)
        const waited = this.watch.takeWaited()
        if (waited) size.stepBack()
        this.options.onBatch(next, most)
        await this.watch.rest(pauseMs, waited)
        // What was asked ahead is too much where the batch turned out to take long.
        const known = await ahead
        range = ahead === null || size.now < asked ? await this.nextKeys(size.now) : known
      } else {
        await send(this.session.client, 'ROLLBACK')
        const { name } = this.work.step
        if (range.rows > 1 && (await exceedsTimeout(this.session.client, failed.outcome, tookMs))) {
          size.neverAgain(range.rows)
          this.options.tell(
            `a batch of ${grouped(range.rows)} rows of ${name} exceeds statement_timeout; trying ${grouped(size.now)}`,
          )
        } else if (await patience.allows(name, failed)) size.stepBack()
        else return failed
        range = await this.nextKeys(size.now)
      }
    }
    return null
  }

  /** Until the statement concerns no row any more. @returns why it stopped before that. */
  async untilNone({ pauseMs }: RestBatch): Promise<Failed | null> {
    const patience = this.options.patience()
    const most = rowsAtMost(this.table) + this.done.rows
    for (;;) {
      await this.watch.room()
      if (this.options.signal.aborted) return this.stopped(interrupted)
      if (this.done.rows > most) return this.stopped(endless(this.table, this.done.rows))
      let next: BatchesDone | null = null
      const record = (rows: number) => {
        next = rows === 0 ? null : { ...this.done, rows: this.done.rows + rows, batches: this.done.batches + 1 }
        return next
      }
      const { failed } = await runBatch(this.session, this.work, this.statement, null, record, this.options)
      if (failed !== null) {
        await send(this.session.client, 'ROLLBACK')
        if (!(await patience.allows(this.work.step.name, failed))) return failed
      } else if (next === null) return null
      else {
        this.done = next
        patience.reset()
        this.options.onBatch(next, null)
        await this.watch.rest(pauseMs, this.watch.takeWaited())
      }
    }
  }

  private nextKeys(size: number): Promise<KeyRange | ServerError | null> {
    return nextKeys(this.session.client, this.table, this.done.to, size, this.done.upTo)
  }

  private stopped(error: ServerError): Failed {
    return { message: this.statement.message, outcome: { error, completed: 0 } }
  }
}
