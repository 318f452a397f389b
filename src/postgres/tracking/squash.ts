import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import { seenChecksumOf } from '../../core/migration/checksum.ts'
import type { Applied } from '../../core/migration/migration.ts'
import type { Squashed } from '../../core/migration/squash.ts'
import { storedDown } from '../../core/migration/stored-down.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { connect } from '../driver/connect.ts'
import { must } from '../driver/must.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { acquireLock, type Waiting } from '../lock/advisory-lock.ts'
import { journalSql } from './journal-entry.ts'
import { isRow } from './records.ts'

/** Only who owns the table may add to it, so it is added where it is missing. Older programs do without it. */
const columnSql = `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = 'nself.migrations'::regclass
 AND attname = 'replaces' AND NOT attisdropped) THEN
 ALTER TABLE nself.migrations ADD COLUMN replaces jsonb;
 COMMENT ON COLUMN nself.migrations.replaces IS 'The rows of the migrations that it stands for, as they were';
 END IF; END $$`

/** SQL for what a plan changes of rows that stand for others, a transaction for each; nothing where it changes none. */
export function squashesSql({ squashed = [], split = [] }: Plan, environment: Environment): string[] {
  return [...split.map((row) => splitSql(row, environment)), ...squashed.map((one) => recordSql(one, environment))].map(
    (sql) => `BEGIN; ${sql}; COMMIT`,
  )
}

/** The rows of migrations become that of the file that stands for them, at the place of the first; they are kept in it. */
function recordSql({ file, parts }: Squashed, environment: Environment): string {
  const names = parts.map(({ version, name }) => `(${version}, ${quoteLiteral(name)})`).join(', ')
  const last = (column: string) => `(array_agg(${column} ORDER BY position DESC))[1]`
  return `${columnSql};
WITH parts AS (DELETE FROM nself.migrations AS m USING (VALUES ${names}) AS part (version, name)
 WHERE m.version = part.version AND m.name = part.name AND m.state = 'applied' RETURNING m.*)
INSERT INTO nself.migrations (version, name, checksum, seen_checksum, position, applied_at, duration_ms, applied_by,
 environment, branch, down_sql, fingerprint, replaces) OVERRIDING SYSTEM VALUE
SELECT ${file.version}, ${quoteLiteral(file.name)}, '${file.checksum}', ${quoteLiteral(seenChecksumOf(file.up))}, min(position),
 max(applied_at), LEAST(sum(duration_ms), 2147483647)::int, ${last('applied_by')}, ${last('environment')}, ${last('branch')},
 ${quoteLiteral(storedDown(file))}, ${last('fingerprint')},
 jsonb_agg(to_jsonb(parts) || jsonb_build_object('version', version::text) ORDER BY position)
 FROM parts HAVING count(*) = ${parts.length};
SELECT 1 / (SELECT count(*) FROM nself.migrations WHERE ${isRow(file)});
INSERT INTO nself.journal (action, version, name, checksum, outcome, detail, environment)
 SELECT 'squashed', (part ->> 'version')::numeric, part ->> 'name', part ->> 'checksum', 'done', ${quoteLiteral(`part of ${file.name}`)}, '${environment}'
 FROM nself.migrations, jsonb_array_elements(replaces) AS part WHERE ${isRow(file)} ORDER BY (part ->> 'position')::bigint;
${journalSql('squash', { ...file, file }, 'done', environment, `stands for ${parts.length}`)}`
}

/** The same the other way: a checkout from before the squash goes on with the rows as they were. */
function splitSql(row: Applied, environment: Environment): string {
  return `${journalSql('unsquash', row, 'done', environment)};
INSERT INTO nself.journal (action, version, name, checksum, outcome, detail, environment)
 SELECT 'squash-part', (part ->> 'version')::numeric, part ->> 'name', part ->> 'checksum', 'done', ${quoteLiteral(`was part of ${row.name}`)}, '${environment}'
 FROM nself.migrations, jsonb_array_elements(replaces) AS part WHERE ${isRow(row)} ORDER BY (part ->> 'position')::bigint;
WITH gone AS (DELETE FROM nself.migrations WHERE ${isRow(row)} RETURNING replaces)
INSERT INTO nself.migrations OVERRIDING SYSTEM VALUE
 SELECT part.* FROM gone, jsonb_populate_recordset(NULL::nself.migrations, gone.replaces) AS part;
SELECT 1 / (SELECT count(*) FROM nself.migrations WHERE ${isRow(row.replaced?.[0] ?? row)})`
}

/**
 * Records under the lock what a plan without a step changes of such rows.
 * @throws NselfError `refused` when a run has changed the history since; `locked`, `connection`.
 */
export async function recordSquashes(
  server: Server,
  plan: Plan,
  options: Waiting & { readonly environment: Environment },
): Promise<void> {
  const lock = await acquireLock(server, options)
  try {
    await withConnection(connect(server, 'nself squash'), null, async (client) => {
      for (const sql of squashesSql(plan, options.environment)) await must(client, sql).catch(refuseChanged)
    })
  } finally {
    await lock.release()
  }
}

function refuseChanged(error: unknown): never {
  if (!(error instanceof NselfError) || error.server?.sqlstate !== '22012') throw error
  throw new NselfError('refused', 'another run changed the history while this one waited', {
    hint: 'to see what has changed: nself db migrate status; this command changed nothing',
    cause: error,
  })
}
