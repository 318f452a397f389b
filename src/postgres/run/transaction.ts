import type { Migration } from '../../core/migration/migration.ts'
import type { Section } from '../../core/migration/section.ts'
import { openSection } from '../../core/migration/section-text.ts'
import type { MigrationStep, Step } from '../../core/plan/plan.ts'
import { quoteIdentifier, quoteLiteral } from '../../core/sql/quoting.ts'
import type { TransactionOptions } from '../../core/sql/transaction-options.ts'
import type { Client } from '../driver/pg.ts'
import { type CopyIn, copyIn, type Outcome, type ServerError, send } from '../driver/send.ts'
import { shareSql } from '../lock/advisory-lock.ts'
import { assertNotedSql, assertRecordedSql, type Origin, recordSql, type StoredWith } from '../tracking/records.ts'
import { recordRepeatableSql } from '../tracking/repeatables.ts'
import { baselineSql, type Watched } from './effects.ts'
import { type Message, messagesOf, type SqlMessage } from './messages.ts'
import type { Session } from './session.ts'

/** SQL from a file, to be sent into a transaction. */
export interface Script {
  readonly step: {
    readonly name: string
    readonly file: Pick<Migration, 'path'> | null
    /** Of a migration. */
    readonly direction?: Step['direction']
    readonly version?: string | null
    readonly kind?: Step['kind']
  }
  readonly section: Section
  /** The section as the one message it is sent as; null when it takes several. */
  readonly whole: SqlMessage | null
}

/** What a step of a plan runs, and what is stored with it. */
export interface Work extends Script, StoredWith {
  readonly step: Step
  /** Null where its effects are not looked at. */
  readonly watched: Watched | null
}

/** That of a migration. */
export interface MigrationWork extends Work {
  readonly step: MigrationStep
}

/** The message that failed; null when it was none of the migration's own. */
export interface Failed {
  readonly message: SqlMessage | null
  readonly outcome: Outcome
}

/** What another program on the same pooled connection, or the migration before, can have left. All of it may run in a transaction. */
const cleanSql =
  'RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; DEALLOCATE ALL; DISCARD TEMP; DISCARD SEQUENCES; SELECT pg_advisory_unlock_all()'

/** Cleans a session, but for how Citus modifies its shards: a pooler or the database can have set that for each session. */
export function cleanSqlOf({ citusMode }: Pick<Session, 'citusMode'>, set: 'SET' | 'SET LOCAL' = 'SET'): string {
  if (citusMode === null) return cleanSql
  return `${cleanSql}; ${set} citus.multi_shard_modify_mode = ${quoteLiteral(citusMode)}`
}

/** Not as default_transaction_… say: the migration before can have set them, and cleaning comes too late for the transaction that is open. */
export const beginSql = 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE'

/** The same for a transaction that a file begins: what it does not say holds as in its session. */
export function beginSqlOf(options: TransactionOptions | null, otherwise: string | null = null): string {
  const isolation = options?.isolation ?? otherwise
  return `BEGIN${isolation === null ? '' : ` ISOLATION LEVEL ${isolation}`} READ WRITE${options?.deferrable ? ' DEFERRABLE' : ''}`
}

/** READ ONLY holds for what a migration runs, not for its row: that is written when the savepoint is gone. */
export const readOnlySql = 'SAVEPOINT nself_read_only; SET TRANSACTION READ ONLY'
export const readOnlyEndSql = 'RELEASE SAVEPOINT nself_read_only'

type How = Pick<Section, 'lockTimeout' | 'statementTimeout' | 'begin' | 'role'>

export interface Opening {
  /** For a commit that a later one makes durable. */
  readonly asynchronous: boolean
  /** The step that went before in the same pipe. */
  readonly after: MigrationStep | null
  readonly watched?: Watched | null
}

/**
 * Begins a transaction in a clean session. It fails where the step before has not been recorded: a failed COMMIT,
 * unlike any other failure, leaves no transaction open that would make the server refuse what follows.
 */
export function openingSql(session: Session, section: How, { asynchronous, after, watched = null }: Opening): string {
  const parts = [section.begin === null ? beginSql : beginSqlOf(section.begin, 'READ COMMITTED')]
  if (after !== null && !session.pooled) parts.push(assertNotedSql(after))
  parts.push(cleanSqlOf(session), settingsSql(session, section), shareSql)
  if (asynchronous) parts.push('SET LOCAL synchronous_commit = off')
  if (after !== null && session.pooled) parts.push(assertRecordedSql(after))
  if (watched !== null) parts.push(baselineSql(watched.start))
  if (section.begin?.readOnly) parts.push(readOnlySql)
  if (section.role !== null) parts.push(roleSql(section.role))
  return parts.join('; ')
}

/** The rest of the transaction that is open runs as this role, but for what is ours. */
export function roleSql(role: string): string {
  return `SET LOCAL ROLE ${quoteIdentifier(role)}`
}

/** What comes first behind the SQL of a section. */
export function constraintsSql({ begin }: Pick<Section, 'begin'>): string {
  return `${begin?.readOnly ? `${readOnlyEndSql}; ` : ''}SET CONSTRAINTS ALL IMMEDIATE`
}

/** The limits of a section, for the transaction that is open. */
export function settingsSql(session: Session, section: Pick<How, 'lockTimeout' | 'statementTimeout'>): string {
  const set = [`lock_timeout = '${section.lockTimeout ?? '5s'}'`, 'standard_conforming_strings = on']
  if (session.checksClient) set.push("client_connection_check_interval = '1s'")
  if (section.statementTimeout !== null) set.push(`statement_timeout = '${section.statementTimeout}'`)
  return set.map((item) => `SET LOCAL ${item}`).join('; ')
}

/** Deferred constraints fail where they belong, in the migration that broke them, and stay deferred for the next one. */
export const checkConstraintsSql =
  'SAVEPOINT nself_check; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK TO nself_check; RELEASE nself_check'

/** Records a step in its own transaction. */
export function closingSql(work: Work, origin: Origin): string {
  const { step } = work
  return asConnectedSql(
    step.kind === 'repeatable' ? recordRepeatableSql(step, origin, work) : recordSql(step, origin, work),
  )
}

/** Runs a statement of ours at the end of a transaction as the user who connected, whatever the SQL before it has set. LISTEN can be undone only here. */
export function asConnectedSql(record: string): string {
  return `UNLISTEN *; RESET SESSION AUTHORIZATION; RESET ROLE; SET LOCAL search_path = pg_catalog; ${record}`
}

/**
 * Sends a step's SQL, followed by `closing`, into the transaction that is open. What fits one message is sent before this
 * returns; of what does not, the checksum that `closing` names is known once it was read.
 */
export function sendWork(session: Session, work: Script, closing: () => string): Promise<Failed | null> {
  const message = work.whole
  if (message === null) return sendLarge(session, work, closing)
  return send(session.client, `${message.sql}\n;${closing()}`).then((outcome) => failedIn(message, outcome))
}

const failedIn = (message: SqlMessage | null, outcome: Outcome): Failed | null =>
  outcome.error === null ? null : { message, outcome }

/** How many messages may be on their way at once: enough that the server never waits for the next, and few in memory. */
const ahead = 2

async function sendLarge(
  { client }: Session,
  { step, section }: Script,
  closing: () => string,
): Promise<Failed | null> {
  const text = openSection(section)
  const failed = await sendMessages(client, messagesOf(section, text))
  // Of a file that changed the server may have refused what is no statement of it: that is said first.
  if (!text.isUnchanged()) return { message: null, outcome: { error: changedMeanwhile(step), completed: 0 } }
  return failed ?? failedIn(null, await send(client, closing()))
}

/** Sends messages a few at a time. @returns the first that failed; null when all are done. */
export async function sendMessages(client: Client, messages: Iterable<Message>): Promise<Failed | null> {
  const sent: Promise<Failed | null>[] = []
  const settled = async (upTo: number): Promise<Failed | null> => {
    while (sent.length > upTo) {
      const failed = await sent.shift()
      if (failed) return failed
    }
    return null
  }
  let copy: { message: SqlMessage; into: CopyIn } | null = null
  for (const message of messages) {
    let failed: Failed | null = null
    if (message.kind === 'data') await copy?.into.write(message.bytes, message.release)
    else if (message.kind === 'end-of-data') failed = copy && failedIn(copy.message, await copy.into.end())
    else if (message.kind === 'copy') {
      failed = await settled(0)
      if (failed === null) copy = { message, into: copyIn(client, message.sql) }
    } else {
      sent.push(sendOne(client, message))
      failed = await settled(ahead)
    }
    if (failed) return failed
  }
  return settled(0)
}

async function sendOne(client: Client, message: SqlMessage): Promise<Failed | null> {
  const outcome = await send(client, message.sql)
  message.release?.()
  return failedIn(message, outcome)
}

/** What is told where a file is another one than when it was parsed: its statements are not where they were. */
export function changedMeanwhile(step: Script['step']): ServerError {
  return Object.assign(new Error(`the file of ${step.name} changed while it was being run`), { severity: 'ERROR' })
}
