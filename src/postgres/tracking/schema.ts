import type { Environment } from '../../core/environment.ts'
import { format, formatKey } from './metadata.ts'

/** The tables as the first format had them. */
const first = `
CREATE SCHEMA IF NOT EXISTS nself;
CREATE TABLE IF NOT EXISTS nself.migrations (
  version numeric PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  state text NOT NULL DEFAULT 'applied' CHECK (state IN ('applied', 'failed', 'reverting')),
  position bigint GENERATED ALWAYS AS IDENTITY,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  duration_ms integer NOT NULL DEFAULT 0,
  applied_by text NOT NULL DEFAULT session_user,
  environment text NOT NULL,
  down_sql text,
  statements_done integer NOT NULL DEFAULT 0,
  statement_begun integer NOT NULL DEFAULT 0,
  done_checksum text,
  fingerprint text
);
COMMENT ON TABLE nself.migrations IS 'One row per applied migration';
CREATE TABLE IF NOT EXISTS nself.journal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  action text NOT NULL,
  version numeric,
  name text,
  checksum text,
  outcome text NOT NULL,
  detail text,
  who text NOT NULL DEFAULT session_user,
  environment text
);
COMMENT ON TABLE nself.journal IS 'Everything that was ever done, append-only';
CREATE TABLE IF NOT EXISTS nself.metadata (key text PRIMARY KEY, value text NOT NULL);
`

export const repeatableTableSql = `CREATE TABLE IF NOT EXISTS nself.repeatables (
  name text PRIMARY KEY,
  checksum text NOT NULL,
  seen_checksum text,
  down_sql text,
  variables jsonb,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  duration_ms integer NOT NULL DEFAULT 0,
  applied_by text NOT NULL DEFAULT session_user,
  environment text NOT NULL,
  branch text
)`

/** What the second format adds. A row that an older program writes has nothing in these columns. */
const second = `
ALTER TABLE nself.migrations
  ADD COLUMN IF NOT EXISTS seen_checksum text,
  ADD COLUMN IF NOT EXISTS phase text,
  ADD COLUMN IF NOT EXISTS proof jsonb,
  ADD COLUMN IF NOT EXISTS variables jsonb,
  ADD COLUMN IF NOT EXISTS branch text;
COMMENT ON COLUMN nself.migrations.seen_checksum IS 'Of UP as the server sees it: comments and runs of blanks as one blank';
COMMENT ON COLUMN nself.migrations.phase IS 'expand or contract, where its file says so';
COMMENT ON COLUMN nself.migrations.proof IS 'What was proven of it before it was applied';
COMMENT ON COLUMN nself.migrations.variables IS 'The values that were filled in; *** for secrets';
COMMENT ON COLUMN nself.migrations.branch IS 'The branch of git from which it was applied';
ALTER TABLE nself.journal ADD COLUMN IF NOT EXISTS effects jsonb;
COMMENT ON COLUMN nself.journal.effects IS 'What it did to relations and rows';
${repeatableTableSql};
COMMENT ON TABLE nself.repeatables IS 'One row per file that runs again when it is edited, as it ran last';
`

/** What the third format adds. */
const third = `
ALTER TABLE nself.repeatables
  ADD COLUMN IF NOT EXISTS definition text,
  ADD COLUMN IF NOT EXISTS position bigint,
  ADD COLUMN IF NOT EXISTS before jsonb;
COMMENT ON COLUMN nself.repeatables.definition IS 'The text of its file as it ran';
COMMENT ON COLUMN nself.repeatables.position IS 'The position of the migration that was applied last when it ran';
COMMENT ON COLUMN nself.repeatables.before IS 'What it was before that migration, which down brings back';
`

/** What the fourth format adds. */
const fourth = `
ALTER TABLE nself.migrations ADD COLUMN IF NOT EXISTS batches jsonb;
COMMENT ON COLUMN nself.migrations.batches IS 'How far the batches of its statement have come';
`

/**
 * SQL that makes what is not there of the tracking tables, brings an older format up to this one, and marks a database
 * that has no mark yet with its environment.
 */
export function bootstrapSql(environment: Environment): string {
  return `BEGIN; ${trackingSql(environment)}; COMMIT`
}

/** The same in the transaction that is open. */
export function trackingSql(environment: Environment): string {
  const keep = `INSERT INTO nself.metadata VALUES ('environment', '${environment}') ON CONFLICT DO NOTHING`
  const number = `INSERT INTO nself.metadata VALUES ('${formatKey}', '${format}') ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value`
  // What is there already is no news for whoever reads the notices of a run.
  return `SET LOCAL client_min_messages = warning; ${first} ${second} ${third} ${fourth} ${keep}; ${number}`
}
