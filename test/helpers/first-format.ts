/** A database in which 001_a and 002_b were applied before the tracking tables had a format number. */
export const firstFormatSql = `
CREATE TABLE a (id int);
CREATE TABLE b (id int);
CREATE SCHEMA nself;
CREATE TABLE nself.migrations (
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
CREATE TABLE nself.journal (
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
CREATE TABLE nself.metadata (key text PRIMARY KEY, value text NOT NULL);
INSERT INTO nself.metadata VALUES ('environment', 'local');
INSERT INTO nself.migrations (version, name, checksum, duration_ms, environment, down_sql) VALUES
  (1, '001_a', '168f4af76cbece82a4185c6c57366e07883c6e4155f25ce28559018d99433b81', 3, 'local', E'\\nDROP TABLE a;\\n'),
  (2, '002_b', '4bb1b96da8a8ff31ab1452f118fb64d1f550dfe81a3ed7631b054918ef0aa988', 3, 'local', E'\\nDROP TABLE b;\\n');
INSERT INTO nself.journal (action, version, name, checksum, outcome, environment)
  SELECT 'up', version, name, checksum, 'done', environment FROM nself.migrations ORDER BY position;
`

/** The files of these migrations. */
export const firstFormatFiles = {
  '001_a.sql': '-- UP\nCREATE TABLE a (id int);\n-- DOWN\nDROP TABLE a;\n',
  '002_b.sql': '-- UP\nCREATE TABLE b (id int);\n-- DOWN\nDROP TABLE b;\n',
}
