import { seenChecksumOf } from '../../core/migration/checksum.ts'
import type { Definition, RanRepeatable } from '../../core/migration/repeatable.ts'
import { storedDown } from '../../core/migration/stored-down.ts'
import { journalAction, type RepeatableStep } from '../../core/plan/plan.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { journaled } from './journal-entry.ts'
import { type Origin, type StoredWith, valuesSql } from './records.ts'

/**
 * All rows as one value, in the order of `RanRow`. Where the table is of an older format, or is not there, it fails or
 * has nothing in the columns that came later.
 */
export const ranSql = `SELECT json_agg(json_build_array(name, checksum, present.definition, present.variables, present.position, present.before,
  applied_at, duration_ms, applied_by, present.branch) ORDER BY name)
  FROM (SELECT NULL::text AS definition, 0::bigint AS position, NULL::jsonb AS before) AS absent,
  LATERAL (SELECT name, checksum, definition, variables, position, before, applied_at, duration_ms, applied_by, branch FROM nself.repeatables) AS present`

export type RanRow = [
  name: string,
  checksum: string,
  text: string | null,
  variables: Definition['variables'],
  position: number | null,
  before: Definition | null,
  appliedAt: string,
  durationMs: number,
  appliedBy: string,
  branch: string | null,
]

/** A row of nself.repeatables with its fields by name. */
export function ranOf([name, checksum, text, variables, position, before, ...more]: RanRow): RanRepeatable {
  const [appliedAt, durationMs, appliedBy, branch] = more
  return {
    name,
    checksum,
    text: text ?? '',
    variables,
    position: position ?? 0,
    before,
    appliedAt,
    durationMs,
    appliedBy,
    branch,
  }
}

/** SQL for the place of the migration that was applied last. */
export const lastPosition = 'COALESCE((SELECT max(position) FROM nself.migrations), 0)'
/** What ran before the migrations that came last is kept; what ran after them is replaced. */
const beforeSql = `CASE WHEN r.position < EXCLUDED.position THEN
 jsonb_build_object('text', r.definition, 'variables', r.variables, 'position', r.position) ELSE r.before END`

/** SQL for the row of a repeatable that has run, or was taken away, in its own transaction. */
export function recordRepeatableSql(step: RepeatableStep, origin: Origin, stored: StoredWith): string {
  const { direction, repeatable, forgets } = step
  const { name, file } = repeatable
  const entry = journaled(journalAction(step), { version: null, name, file }, "'done'", origin.environment, null)
  if (direction === 'up') return `${upsertSql(step, origin, stored)}; ${entry}`
  return forgets ? `DELETE FROM nself.repeatables WHERE name = ${quoteLiteral(name)}; ${entry}` : entry
}

function upsertSql(
  { repeatable: { name, text, file }, restores }: RepeatableStep,
  { environment, branch = null }: Origin,
  stored: StoredWith,
): string {
  // All of them share a transaction, but each comes in a message of its own.
  const ms = 'GREATEST(0, extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000)::int'
  const values = [
    ...[name, file.checksum, seenChecksumOf(file.up), storedDown(file), text].map(quoteLiteral),
    valuesSql(stored),
    restores === null ? lastPosition : String(restores.position),
    ms,
    quoteLiteral(environment),
    quoteLiteral(branch),
  ]
  const before = restores === null ? beforeSql : 'NULL'
  return `INSERT INTO nself.repeatables AS r (name, checksum, seen_checksum, down_sql, definition, variables, position, duration_ms, environment, branch)
 VALUES (${values.join(', ')})
 ON CONFLICT (name) DO UPDATE SET before = ${before}, checksum = EXCLUDED.checksum, seen_checksum = EXCLUDED.seen_checksum,
 down_sql = EXCLUDED.down_sql, definition = EXCLUDED.definition, variables = EXCLUDED.variables, position = EXCLUDED.position,
 applied_at = clock_timestamp(), duration_ms = EXCLUDED.duration_ms, applied_by = session_user, environment = EXCLUDED.environment, branch = EXCLUDED.branch`
}
