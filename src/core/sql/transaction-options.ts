/** What BEGIN or SET TRANSACTION say of a transaction. */
export interface TransactionOptions {
  /** `SERIALIZABLE` and the like; null where it is not said. */
  readonly isolation: string | null
  readonly readOnly: boolean
  readonly deferrable: boolean
}

const plainOptions: TransactionOptions = { isolation: null, readOnly: false, deferrable: false }

const mode =
  '(?: ISOLATION LEVEL (?:SERIALIZABLE|REPEATABLE READ|READ COMMITTED|READ UNCOMMITTED)| READ ONLY| READ WRITE| NOT DEFERRABLE| DEFERRABLE)'
const begins = new RegExp(`^(?:BEGIN(?: WORK| TRANSACTION)?|START TRANSACTION)${mode}*$`)
const commits = /^(?:COMMIT|END)(?: WORK| TRANSACTION)?(?: AND(?: NO)? CHAIN)?$/

/** Whether PostgreSQL understands what begins or commits a transaction, by its words. */
export function isWellFormed(words: readonly string[]): boolean {
  const text = words.join(' ')
  return begins.test(text) || commits.test(text)
}

/** The options of BEGIN, START TRANSACTION, by the words of the statement in upper case. */
export function transactionOptions(words: readonly string[]): TransactionOptions {
  return withTransactionOptions(null, words)
}

/** The same where the words add to what was said before. */
export function withTransactionOptions(
  before: TransactionOptions | null,
  words: readonly string[],
): TransactionOptions {
  const text = words.join(' ')
  const { isolation, readOnly, deferrable } = before ?? plainOptions
  const level = /ISOLATION LEVEL (SERIALIZABLE|REPEATABLE READ|READ COMMITTED|READ UNCOMMITTED)/.exec(text)?.[1]
  const access = text.match(/\bREAD (?:ONLY|WRITE)\b/g)?.at(-1)
  const defers = text.match(/\b(?:NOT )?DEFERRABLE\b/g)?.at(-1)
  return {
    isolation: level ?? isolation,
    readOnly: access === undefined ? readOnly : access === 'READ ONLY',
    deferrable: defers === undefined ? deferrable : defers === 'DEFERRABLE',
  }
}

/** True for SET TRANSACTION, which holds only as the first statement of a transaction. */
export function setsTransaction(words: readonly string[]): boolean {
  return words[0] === 'SET' && words[1] === 'TRANSACTION' && words[2] !== 'SNAPSHOT'
}
