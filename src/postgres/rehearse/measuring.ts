import { type LockMode, lockModes } from '../../core/probe/question.ts'
import { type KnownRelation, type RelationsLook, seenBetween } from '../../core/rehearse/looks.ts'
import type { RehearsedStatement, RehearsedTransaction, SeenLock, SeenWork } from '../../core/rehearse/rehearsed.ts'
import { must } from '../driver/must.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import { placeOfFailure } from '../run/failure.ts'
import { messagesOf } from '../run/messages.ts'
import { cancelling, type Session } from '../run/session.ts'
import { type Failed, sendMessages } from '../run/transaction.ts'
import { locksWhile } from './locks-while.ts'
import { lookAtBeginning, lookInside, lookOutside } from './look.ts'
import { partsOf, type RehearsalFailure, type RehearsedSection, type StatementRange, wordsOf } from './measured.ts'

/** What is needed to measure on a session. */
interface Means {
  readonly session: Session
  /** Sees the locks of the session while it works. */
  readonly watcher: Client
  /** What was there before the run, with the files that it has by now. */
  readonly known: Map<number, KnownRelation>
  readonly major: number
  readonly signal: AbortSignal
}

const nothing: RelationsLook = { wal: 0, relations: [] }

/** Runs statements, and looks at what each of them did. */
export class Measuring {
  private readonly means: Means
  private look = nothing
  private done: RehearsedStatement[] = []

  constructor(means: Means) {
    this.means = means
  }

  /** Sends what is ours. @throws as must. */
  must(sql: string): Promise<void> {
    return must(this.means.session.client, sql)
  }

  /** Begins a transaction. */
  async open(sql: string): Promise<void> {
    await this.must(sql)
    this.done = []
    this.look = await lookAtBeginning(this.means.session.client)
  }

  /** Runs statements of a section in the transaction that is open. */
  async statements(one: RehearsedSection, range: StatementRange): Promise<RehearsalFailure | null> {
    const { known, session } = this.means
    for (const part of partsOf(one, range)) {
      const { empties, ...words } = wordsOf(one, part)
      const { failed, ms } = await this.timed(() => this.send(one, part))
      if (failed !== null) return failureOf(one, failed)
      const after = await lookInside(session.client, known)
      this.done.push({ ...words, ms, ...seenBetween(this.look, after, known, empties) })
      this.take(after)
    }
    return null
  }

  /** Ends the transaction that is open without its effects, after a failure. */
  async abandon(failure: RehearsalFailure, transactions: RehearsedTransaction[]): Promise<RehearsalFailure> {
    await send(this.means.session.client, 'ROLLBACK')
    transactions.push({ isOutside: false, statements: this.done, commitMs: 0 })
    return failure
  }

  /** Commits it; what fails only then is of no statement. */
  async commit(
    one: RehearsedSection,
    sql: string,
    transactions: RehearsedTransaction[],
  ): Promise<RehearsalFailure | null> {
    const { session, signal } = this.means
    const began = performance.now()
    const { error } = await cancelling(session, signal, send(session.client, sql))
    if (error !== null) return this.abandon({ migration: one.file.name, error, location: undefined }, transactions)
    transactions.push({ isOutside: false, statements: this.done, commitMs: performance.now() - began })
    return null
  }

  /**
   * Runs what no one transaction holds: a statement that runs in none, or one that runs in many.
   * @param run how it is run where it is not just sent.
   */
  async outside(
    one: RehearsedSection,
    part: StatementRange,
    transactions: RehearsedTransaction[],
    run: () => Promise<Failed | null> = () => this.send(one, part),
  ): Promise<RehearsalFailure | null> {
    const { session, watcher, known, major } = this.means
    const { empties, ...words } = wordsOf(one, part)
    const before = await lookOutside(session.client, major)
    const { result, locks } = await locksWhile(watcher, session.client, known, this.timed(run))
    if (result.failed !== null) return failureOf(one, result.failed)
    const after = await lookOutside(session.client, major)
    const seen = seenBetween(before, after, known, empties)
    this.take(after)
    const statement = { ...words, ms: result.ms, ...withLocks(seen, locks, isConcurrent(one, part)) }
    transactions.push({ isOutside: true, statements: [statement], commitMs: 0 })
    return null
  }

  /** What is seen now is what the next statement begins with, and of what is not seen yet what was counted before. */
  private take(look: RelationsLook): void {
    const { known } = this.means
    for (const { oid, filenode } of look.relations) {
      const before = known.get(oid)
      if (before !== undefined && before.filenode !== filenode) known.set(oid, { ...before, filenode })
    }
    const seen = new Set(look.relations.map(({ oid }) => oid))
    this.look = { ...look, relations: [...look.relations, ...this.look.relations.filter(({ oid }) => !seen.has(oid))] }
  }

  private send({ section, text }: RehearsedSection, part: StatementRange): Promise<Failed | null> {
    return sendMessages(this.means.session.client, messagesOf(section, text, part))
  }

  private async timed(run: () => Promise<Failed | null>): Promise<{ failed: Failed | null; ms: number }> {
    const { session, signal } = this.means
    const began = performance.now()
    const failed = await cancelling(session, signal, run())
    return { failed, ms: performance.now() - began }
  }
}

/** It is built to let others read and write meanwhile. */
const isConcurrent = ({ section }: RehearsedSection, { first }: StatementRange): boolean =>
  section.statements.at(first)?.kind === 'concurrent'

/** The locks of what ran outside of a transaction, with those that it must have had, however short it was. */
function withLocks(seen: SeenWork, locks: readonly SeenLock[], concurrent: boolean): SeenWork {
  const alone = seen.rewritten.map((table): SeenLock => ({ table, mode: 'AccessExclusiveLock' }))
  const read = (seen.scanned ?? []).map(({ table }): SeenLock => ({ table, mode: 'ShareUpdateExclusiveLock' }))
  const strongest = new Map<string, LockMode>()
  for (const { table, mode } of [...locks, ...alone, ...(concurrent ? read : [])]) {
    const before = strongest.get(table)
    if (before === undefined || lockModes.indexOf(mode) > lockModes.indexOf(before)) strongest.set(table, mode)
  }
  return { ...seen, locks: [...strongest].map(([table, mode]) => ({ table, mode })) }
}

function failureOf({ file, section }: RehearsedSection, { message, outcome }: Failed): RehearsalFailure {
  const error = outcome.error ?? new Error('the server gave no reason')
  const step = { name: file.name, file }
  const location = message === null ? undefined : placeOfFailure(step, section, message, outcome)
  return { migration: file.name, error, location }
}
