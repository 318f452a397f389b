import type { StatementToken } from '../../core/sql/lexer.ts'
import { transactionRole } from '../../core/sql/statement.ts'

/**
 * Begins a transaction that nothing inside it can make writable: PostgreSQL allows that only before the first snapshot,
 * and the SELECT takes it. It holds as long as no statement ends the transaction; these can be told by their first word,
 * and where each statement is a message of its own in the extended protocol, the server itself refuses to take two for one.
 */
export function beginReadOnlySql(isolation: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE'): string {
  return `BEGIN ISOLATION LEVEL ${isolation} READ ONLY; SELECT 1`
}

/** True for a statement that would begin or end a transaction. */
export function controlsTransaction({ words }: StatementToken): boolean {
  const role = transactionRole(words)
  return role === 'begins' || role === 'ends'
}
