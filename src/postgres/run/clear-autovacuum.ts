import { quoteLiteral } from '../../core/sql/quoting.ts'
import { type Client, queryArrays } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import type { Failed } from './transaction.ts'

/**
 * Tables that stand in a text, or an index of theirs does, and that PostgreSQL vacuums or analyzes by itself just now: for no user,
 * which everybody may see.
 */
const vacuumedSql = (text: string) => `SELECT DISTINCT format('%I.%I', n.nspname, c.relname),
 (SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout')
 FROM pg_stat_activity AS a JOIN pg_locks AS l ON l.pid = a.pid AND l.locktype = 'relation' AND l.granted AND l.mode = 'ShareUpdateExclusiveLock'
 JOIN pg_class AS c ON c.oid = l.relation AND c.relkind IN ('r', 'm', 'p') JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE a.datname = current_database() AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
 AND a.usesysid IS NULL AND a.query NOT LIKE '%to prevent wraparound%'
 AND (strpos(${text}, c.relname) > 0 OR EXISTS (SELECT FROM pg_index AS i JOIN pg_class AS ic ON ic.oid = i.indexrelid
   WHERE i.indrelid = c.oid AND strpos(${text}, ic.relname) > 0))`

/** Longer than this nobody sets a limit that we would wait for. */
const longest = 10_000

/**
 * Has an autovacuum give way that keeps a statement from its lock. PostgreSQL ends it by itself, but only for who has waited as
 * long as for a deadlock, and a migration that gives way to the application steps aside before. So that is waited for with
 * a lock that nobody who reads or writes minds, and then let go.
 * @returns what gave way, for a person; null where there was none.
 */
export async function clearAutovacuum(client: Client, { message }: Failed): Promise<string | null> {
  if (typeof message?.sql !== 'string') return null
  const found = await queryArrays<[string, number]>(client, vacuumedSql(quoteLiteral(message.sql))).catch(() => [])
  const cleared: string[] = []
  for (const [table, after] of found) {
    if (after > longest) continue
    const { error } = await send(
      client,
      `BEGIN; SET LOCAL lock_timeout = ${after + 1000}; LOCK TABLE ONLY ${table} IN SHARE UPDATE EXCLUSIVE MODE; COMMIT`,
    )
    if (error === null) cleared.push(table)
    else await send(client, 'ROLLBACK')
  }
  return cleared.length === 0 ? null : `the autovacuum of ${cleared.join(' and ')}`
}
