import { counted, durationText, sizeText } from '../../core/quantities.ts'
import { nameOf, sessionColumns } from '../lock/advisory-lock.ts'
import type { AnswerRow, Asker } from './asker.ts'

/** Of a transaction that is open for longer a migration may have to wait. */
const longSeconds = 5
/** Of a replica that is behind by more it is told. */
const lagSeconds = 1
const lagBytes = 16 * 1024 * 1024
const shown = 3

export interface Activity {
  readonly busy: readonly string[]
  readonly hidden: readonly string[]
}

interface Look {
  /** What is not known where it is not answered. */
  readonly what: string
  readonly sql: string
  readonly tell: (rows: readonly AnswerRow[]) => string[]
}

const here = 'a.datname = current_database() AND a.pid <> pg_backend_pid()'
const isDump = "a.application_name IN ('pg_dump', 'pg_dumpall')"

const looks: readonly Look[] = [
  {
    what: 'open transactions',
    sql: `SELECT ${sessionColumns} FROM pg_stat_activity a WHERE ${here} AND NOT ${isDump} AND a.backend_type = 'client backend'
 AND a.xact_start < clock_timestamp() - interval '${longSeconds} s' ORDER BY a.xact_start`,
    tell: (rows) => some(rows, (row) => `a transaction is open: ${sessionName(row)}`),
  },
  {
    what: 'running dumps',
    sql: `SELECT ${sessionColumns} FROM pg_stat_activity a WHERE ${here} AND ${isDump} ORDER BY a.backend_start`,
    tell: (rows) => some(rows, (row) => `a dump is running, which holds a lock on every table: ${sessionName(row)}`),
  },
  {
    what: 'running vacuums',
    sql: `SELECT a.pid, substring(a.query FROM 'VACUUM (?:ANALYZE )?([^ ]+)') AS relation FROM pg_stat_activity a
 WHERE ${here} AND a.backend_type = 'autovacuum worker' AND a.query LIKE '%to prevent wraparound%'`,
    tell: (rows) =>
      some(
        rows,
        ({ pid, relation }) =>
          `a vacuum to prevent wraparound works on ${relation} (pid ${pid}); it does not give way to a migration`,
      ),
  },
  {
    what: 'prepared transactions',
    sql: `SELECT gid, owner, extract(epoch FROM clock_timestamp() - prepared)::int AS seconds FROM pg_prepared_xacts
 WHERE database = current_database() ORDER BY prepared`,
    tell: (rows) =>
      some(
        rows,
        ({ gid, owner, seconds }) =>
          `a prepared transaction keeps its locks: ${gid} (role ${owner}), for ${durationText(Number(seconds) * 1000)}`,
      ),
  },
  {
    what: 'the lag of replicas',
    sql: `SELECT COALESCE(NULLIF(application_name, ''), host(client_addr), 'a replica') AS name, extract(epoch FROM replay_lag)::float8 AS seconds,
 CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 END AS bytes
 FROM pg_stat_replication WHERE backend_xmin IS NOT NULL OR state IS NOT NULL`,
    tell: (rows) => some(rows.filter(isBehind), lagText),
  },
]

/** What goes on on the server that a migration may have to wait for. */
export async function readActivity(asker: Asker): Promise<Activity> {
  const busy: string[] = []
  const hidden: string[] = []
  for (const { what, sql, tell } of looks) {
    const reply = await asker.ask(sql)
    if ('rows' in reply) busy.push(...tell(reply.rows))
    else hidden.push(`${what}: ${reply.why}`)
  }
  const others = await asker.ask(
    `SELECT count(*) FILTER (WHERE a.query = '<insufficient privilege>') AS hidden FROM pg_stat_activity a WHERE ${here}`,
  )
  const count = 'rows' in others ? Number(others.rows[0]?.hidden ?? 0) : 0
  if (count > 0) hidden.push(`${counted(count, 'session')} of other roles: GRANT pg_monitor shows them`)
  return { busy, hidden }
}

function some(rows: readonly AnswerRow[], tell: (row: AnswerRow) => string): string[] {
  const more = rows.length - shown
  return [...rows.slice(0, shown).map(tell), ...(more > 0 ? [`and ${more} more`] : [])]
}

/** A session of which columns came as texts. */
export function sessionName({ pid, application, role, address, state, seconds }: AnswerRow): string {
  return nameOf({
    pid: pid == null ? null : Number(pid),
    application: application ?? null,
    role: role ?? null,
    address: address ?? null,
    state: state ?? null,
    seconds: seconds == null ? null : Number(seconds),
  })
}

const isBehind = ({ seconds, bytes }: AnswerRow) => Number(seconds ?? 0) > lagSeconds || Number(bytes ?? 0) > lagBytes

function lagText({ name, seconds, bytes }: AnswerRow): string {
  const parts = [
    seconds == null ? null : durationText(Number(seconds) * 1000),
    bytes == null ? null : sizeText(Number(bytes)),
  ].filter((part) => part !== null)
  return `the replica ${name} is behind by ${parts.join(', ')}`
}
