import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { quoteLiteral } from '../../core/sql/quoting.ts'
import { restoreApplication } from '../databases/databases.ts'
import { connect } from '../driver/connect.ts'
import { queryArrays } from '../driver/pg.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import type { ReplaceLock } from '../lock/replace-lock.ts'
import { readArchive } from './archive.ts'
import { dump } from './dump.ts'
import { tryRights } from './only-in-place.ts'
import { pgRestore } from './pg-restore.ts'
import type { RestoreOptions, RestorePlan } from './restore-plan.ts'
import { readSearchPath, runScriptAlone, sendStatement } from './run-script.ts'
import { type Contents, isOfPublic, writeContents } from './table-of-contents.ts'
import type { Tools } from './tools.ts'

/** From this size of a dump on, several jobs are worth their connections. */
const large = 5_000_000
const mostJobs = 4

interface FillOptions extends RestoreOptions {
  /** Restore with this search_path, by a script: functions that name others without a schema need it. */
  readonly searchPath: string | null
}

/**
 * Restores a backup into a new database.
 * @throws NselfError `restore-failed`, `refused`, `connection`, `interrupted`; what the server says.
 */
export async function fill(
  server: Server,
  fresh: Server,
  { backup, archive }: RestorePlan,
  { signal }: ReplaceLock,
  options: FillOptions,
): Promise<void> {
  if (archive === null) return
  const { tools } = archive
  const keepsPublic = await tryRights(server, fresh, archive, signal)
  const chosen = async (contents: Contents) => {
    if (!keepsPublic) return []
    return [
      await writeContents(
        options.listFile,
        contents.filter((entry) => !isOfPublic(entry)),
      ),
    ]
  }
  const from = (path: string, ...args: string[]) => restoreFile(fresh, tools, path, args, { ...options, signal })
  try {
    if (backup.manifest?.kind !== 'data') {
      const jobs = backup.size < large ? 1 : Math.min(mostJobs, availableParallelism())
      return await from(backup.path, ...(await chosen(archive.contents)), ...(jobs > 1 ? [`--jobs=${jobs}`] : []))
    }
    // The schema as it is now, the rows of the backup between its tables and their constraints and triggers.
    await dump(server, options.dumpTools ?? tools, options.temporary, { ...options, kind: 'schema', signal })
    const schema = await chosen((await readArchive(options.temporary, tools.major, tools.folder)).contents)
    await from(options.temporary, '--section=pre-data', '--section=data', ...schema)
    await from(backup.path, '--data-only')
    await from(options.temporary, '--section=post-data', ...schema)
    await refreshViews(server, fresh, signal)
  } finally {
    await rm(options.temporary, { force: true })
    await rm(options.listFile, { force: true })
  }
}

async function restoreFile(
  fresh: Server,
  tools: Tools,
  path: string,
  args: readonly string[],
  options: FillOptions,
): Promise<void> {
  const { searchPath, signal } = options
  const progress = (what: string) => options.progress(`restoring ${what}`)
  if (searchPath === null) return pgRestore(fresh, args, { ...options, tools, path, progress })
  const inOneJob = args.filter((arg) => !arg.startsWith('--jobs='))
  await runScriptAlone(fresh, tools, [...inOneJob, path], { searchPath, signal, progress })
}

const populatedSql = `SELECT format('%I.%I', nspname, relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind = 'm' AND relispopulated`

/** Fills the materialized views that were filled; their order is that in which they were made. */
async function refreshViews(server: Server, fresh: Server, signal: AbortSignal): Promise<void> {
  const [views, searchPath] = await withConnection(connect(server, restoreApplication), signal, async (client) => {
    const rows = await queryArrays<[string]>(client, `${populatedSql} ORDER BY c.oid`)
    return [rows.map(([view]) => view), await readSearchPath(client)] as const
  })
  await withConnection(connect(fresh, restoreApplication), signal, async (client) => {
    const filled = new Set((await queryArrays<[string]>(client, populatedSql)).map(([view]) => view))
    await sendStatement(client, `SELECT set_config('search_path', ${quoteLiteral(searchPath)}, false)`)
    for (const view of views) if (!filled.has(view)) await sendStatement(client, `REFRESH MATERIALIZED VIEW ${view}`)
  })
}
