import { stat, writeFile } from 'node:fs/promises'
import type { BackupKind } from '../../core/backup.ts'
import { NselfError } from '../../core/errors.ts'
import { sizeText } from '../../core/quantities.ts'
import { quoteIdentifier } from '../../core/sql/quoting.ts'
import { readServerId } from '../catalog/server-id.ts'
import { connect } from '../driver/connect.ts'
import { type Client, queryArrays } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { isTracked, lastAppliedSql } from '../tracking/history.ts'
import { environmentFor, failureOf, runTool } from './tool.ts'
import type { Tools } from './tools.ts'

export interface DumpOptions {
  readonly kind: BackupKind
  /** How long to wait for locks that others hold on tables. */
  readonly lockWaitMs: number
  readonly progress: (what: string) => void
  readonly signal: AbortSignal
}

/** What a database said of itself at the moment that a backup shows. */
export interface Snapshot {
  readonly serverVersion: string
  readonly serverId: string | null
  readonly searchPath: string | null
  readonly lastVersion: string | null
  readonly roles: readonly string[]
}

/** Roles that own something here or have rights to it; the superuser that made the cluster is everywhere. */
const rolesSql = `SELECT DISTINCT rolname FROM pg_roles r WHERE NOT rolname ^@ 'pg_' AND
  (EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
    AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
  OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND oid >= 16384)) ORDER BY 1`
const schemasSql = `SELECT nspname FROM pg_namespace WHERE nspname <> 'nself' AND nspname <> 'information_schema' AND nspname !~ '^pg_'`

/**
 * Writes a dump to a file that does not exist yet and that only its owner may read; what it reads of the database and
 * what pg_dump reads is one moment.
 * @throws NselfError `backup-failed`, `connection`, `locked`, `interrupted`; the file may be there then, in part.
 */
export async function dump(server: Server, tools: Tools, path: string, options: DumpOptions): Promise<Snapshot> {
  const timer = setInterval(() => void tick(), 250)
  let table = ''
  const tick = async () => {
    const size = (await stat(path).catch(() => null))?.size ?? 0
    options.progress(`${sizeText(size)}${table === '' ? '' : ` · ${table}`}`)
  }
  const onLine = (line: string) => {
    table = /dumping contents of table "(.*)"/.exec(line)?.[1] ?? table
  }
  try {
    return await withConnection(connect(server, 'nself backup'), null, async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      await client.query('SET LOCAL idle_in_transaction_session_timeout = 0')
      const id = await one(client, 'SELECT pg_export_snapshot()')
      const snapshot = await readSnapshot(client)
      const schemas = options.kind === 'schema' ? await column(client, schemasSql) : []
      // pg_dump would make it with the rights that new files have.
      await writeFile(path, '', { mode: 0o600, flag: 'wx' })
      const wait = `--lock-wait-timeout=${Math.max(options.lockWaitMs, 1)}`
      const usual = ['--format=custom', '--verbose', '--no-password', `--file=${path}`, `--snapshot=${id}`, wait]
      const env = environmentFor(server, 'nself backup', tools.major)
      const content = contentOf(options.kind, schemas)
      const ended = await runTool(tools.pgDump, [...usual, ...content], { env, signal: options.signal, onLine })
      if (ended.code !== 0) throw dumpFailure(ended)
      return snapshot
    })
  } finally {
    clearInterval(timer)
  }
}

/** Facts for the manifest, as the transaction that is open sees them. */
export async function readSnapshot(client: Client): Promise<Snapshot> {
  return {
    serverVersion: (await one(client, 'SHOW server_version')) ?? '',
    serverId: await readServerId(client),
    searchPath: await one(client, 'SHOW search_path'),
    lastVersion: (await isTracked(client)) ? await one(client, lastAppliedSql) : null,
    roles: await column(client, rolesSql),
  }
}

/** The history belongs to the schema: a schema restored without it would have every migration run again. */
function contentOf(kind: BackupKind, schemas: readonly string[]): string[] {
  if (kind === 'full') return []
  if (kind === 'data') return ['--data-only', '--exclude-schema=nself']
  return ['--no-blobs', ...schemas.map((name) => `--exclude-table-data=${quoteIdentifier(name)}.*`)]
}

function dumpFailure(ended: Parameters<typeof failureOf>[2]): NselfError {
  const said = ended.stderr.join('\n')
  if (/due to (lock|statement) timeout/.test(said)) {
    const failure = failureOf('backup', 'pg_dump', ended, '')
    return new NselfError('locked', failure.message, {
      hint: 'another session holds a lock on that table; wait longer with --lock-wait 10min; no backup was kept',
    })
  }
  const failure = failureOf(
    'backup',
    'pg_dump',
    ended,
    `${hintFor(said)}; no backup was kept, the earlier ones are unchanged`,
  )
  if (!diskIsFull.test(said)) return failure
  return new NselfError('disk-full', failure.message, failure.hint === undefined ? {} : { hint: failure.hint })
}

/** As pg_dump says it of the file that it writes. */
const diskIsFull = /No space left|Disk quota exceeded|File too large/i

function hintFor(said: string): string {
  if (diskIsFull.test(said)) {
    return 'the disk is full: make room (nself db backup prune N), or set NSELF_BACKUPS_DIR to another one'
  }
  if (/row-level security/.test(said)) return 'the role must own the tables or have BYPASSRLS'
  if (/permission denied/.test(said)) return 'the role must be allowed to read all tables: GRANT pg_read_all_data TO …'
  return 'fix the cause and run the command again'
}

async function one(client: Client, sql: string): Promise<string | null> {
  return (await column(client, sql))[0] ?? null
}

async function column(client: Client, sql: string): Promise<string[]> {
  const rows = await queryArrays<[string]>(client, sql)
  return rows.map(([value]) => value)
}
