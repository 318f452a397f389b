import type { Applied } from '../../core/migration/migration.ts'

/** A row of nself.migrations as `rowsSql` reads it. */
export type AppliedRow = [
  Applied['version'],
  Applied['name'],
  Applied['checksum'],
  Applied['state'],
  Applied['position'],
  Applied['appliedAt'],
  Applied['durationMs'],
  Applied['appliedBy'],
  Applied['revertible'],
  Applied['shortDown'],
  Applied['statementsDone'],
  Applied['statementBegun'],
  Applied['doneChecksum'],
  Applied['seenChecksum'],
  Applied['branch'],
  Applied['variables'],
  Applied['batches'],
  replaced: JsonRow[] | null,
]

/** A row as the one that stands for it keeps it. */
interface JsonRow {
  readonly version: number | string
  readonly name: string
  readonly checksum: string
  readonly seen_checksum: string | null
  readonly position: number
  readonly applied_at: string
  readonly duration_ms: number
  readonly applied_by: string
  readonly down_sql: string | null
  readonly branch: string | null
  readonly variables: Applied['variables']
  readonly replaces: JsonRow[] | null
}

const columns = `version, name, checksum, state, position, applied_at, duration_ms, applied_by, down_sql, statements_done,
  statement_begun, done_checksum`
/**
 * All rows as one JSON value: thousands of them are read several times faster than row by row. A column that an older
 * format does not have is taken from `absent`.
 */
export const rowsSql = `SELECT json_agg(json_build_array(version::text, name, checksum, state, position, applied_at, duration_ms,
  applied_by, down_sql IS NOT NULL, CASE WHEN octet_length(down_sql) < 2000 THEN down_sql END, statements_done,
  statement_begun, done_checksum, present.seen_checksum, present.branch, present.variables, present.batches, present.replaces)
  ORDER BY position)
  FROM (SELECT NULL::text AS seen_checksum, NULL::text AS branch, NULL::jsonb AS variables, NULL::jsonb AS batches,
    NULL::jsonb AS replaces) AS absent,
  LATERAL (SELECT ${columns}, seen_checksum, branch, variables, batches, replaces FROM nself.migrations) AS present`

/** A row with its fields by name. */
export function appliedOf(row: AppliedRow): Applied {
  const [version, name, checksum, state, position, appliedAt, durationMs, appliedBy, revertible, shortDown, ...more] =
    row
  const [statementsDone, statementBegun, doneChecksum, seenChecksum, branch, variables, batches, replaced] = more
  return {
    version,
    name,
    checksum,
    seenChecksum,
    state,
    position,
    appliedAt,
    durationMs,
    appliedBy,
    revertible,
    shortDown,
    statementsDone,
    statementBegun,
    doneChecksum,
    branch,
    variables,
    batches,
    replaced: replaced?.map(replacedOf) ?? null,
  }
}

function replacedOf(row: JsonRow): Applied {
  return {
    version: String(row.version),
    name: row.name,
    checksum: row.checksum,
    seenChecksum: row.seen_checksum,
    state: 'applied',
    position: row.position,
    appliedAt: row.applied_at,
    durationMs: row.duration_ms,
    appliedBy: row.applied_by,
    revertible: row.down_sql !== null,
    shortDown: row.down_sql,
    statementsDone: 0,
    statementBegun: 0,
    doneChecksum: null,
    branch: row.branch,
    variables: row.variables,
    batches: null,
    replaced: row.replaces?.map(replacedOf) ?? null,
  }
}
