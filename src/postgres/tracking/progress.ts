import type { Environment } from '../../core/environment.ts'
import type { BatchesDone } from '../../core/migration/batch.ts'
import type { Applied, MigrationName } from '../../core/migration/migration.ts'
import type { MigrationStep } from '../../core/plan/plan.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { changeSql, checksumsOf, isRow, type Origin, phaseOf, proofSql, type StoredWith, valuesSql } from './records.ts'

// How far a migration is that runs statement by statement.

const batchesSql = (batches: BatchesDone | null) => quoteLiteral(batches === null ? null : JSON.stringify(batches))

/** SQL that opens the row of a migration that runs statement by statement. It fails, with a division by zero, where there is none then. */
export function beginProgressSql(
  step: MigrationStep,
  origin: Origin,
  stored: StoredWith,
  batches: BatchesDone | null,
): string {
  const { environment, branch = null } = origin
  const begin =
    step.direction === 'down'
      ? `UPDATE nself.migrations SET state = 'reverting', statements_done = 0, statement_begun = 0, done_checksum = NULL, batches = ${batchesSql(batches)} WHERE ${isRow(step)} AND state <> 'reverting'`
      : `INSERT INTO nself.migrations (version, name, checksum, seen_checksum, state, environment, branch, down_sql, variables, phase, proof)
 VALUES (${step.version}, ${quoteLiteral(step.name)}, ${checksumsOf(step)}, 'failed', '${environment}', ${quoteLiteral(branch)}, ${quoteLiteral(stored.downSql)}, ${valuesSql(stored)}, ${phaseOf(step)}, ${proofSql(step, origin)})
 ON CONFLICT (version) DO UPDATE SET checksum = EXCLUDED.checksum, seen_checksum = EXCLUDED.seen_checksum, branch = EXCLUDED.branch, down_sql = EXCLUDED.down_sql, variables = EXCLUDED.variables, phase = EXCLUDED.phase, proof = EXCLUDED.proof
 WHERE migrations.name = EXCLUDED.name`
  return `${begin}; SELECT 1 / (SELECT count(*) FROM nself.migrations WHERE ${isRow(step)} AND state <> 'applied')::int`
}

/** SQL that gives the row of a migration back what it said before its DOWN began, of which nothing is done. */
export function undoBeginSql(step: MigrationStep & { readonly applied: Applied }): string {
  const { state, statementsDone, statementBegun, doneChecksum, batches } = step.applied
  return `UPDATE nself.migrations SET state = '${state}', statements_done = ${statementsDone}, statement_begun = ${statementBegun}, done_checksum = ${quoteLiteral(doneChecksum)}, batches = ${batchesSql(batches)} WHERE ${isRow(step)} AND state = 'reverting' AND statements_done = 0`
}

/** Records that a statement begins: after a crash its outcome is unknown. */
export function statementBegunSql(of: MigrationName, statement: number): string {
  return `UPDATE nself.migrations SET statement_begun = ${statement} WHERE ${isRow(of)}`
}

/** Records that a statement is done. */
export function statementDoneSql(of: MigrationName, statement: number, checksum: string): string {
  return `UPDATE nself.migrations SET statements_done = ${statement}, statement_begun = ${statement}, done_checksum = '${checksum}' WHERE ${isRow(of)}`
}

/** Records how far the batches of a migration have come. */
export function batchDoneSql(of: MigrationName, done: BatchesDone): string {
  return `UPDATE nself.migrations SET batches = ${batchesSql(done)} WHERE ${isRow(of)}`
}

/** Ends a migration that ran statement by statement: its row says applied, or is gone after DOWN. */
export function endProgressSql(step: MigrationStep, environment: Environment): string {
  return changeSql(
    step,
    environment,
    step.direction === 'down'
      ? `DELETE FROM nself.migrations WHERE ${isRow(step)} RETURNING 1`
      : `UPDATE nself.migrations SET state = 'applied', applied_at = clock_timestamp(), duration_ms = GREATEST(0, extract(epoch FROM clock_timestamp() - applied_at) * 1000)::int WHERE ${isRow(step)} RETURNING 1`,
  )
}
