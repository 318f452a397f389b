import { PassThrough, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { NselfError } from '../../core/errors.ts'
import { restoreApplication } from '../databases/databases.ts'
import { connect } from '../driver/connect.ts'
import { queryArrays } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { runScriptAlone } from './run-script.ts'
import { type Ended, environmentFor, failureOf, runTool } from './tool.ts'
import type { Tools } from './tools.ts'

export interface Transfer {
  readonly tools: Tools
  /** The tables are left empty, but for those that nself keeps. */
  readonly schemaOnly: boolean
  /** Whom objects belong to, and who has rights to them, is left out. */
  readonly withoutOwners: boolean
  /** How long to wait for locks that others hold on tables. */
  readonly lockWaitMs: number
  readonly progress: (what: string) => void
  readonly signal: AbortSignal
  /** In which functions find others; null for pg_restore's own, which is empty. */
  readonly searchPath: string | null
}

/** Fills an empty database in several steps, each with what is given. */
export type FillIn = (use: (to: Server) => Promise<void>) => Promise<void>

const schemasSql = `SELECT format('%I', nspname) FROM pg_namespace WHERE nspname <> 'nself' AND nspname <> 'information_schema' AND nspname !~ '^pg_'`
/** What reaches other servers, and is no part of what migrations work on. */
const leftOut = ['--no-subscriptions', '--no-publications']

/**
 * Copies a database by pg_dump and pg_restore into another one, without a file between them: nothing of it is left on the
 * disk of this machine. What it holds is of one moment; pg_dump takes no lock but ACCESS SHARE, and writes nothing.
 * @throws NselfError `backup-failed`, `restore-failed`, `connection`, `locked`, `interrupted`.
 */
export async function transfer(from: Server, fillIn: FillIn, options: Transfer): Promise<void> {
  await withConnection(connect(from, 'nself rehearse'), options.signal, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await client.query('SET LOCAL idle_in_transaction_session_timeout = 0')
    const [[id] = ['']] = await queryArrays<[string]>(client, 'SELECT pg_export_snapshot()')
    const schemas = options.schemaOnly ? await queryArrays<[string]>(client, schemasSql) : []
    const empty = schemas.map(([name]) => `--exclude-table-data=${name}.*`)
    const owners = options.withoutOwners ? ['--no-owner', '--no-acl'] : []
    const usual = [`--snapshot=${id}`, `--lock-wait-timeout=${options.lockWaitMs}`, ...leftOut, ...owners, ...empty]
    // Before rows are there, what extensions bring to reach other servers is taken away.
    for (const sections of [['pre-data'], ['data', 'post-data']]) {
      const args = [
        ...usual,
        ...(options.schemaOnly ? ['--no-blobs'] : []),
        ...sections.map((one) => `--section=${one}`),
      ]
      await fillIn((to) => pipeInto(from, to, args, options))
    }
  })
}

async function pipeInto(from: Server, to: Server, dumpArgs: readonly string[], options: Transfer): Promise<void> {
  const { tools, signal, progress } = options
  const between = new PassThrough({ highWaterMark: 1_000_000 })
  const dumping = runTool(
    tools.pgDump,
    ['--format=custom', '--compress=0', '--verbose', '--no-password', ...dumpArgs],
    {
      env: environmentFor(from, 'nself rehearse', tools.major),
      signal,
      read: (stdout) => pipeline(stdout, between),
      onLine: (line) => {
        const table = /dumping contents of table "(.*)"/.exec(line)?.[1]
        if (table !== undefined) progress(table.replaceAll('"', ''))
      },
    },
  )
  const restoring = restoreFrom(between, to, options)
  const [dumped, restored] = await Promise.allSettled([dumping, restoring])
  if (signal.aborted) throw dumped.status === 'rejected' ? dumped.reason : new Error('interrupted')
  if (dumped.status === 'fulfilled' && dumped.value.code !== 0) throw dumpFailure(dumped.value)
  if (restored.status === 'rejected') throw restored.reason
  if (dumped.status === 'rejected') throw dumped.reason
}

async function restoreFrom(between: PassThrough, to: Server, options: Transfer): Promise<void> {
  const { tools, signal, progress, searchPath } = options
  const owners = options.withoutOwners ? ['--no-owner', '--no-acl'] : []
  const write = (stdin: Writable) => pipeline(between, stdin)
  if (searchPath !== null) return runScriptAlone(to, tools, owners, { searchPath, signal, progress, write })
  const database = `dbname='${to.database.replace(/[\\']/g, '\\$&')}'`
  const ended = await runTool(tools.pgRestore, ['--no-password', `--dbname=${database}`, ...owners], {
    env: environmentFor(to, restoreApplication, tools.major),
    signal,
    write,
  })
  if (!isDone(ended)) throw failureOf('restore', 'pg_restore', ended, hintFor(ended))
}

/** A newer pg_restore sets what an older server does not know, and `public` is there already. */
function isDone({ code, stderr }: Ended): boolean {
  const errors = stderr.filter((line) => /pg_restore: error: /.test(line))
  return code === 0 || (code === 1 && errors.length > 0 && errors.every((line) => forgiven.test(line)))
}

const forgiven = /"transaction_timeout"|schema "public" already exists/

function dumpFailure(ended: Ended): NselfError {
  const said = ended.stderr.join('\n')
  const failure = failureOf('backup', 'pg_dump', ended, `${hintForDump(said)}; the database is unchanged`)
  if (!/due to (lock|statement) timeout/.test(said)) return failure
  return new NselfError('locked', failure.message, {
    hint: 'another session holds a lock on that table: wait for it, or end it, then run the same command; the database is unchanged',
  })
}

function hintForDump(said: string): string {
  if (/row-level security/.test(said)) return 'the role must own the tables or have BYPASSRLS'
  if (/permission denied/.test(said)) return 'the role must be allowed to read all tables: GRANT pg_read_all_data TO …'
  return 'fix the cause and run the same command again'
}

function hintFor({ stderr }: Ended): string {
  const said = stderr.join('\n')
  const extension = /extension "(.*)" is not available/.exec(said)?.[1]
  const how =
    extension === undefined
      ? 'the copy could not be made; to rehearse on a server that is like the real one: --shadow-url postgresql://user:password@host:5432/postgres'
      : `install the extension ${extension} where the copy is made, or name a server that has it: --shadow-url postgresql://user:password@host:5432/postgres`
  return `${how}; the database is unchanged`
}
