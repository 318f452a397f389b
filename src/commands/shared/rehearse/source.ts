import type { Backup } from '../../../core/backup.ts'
import { NselfError } from '../../../core/errors.ts'
import { shellWord } from '../../../core/shell-word.ts'
import type { Archive } from '../../../postgres/backup/archive.ts'
import { type Server, spokenPlace } from '../../../postgres/driver/server.ts'
import { findBackup } from '../../../project/backups/list.ts'
import { type Context, type Look, look, refuseLost } from '../context.ts'
import { checkBackup } from '../fitting-backup.ts'
import { namedServer, serverOfUrl } from '../named-server.ts'

/** What is copied. */
export interface RehearsalSource {
  /** For a person: `shop on 127.0.0.1:5432 (local)`. */
  readonly words: string
  /** The database that is copied; of a backup the one that the copy is to be like. */
  readonly server: Server
  /** Files and history of that database. */
  readonly found: Look
  /** Only developers work on it: a copy may be made beside it. */
  readonly isLocal: boolean
  readonly backup: { readonly backup: Backup; readonly archive: Archive | null } | null
  readonly major: number
  /** The command that looks at the same database, to be printed. */
  readonly command: string
}

export interface SourceChoice {
  /** An environment or a URL; null for the database of the command's own environment. */
  readonly on: string | null
  /** A backup; null for a database as it is now. */
  readonly from: string | null
}

/** What names the same database to a command that has no `--on`. */
const flagsNaming = (context: Context, on: string) =>
  ` ${serverOfUrl(context, on) === null ? '--env' : '--database-url'} ${shellWord(on)}`

/** @throws NselfError `usage` for what is not there, `refused` for a damaged backup, `connection`. */
export async function sourceOf(context: Context, { on, from }: SourceChoice): Promise<RehearsalSource> {
  const { settings } = context
  const named = on === null ? null : namedServer(context, on, '--on')
  const found = await look(context, async (_, all) => all, named?.resolve)
  const { server, history } = found
  refuseLost(server, history, on === null ? '' : flagsNaming(context, on))
  const { markedAs, version } = history.facts
  const major = Math.floor(version / 10_000)
  const environment = markedAs ?? named?.label ?? settings.environment
  const isLocal = environment === 'local' && (named === null || named.label === 'local')
  const command = `nself db rehearse${on === null ? '' : ` --on ${shellWord(on)}`}`
  const base = { server, found, isLocal, major, command }
  if (from === null) {
    const isKnown = markedAs !== null || on === null || serverOfUrl(context, on) === null
    return { ...base, words: `${spokenPlace(server)}${isKnown ? ` (${environment})` : ''}`, backup: null }
  }
  const backup = await findBackup(settings.backupsDir, settings.cwd, from)
  if (backup.manifest?.kind === 'data') {
    throw new NselfError('usage', `${backup.name} holds only rows, so nothing can be run on it`, {
      hint: 'take a full backup: nself db backup; or rehearse on the database as it is: nself db rehearse',
    })
  }
  const archive = await checkBackup(context, backup, major)
  const taken = archive?.serverMajor ?? major
  if (taken !== major)
    context.tell(
      `Note: ${backup.name} is of PostgreSQL ${taken}, and is rehearsed on ${major}, as ${spokenPlace(server)}`,
    )
  return { ...base, words: backup.name, backup: { backup, archive } }
}
