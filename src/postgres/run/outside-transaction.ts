import { NselfError } from '../../core/errors.ts'
import type { Section } from '../../core/migration/section.ts'
import type { Statement } from '../../core/sql/statement-list.ts'
import { must, rowsOf } from '../driver/must.ts'
import { type Outcome, send } from '../driver/send.ts'
import { statementBegunSql } from '../tracking/progress.ts'
import { messageOf } from './messages.ts'
import { prepareStatement } from './resume.ts'
import type { Session } from './session.ts'
import { beginSql, type Failed, type MigrationWork } from './transaction.ts'
import { asRunner, type Unit } from './unit.ts'

/**
 * Runs a statement that PostgreSQL refuses in a transaction, or that may commit by itself.
 * @param mayBeDone an earlier attempt began it, and its outcome is unknown.
 * @throws NselfError `refused` when nobody can tell whether it was done.
 */
export async function runBare(
  session: Session,
  { step, section }: MigrationWork,
  { first, done: number, text, record }: Unit,
  mayBeDone: boolean,
  tell: (sentence: string) => void,
): Promise<Failed | null> {
  const statement = section.statements.at(first)
  if (statement === undefined) return null
  const message = messageOf(statement, first, text)
  const state = await prepareStatement(session.client, text.sql(statement), mayBeDone, tell)
  if (state === 'unknown') throw unknown(step.name, step.version, section, number)
  if (state === 'clear') {
    await must(session.client, journaled(session, statementBegunSql(step, number)))
    const outcome = await patiently(session, statement, message.sql)
    if (outcome.error !== null) {
      // The server says that it failed: that is no unknown outcome.
      const known = outcome.error.severity !== undefined
      if (known) await send(session.client, journaled(session, statementBegunSql(step, number - 1)))
      return { message, outcome }
    }
  } else if (state !== 'done') return { message, outcome: state }
  await must(session.client, journaled(session, record))
  return null
}

function journaled(session: Session, sql: string): string {
  return `${beginSql}; ${asRunner(session, sql)}; COMMIT`
}

/** CONCURRENTLY waits for other transactions by design; giving up would only leave an INVALID index. */
async function patiently({ client }: Session, { kind }: Statement, sql: string | Buffer): Promise<Outcome> {
  if (kind !== 'concurrent') return send(client, sql)
  const [row] = await rowsOf<{ lock_timeout: string }>(client, 'SHOW lock_timeout')
  const limit = row?.lock_timeout ?? '0'
  if (limit === '0') return send(client, sql)
  await send(client, 'SET lock_timeout = 0')
  const outcome = await send(client, sql)
  await send(client, `SET lock_timeout = '${limit}'`)
  return outcome
}

function unknown(name: string, version: string, section: Section, number: number): NselfError {
  return new NselfError(
    'refused',
    `cannot tell whether statement ${number} of ${name} (section on line ${section.line}) completed: an earlier run was killed while executing it`,
    {
      hint: `look at the database; if it completed: nself db migrate repair --statement-done ${version}; if not: nself db migrate repair --statement-again ${version}`,
    },
  )
}
