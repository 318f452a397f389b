import { NselfError } from '../../../core/errors.ts'
import type { Migration } from '../../../core/migration/migration.ts'
import { compare } from '../../../core/migration/state.ts'
import { compareVersions } from '../../../core/migration/version.ts'
import { grouped } from '../../../core/quantities.ts'
import { type Rate, rateOf } from '../../../core/queries/calls.ts'
import { QueryCollection } from '../../../core/queries/collection.ts'
import { inOrder, type Recording } from '../../../core/queries/recording.ts'
import { ServerLog } from '../../../core/queries/server-log.ts'
import { type QueryReader, queryReader } from '../../../parsers/postgres/recorded-query.ts'
import { connect } from '../../../postgres/driver/connect.ts'
import type { Client } from '../../../postgres/driver/pg.ts'
import { withConnection } from '../../../postgres/driver/with-connection.ts'
import { readStatistics, searchPathOfCaller } from '../../../postgres/queries/statistics.ts'
import { readHistory } from '../../../postgres/tracking/history.ts'
import { parseEach, readFiles } from '../../../project/migrations.ts'
import { logLines, writeRecording } from '../../../project/queries.ts'
import type { Context } from '../../shared/context.ts'
import { statementsOfMigrations } from '../../shared/migration-queries.ts'
import { namedServer } from '../../shared/named-server.ts'
import type { QueriesRecordResult } from '../../shared/queries-results.ts'

export interface RecordOptions {
  /** An environment or a URL; null for the server of the command. */
  readonly on: string | null
  /** The name under which it is kept; null for that of the environment, or `tests` for a log. */
  readonly release: string | null
  /** The log of a server, in place of its statistics. */
  readonly fromLog: string | null
}

/** What was found, before it is counted. */
interface Found {
  readonly source: string
  readonly rate: Rate
  readonly after: string | null
  readonly searchPath: string | null
  readonly hidden: number
}

/**
 * Writes what an application asks into nself/queries, without values: of the statistics of a server, or of its log.
 * Nothing on the server changes.
 * @throws NselfError `usage` for a name or a log that is none, `configuration` where nothing is counted, `connection`.
 */
export async function recordQueries(context: Context, options: RecordOptions): Promise<QueriesRecordResult> {
  const { migrationsDir, cwd } = context.settings
  const release = releaseOf(context, options)
  const { migrations } = parseEach(await readFiles(migrationsDir, cwd), [])
  const files = compare(migrations, []).entries.flatMap(({ file }) => file ?? [])
  const reader = await queryReader()
  const known = statementsOfMigrations(reader, files, context.settings.variables)
  const collection = new QueryCollection((fingerprint) => known.has(fingerprint))
  const { fromLog } = options
  const found =
    fromLog === null
      ? await fromStatistics(context, options.on, reader, collection)
      : await readLog(context, { fromLog, on: options.on }, reader, collection, files)
  const queries = inOrder(collection.queries(found.rate.of))
  const recording: Recording = { release, ...found, per: found.rate.per, queries }
  if (queries.length === 0) throw nothingFound(found, fromLog)
  const path = await writeRecording(migrationsDir, cwd, recording)
  const { source, after, searchPath, hidden } = found
  return {
    kind: 'queries-record',
    release,
    path,
    source,
    queries: queries.length,
    mostCalled: queries[0] ?? null,
    per: recording.per,
    after,
    searchPath,
    leftOut: collection.leftOut,
    hidden,
  }
}

/** @throws NselfError `usage` for what cannot be the name of a file. */
function releaseOf({ settings }: Context, { release, on, fromLog }: RecordOptions): string {
  const ofServer = on === null || /^postgres(?:ql)?:/i.test(on) ? settings.environment : on
  const name = release ?? (fromLog === null ? ofServer : 'tests')
  if (/^[A-Za-z0-9][\w.+-]{0,99}$/.test(name)) return name
  throw new NselfError('usage', `"${name}" cannot be the name of a recording`, {
    hint: 'take letters, digits, dots, dashes and underscores: nself db queries record --release v1.41',
  })
}

async function fromStatistics(
  context: Context,
  on: string | null,
  reader: QueryReader,
  collection: QueryCollection,
): Promise<Found> {
  return onServer(context, on, async (client, about) => {
    const { statements, hidden, seconds } = await readStatistics(client)
    for (const { text, calls } of statements) {
      for (const statement of reader.read(text)) collection.add(statement, calls)
    }
    return { source: `pg_stat_statements of ${about.database}`, rate: rateOf(seconds), hidden, ...about.known }
  })
}

type Known = Pick<Found, 'after' | 'searchPath'>

/** What a server says besides its statements. */
async function onServer<T>(
  context: Context,
  on: string | null,
  use: (client: Client, about: { database: string; known: Known }) => Promise<T>,
): Promise<T> {
  const server = await namedServer(context, on ?? context.settings.environment, '--on').resolve()
  return withConnection(connect(server, 'nself queries'), context.signal, async (client) => {
    const known = { after: await lastApplied(context, client), searchPath: await searchPathOfCaller(client) }
    return use(client, { database: server.database, known })
  })
}

/** Null where nothing is applied, or a role that only sees the statistics may not read what is. */
async function lastApplied({ tell }: Context, client: Client): Promise<string | null> {
  try {
    const { rows } = await readHistory(client)
    const applied = rows.filter(({ state }) => state === 'applied')
    return applied.sort((a, b) => compareVersions(a.version, b.version)).at(-1)?.name ?? null
  } catch (error) {
    if (!(error instanceof NselfError) || error.code !== 'configuration') throw error
    tell(`Note: which migration was applied last is not recorded: ${error.message}`)
    return null
  }
}

/** A test run begins with all migrations of its checkout, unless a server is named that knows better. */
async function readLog(
  context: Context,
  { fromLog, on }: { fromLog: string; on: string | null },
  reader: QueryReader,
  collection: QueryCollection,
  files: readonly Migration[],
): Promise<Found> {
  const log = new ServerLog()
  const add = (texts: readonly string[]) => {
    for (const text of texts) for (const statement of reader.read(text)) collection.add(statement, 1)
  }
  let lines = 0
  for await (const line of logLines(fromLog)) {
    if (++lines % 10_000 === 0) context.progress(`reading ${fromLog}, line ${grouped(lines)}`)
    if (context.signal.aborted) throw new NselfError('interrupted', 'interrupted; nothing was written')
    add(log.push(line))
  }
  add(log.end())
  const known =
    on === null
      ? { after: files.at(-1)?.name ?? null, searchPath: null }
      : await onServer(context, on, async (_, about) => about.known)
  return { source: 'a log of the server', rate: { per: 'in the log', of: (calls) => calls }, hidden: 0, ...known }
}

function nothingFound({ source }: Found, log: string | null): NselfError {
  return new NselfError('configuration', `${log ?? source} has no query of an application; nothing was written`, {
    hint:
      log !== null
        ? 'the server writes statements into its log with log_statement = all, or log_min_duration_statement = 0'
        : 'record where the application runs: nself db queries record --on production',
  })
}
