import { SqlError, type StatementToken } from '../sql/lexer.ts'
import { transactionRole } from '../sql/statement.ts'
import {
  isWellFormed,
  setsTransaction,
  type TransactionOptions,
  transactionOptions,
  withTransactionOptions,
} from '../sql/transaction-options.ts'

/** How a section stands to transactions, by the BEGIN and COMMIT in it. */
interface Shape {
  /** All of it is one transaction, whose place nself's own takes: its BEGIN and COMMIT are none of its statements. */
  readonly wrapped: boolean
  /** How many transactions of its own it runs in, one after the other; 0 where it runs in nself's. */
  readonly blocks: number
  /** What nself's transaction must be, where the section says so. */
  readonly begin: TransactionOptions | null
}

/** What a section's own BEGIN and COMMIT mean, told while its statements are read. */
export class OwnTransactions {
  private isOpen = false
  /** The first is begun by nobody: COMMIT AND CHAIN tells that there is one. */
  private implicit = false
  private count = 0
  /** Statements outside of them, but for settings, which hold as well where nself's transaction takes their place. */
  private loose = 0
  private begun = 0
  /** The first statement that PostgreSQL refuses in a transaction. */
  private refused: StatementToken | null = null
  private options: TransactionOptions | null = null
  /** What came since BEGIN, or since the section's beginning. */
  private since = 0
  /** No statement stands in them or beside them. */
  private isEmpty = true

  /**
   * Takes the next statement. True for one that begins or ends a transaction.
   * @throws SqlError for what would end it otherwise than by COMMIT, and for what cannot stand in one.
   */
  take(token: StatementToken): boolean {
    const role = transactionRole(token.words)
    if (role !== 'inside' && role !== 'outside' && isCommitOrBegin(token) && !isWellFormed(token.words)) {
      throw new SqlError(
        token.start,
        `${token.words.join(' ')} is not understood`,
        'write BEGIN and COMMIT as PostgreSQL has them',
      )
    }
    if (role === 'begins') this.begin(token)
    else if (role === 'ends') this.end(token)
    else this.between(token, role === 'outside')
    return role === 'begins' || role === 'ends'
  }

  /**
   * @param transaction false where the section says that it runs outside nself's transaction.
   * @throws SqlError for a transaction without an end.
   */
  finish(transaction: boolean): Shape {
    if (this.isOpen && !this.implicit) {
      throw new SqlError(this.begun, 'BEGIN without a COMMIT', 'add COMMIT at its end, or remove BEGIN')
    }
    if (this.count === 0) return { wrapped: false, blocks: 0, begin: transaction ? this.options : null }
    const wrapped = this.isEmpty || (this.count === 1 && this.loose === 0 && transaction)
    return { wrapped, blocks: wrapped ? 0 : this.count, begin: wrapped ? this.options : null }
  }

  private begin(token: StatementToken): void {
    if (this.isOpen) {
      throw new SqlError(token.start, `${named(token)} stands inside an open transaction`, 'put COMMIT before it')
    }
    this.open(token)
    this.options = transactionOptions(token.words)
  }

  private open({ start }: StatementToken): void {
    this.isOpen = true
    this.begun = start
    this.count++
    this.since = 0
  }

  private end(token: StatementToken): void {
    const { words } = token
    if (!isCommitOrBegin(token)) throw otherEnd(token)
    const chains = words.includes('CHAIN') && !words.includes('NO')
    if (!this.isOpen) {
      if (!chains || this.count > 0) throw stray(token)
      if (this.refused !== null) throw cannotStand(this.refused)
      this.implicit = true
      this.count++
    }
    this.isOpen = false
    if (chains) this.open(token)
  }

  private between(token: StatementToken, isRefused: boolean): void {
    const { words } = token
    this.isEmpty = false
    if (isRefused && this.isOpen) throw cannotStand(token)
    if (isRefused) this.refused ??= token
    if (this.since === 0 && setsTransaction(words)) {
      this.options = withTransactionOptions(this.options, words)
      return
    }
    this.since++
    if (!this.isOpen && words[0] !== 'SET' && words[0] !== 'RESET') this.loose++
  }
}

const named = ({ words }: StatementToken) => words.slice(0, words[1] === 'AND' ? 3 : 2).join(' ')

const isCommitOrBegin = ({ words }: StatementToken) => ['BEGIN', 'START', 'COMMIT', 'END'].includes(words[0] ?? '')

function stray(token: StatementToken): SqlError {
  return new SqlError(
    token.start,
    `${named(token)} without a BEGIN`,
    'remove it, or write BEGIN before what it should commit; without BEGIN, the section runs in one transaction together with its tracking row',
  )
}

function otherEnd(token: StatementToken): SqlError {
  return new SqlError(
    token.start,
    `${named(token)} ends a transaction without committing it`,
    'remove it: a migration that fails is rolled back anyway; ROLLBACK TO a savepoint is allowed',
  )
}

function cannotStand(token: StatementToken): SqlError {
  return new SqlError(
    token.start,
    `${named(token)} cannot run in a transaction, but stands between BEGIN and COMMIT`,
    'move it before BEGIN or after COMMIT',
  )
}
