import { devNull } from 'node:os'
import { NselfError } from '../../core/errors.ts'
import { type Contents, contentsOf } from './table-of-contents.ts'
import { failureOf, runTool } from './tool.ts'
import { bySuitability, howToInstall, installedTools, type Tools } from './tools.ts'

/** What `pg_restore --list` says of a dump. */
export interface Archive {
  readonly tools: Tools
  /** Major of the server it was taken from. */
  readonly serverMajor: number | null
  /** The relations it makes, in its own words: `TABLE public users owner`. */
  readonly relations: readonly string[]
  readonly contents: Contents
}

/** The relations of a database in the words of a table of contents; those of extensions come with the extension. */
export const relationsSql = `SELECT format('%s %s %s %s', CASE relkind WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'v' THEN 'VIEW'
  WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, nspname, relname, pg_get_userbyid(relowner)) AS line
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND nspname <> 'information_schema' AND nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`

/**
 * Reads the table of contents of a dump, with the pg_restore that suits the server best and can read it.
 * @throws NselfError `configuration` when pg_restore is missing or too old, `refused` for what is no dump.
 */
export async function readArchive(path: string, serverMajor: number, only: string | null): Promise<Archive> {
  const all = await installedTools(only)
  if (all.length === 0) {
    throw new NselfError('configuration', 'pg_restore is not installed', {
      hint: `${howToInstall(serverMajor)}; or name its folder: NSELF_PG_BIN_DIR=/path/to/bin; nothing was changed`,
    })
  }
  let said = ''
  for (const tools of bySuitability(all, serverMajor)) {
    const { code, stdout, stderr } = await runTool(tools.pgRestore, ['--list', path])
    if (code === 0) return archiveFrom(tools, stdout)
    said = stderr.join('\n').replace(/^pg_restore: (error: )?/gm, '')
    if (/unsupported version/.test(said)) continue
    break
  }
  const shown = `${path} cannot be read: ${said}`
  if (/unsupported version/.test(said)) {
    const newest = Math.max(...all.map(({ major }) => major))
    throw new NselfError('configuration', `${shown}; the newest pg_restore found is ${newest}`, {
      hint: `it was made by a newer pg_dump: ${howToInstall(newest + 1)}`,
    })
  }
  throw new NselfError('refused', shown, {
    hint: /text format/.test(said)
      ? 'it is plain SQL, which psql -f restores; nself restores what pg_dump -Fc writes'
      : 'it was not made by pg_dump -Fc, or is incomplete; to see the other backups: nself db backup list',
  })
}

/**
 * Reads a dump to its end, for its table of contents says nothing of the rows behind it.
 * @throws NselfError `backup-failed` for one that is cut off or damaged, `interrupted`.
 */
export async function readWhole(path: string, { pgRestore }: Tools, signal: AbortSignal): Promise<void> {
  const ended = await runTool(pgRestore, [`--file=${devNull}`, path], { signal })
  if (ended.code === 0) return
  throw failureOf('backup', 'reading the new dump with pg_restore', ended, notWhole)
}

const notWhole = 'pg_dump wrote an incomplete file; no backup was kept, the earlier ones are unchanged'

function archiveFrom(tools: Tools, list: string): Archive {
  const contents = contentsOf(list)
  const relations = contents.flatMap((entry) => {
    const found = /^\d+; 1259 \d+ ((?:TABLE|FOREIGN TABLE|VIEW|MATERIALIZED VIEW|SEQUENCE) .*)$/.exec(entry)?.[1]
    return found === undefined ? [] : [found]
  })
  const serverMajor = Number(/Dumped from database version: (\d+)/.exec(list)?.[1] ?? 0) || null
  return { tools, serverMajor, relations, contents }
}
