import { type Backup, isSameServer, isVerified, type Manifest, stampOf } from '../../core/backup.ts'
import { NselfError } from '../../core/errors.ts'
import { approve, wouldAsk } from '../../core/guard.ts'
import { type Archive, readArchive } from '../../postgres/backup/archive.ts'
import { foreignOwners, OnlyInPlace } from '../../postgres/backup/only-in-place.ts'
import { restore as restoreApproved } from '../../postgres/backup/restore.ts'
import type { RestorePlan } from '../../postgres/backup/restore-plan.ts'
import { fitting, installedTools, noTools, type Tools } from '../../postgres/backup/tools.ts'
import { connectBeside, missingPrivilege } from '../../postgres/databases/databases.ts'
import { refuseTied } from '../../postgres/databases/ties.ts'
import { connect } from '../../postgres/driver/connect.ts'
import { placeOf, type Server } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { readHistory } from '../../postgres/tracking/history.ts'
import { openBackups, temporaryIn } from '../../project/backups/folder.ts'
import { findBackup, listBackups } from '../../project/backups/list.ts'
import { sha256OfFile } from '../../project/durable-file.ts'
import { restoreLine } from './backup-first.ts'
import type { RestoreResult } from './backup-results.ts'
import { goingLine } from './brief.ts'
import { describeBackup, whatIsReplaced } from './brief-restore.ts'
import { type Context, refuseOtherEnvironment, refuseReadOnly, resolveServer } from './context.ts'
import { copyFirst } from './copy-first.ts'
import { mayEndConnections } from './end-sessions.ts'
import { pruneKeptLine } from './kept-databases.ts'
import { missingRoles } from './missing-roles.ts'
import { nameOfServer } from './server-name.ts'
import { findBackupMeans, takeBackup } from './take-backup.ts'

export interface RestoreFlags {
  /** Null for the newest backup of this database. */
  readonly file: string | null
  readonly inPlace: boolean
  readonly dropOld: boolean
  readonly endConnections: boolean
  readonly lockWaitMs: number
}

/** Looks at everything that could stand in the way, asks, and only then locks and restores. */
export async function restoreBackup(
  context: Context,
  flags: RestoreFlags,
  { undoesUpdate }: { readonly undoesUpdate: boolean },
): Promise<RestoreResult> {
  const began = context.now()
  const { environment, backupsDir } = context.settings
  const server = await resolveServer(context)
  const history = await withConnection(connect(server, 'nself'), context.signal, readHistory)
  refuseOtherEnvironment(server, history.facts, environment)
  refuseReadOnly(server, history)
  const serverMajor = Math.floor(history.facts.version / 10_000)
  const backup =
    flags.file === null ? await newest(context, server) : await findBackup(backupsDir, context.settings.cwd, flags.file)
  const archive = await check(context, backup, serverMajor)
  const dumpTools = backup.manifest?.kind === 'data' ? await toolsFor(context, serverMajor) : null
  // What production has now is kept as a backup too; whether that is possible shows before anything is asked.
  const means = environment === 'production' && !undoesUpdate ? await findBackupMeans(context) : null
  await openBackups(backupsDir)
  const plan = { ...(await planOf(context, server, flags, backup, archive)), undoesUpdate }
  const database = placeOf(server)
  const summary = `replace ${database} (${history.facts.markedAs ?? environment}) by ${describeBackup(backup)}`
  const lost = undoesUpdate ? null : await whatIsReplaced(context, server, backup, means !== null)
  const intent = { action: 'restore', what: plan, summary, ...(lost ? { briefing: lost } : {}) } as const
  if (lost && !wouldAsk(intent, environment, context.answers, context.ask)) {
    for (const line of lost.steps.flatMap(goingLine)) context.tell(line)
  }
  const approved = await approve(intent, environment, context.answers, context.ask)
  if (means !== null) {
    const taken = await takeBackup(
      context,
      { kind: 'full', lockWaitMs: flags.lockWaitMs, endConnections: false },
      means,
    )
    context.tell(`Backed up the present database first: ${taken.path}`)
  }
  if (flags.inPlace && environment === 'local' && context.settings.keepsUndoCopies && !undoesUpdate) {
    await copyFirst(context, server, 'db restore --in-place')
  }
  const { kept } = await restoreApproved(server, approved, {
    environment,
    serverMajor,
    stamp: stampOf(new Date().toISOString()),
    dumpTools,
    temporary: temporaryIn(backupsDir),
    listFile: temporaryIn(backupsDir),
    lockWaitMs: flags.lockWaitMs,
    tell: context.tell,
    progress: (what) => context.progress(what),
    signal: context.signal,
  })
  const durationMs = context.now() - began
  return {
    kind: 'restore',
    database,
    file: backup.name,
    inPlace: flags.inPlace,
    kept,
    pruneLine: pruneKeptLine(context),
    durationMs,
  }
}

/** @throws NselfError `usage` when there is none. */
async function newest(context: Context, server: Server): Promise<Backup> {
  const { environment, backupsDir } = context.settings
  const backups = await listBackups(backupsDir)
  const full = backups.filter(
    (backup) =>
      isVerified(backup) &&
      backup.manifest?.kind === 'full' &&
      backup.manifest.database === server.database &&
      backup.manifest.environment === environment,
  )
  const name = await nameOfServer(context, server)
  const found = full.find(({ manifest }) => manifest !== null && isSameServer(manifest, name))
  if (found !== undefined) return found
  const elsewhere = full[0]
  const sameAddress = elsewhere?.manifest?.server === name.server ? ', which was another server then' : ''
  const hint =
    elsewhere !== undefined
      ? `the newest backup of a database of that name is from ${elsewhere.manifest?.server}${sameAddress}; to restore it anyway: ${restoreLine(context, elsewhere)}`
      : backups.length === 0
        ? 'take one: nself db backup'
        : 'to see which there are: nself db backup list; then: nself db restore FILE'
  throw new NselfError('usage', `there is no full backup of ${placeOf(server)} (${environment}) in ${backupsDir}`, {
    hint,
  })
}

/** Sees that the backup is whole, and one that this server can take. @throws NselfError `refused`. */
async function check(context: Context, backup: Backup, serverMajor: number): Promise<Archive | null> {
  const { manifest, name } = backup
  if (manifest?.method === 'copy') return null
  if (backup.isDamaged) {
    throw new NselfError('refused', `the manifest of ${name} is damaged, so the dump cannot be checked`, {
      hint: `to restore another backup: nself db backup list; to restore this one unchecked, remove ${name}.json`,
    })
  }
  if (manifest === null) {
    context.tell(`${name} has no manifest, so nself did not make it and cannot check it before it is restored`)
  } else {
    await checkSum(context, backup, manifest)
  }
  const archive = await readArchive(backup.path, serverMajor, context.settings.pgBinDir)
  const from = archive.serverMajor ?? serverMajor
  if (from > serverMajor) {
    throw new NselfError(
      'refused',
      `${name} was taken from PostgreSQL ${from}, but the server is PostgreSQL ${serverMajor}`,
      {
        hint: 'restore it to a server of that version or newer; nothing was changed',
      },
    )
  }
  if (manifest?.kind === 'schema') context.tell(`${name} holds only the schema: all tables will be empty`)
  return archive
}

async function checkSum(context: Context, { name, path, size }: Backup, manifest: Manifest): Promise<void> {
  context.progress(`checking ${name}`)
  const isWhole = size === manifest.size && (await sha256OfFile(path)) === manifest.sha256
  if (isWhole) return
  const how =
    size === manifest.size
      ? 'its checksum is not the one in its manifest'
      : `it has ${size} bytes, and its manifest says ${manifest.size}`
  throw new NselfError('refused', `${name} is damaged: ${how}`, {
    hint: 'to see the other backups: nself db backup list; nothing was changed',
  })
}

async function planOf(
  context: Context,
  server: Server,
  flags: RestoreFlags,
  backup: Backup,
  archive: Archive | null,
): Promise<RestorePlan> {
  const { inPlace, dropOld } = flags
  const roles = backup.manifest?.roles ?? []
  const newRoles = await missingRoles(context, server, roles)
  const base = { backup, archive, inPlace, dropOld, newRoles, undoesUpdate: false }
  if (inPlace) return { ...base, endConnections: false }
  const reason = await withConnection(connectBeside(server, 'nself'), context.signal, async (client) => {
    await refuseTied(client, server.database)
    return missingPrivilege(client, server.database)
  })
  if (reason !== null) throw new OnlyInPlace(reason)
  if (archive !== null) {
    const owners = await withConnection(connect(server, 'nself'), context.signal, (client) =>
      foreignOwners(client, archive),
    )
    if (owners !== null) throw new OnlyInPlace(owners)
  }
  return { ...base, endConnections: await mayEndConnections(context, server, flags.endConnections, 'replaced') }
}

async function toolsFor({ settings }: Context, serverMajor: number): Promise<Tools> {
  const all = await installedTools(settings.pgBinDir)
  const tools = fitting(all, serverMajor)
  if (tools === null) throw noTools(all, serverMajor)
  return tools
}
