import { SqlError, type StatementToken } from '../sql/lexer.ts'
import { transactionRole } from '../sql/statement.ts'

/**
 * Whether a section is wholly wrapped in one BEGIN … COMMIT of its own, as far as it was read. nself's transaction takes
 * its place, with the tracking row in it.
 */
export type Wrapping = 'none' | 'open' | 'closed'

const plainBegin = /^(?:BEGIN|START TRANSACTION)(?: WORK| TRANSACTION)?$/
const plainCommit = /^(?:COMMIT|END)(?: WORK| TRANSACTION)?$/

/**
 * The wrapping after a statement before which the section has `before` others.
 * @throws SqlError for a transaction that is not the whole of the section.
 */
export function wrappingAfter(wrapping: Wrapping, token: StatementToken, before: number): Wrapping {
  const role = transactionRole(token.words)
  const text = token.words.join(' ')
  if (wrapping === 'closed') throw afterCommit(token)
  if (role === 'begins' && wrapping === 'none' && before === 0) {
    if (plainBegin.test(text)) return 'open'
    throw withOptions(token)
  }
  if (role === 'ends' && wrapping === 'open' && plainCommit.test(text)) return 'closed'
  if (role === 'begins' || role === 'ends') throw transactionControl(token, role)
  return wrapping
}

/** @throws SqlError for a section whose transaction does not end, or cannot be one. */
export function refuseUnfinished(wrapping: Wrapping, opened: number, transaction: boolean): void {
  if (wrapping === 'open') {
    throw new SqlError(opened, 'BEGIN without its COMMIT', 'add COMMIT at the end of the section, or remove BEGIN')
  }
  if (wrapping === 'closed' && !transaction) {
    throw new SqlError(
      opened,
      'BEGIN and COMMIT around what runs outside a transaction',
      'remove BEGIN and COMMIT: its statements run one by one',
    )
  }
}

function transactionControl({ start, words }: StatementToken, role: 'begins' | 'ends'): SqlError {
  const what = role === 'begins' ? 'begins a transaction' : "ends the runner's transaction"
  return new SqlError(
    start,
    `${words.slice(0, 2).join(' ')} ${what}`,
    'remove BEGIN and COMMIT, or put one pair around the whole section: each migration runs in one transaction, with its tracking row',
  )
}

function withOptions({ start, words }: StatementToken): SqlError {
  return new SqlError(
    start,
    `${words.join(' ')} sets options of the transaction, which nself begins itself`,
    'remove it and its COMMIT; what must not see what others commit meanwhile can lock its tables first: LOCK TABLE …',
  )
}

function afterCommit({ start, words }: StatementToken): SqlError {
  return new SqlError(
    start,
    `${words.slice(0, 2).join(' ')} stands after COMMIT: a migration is one transaction`,
    'make one migration of each transaction, or remove BEGIN and COMMIT',
  )
}
