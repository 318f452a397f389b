import { relative } from 'node:path'
import { type Backup, stampOf } from '../../core/backup.ts'
import { type Approved, approve, wouldAsk } from '../../core/guard/guard.ts'
import type { Archive } from '../../postgres/backup/archive.ts'
import { foreignOwners, OnlyInPlace } from '../../postgres/backup/only-in-place.ts'
import { restore as restoreApproved } from '../../postgres/backup/restore.ts'
import type { RestorePlan } from '../../postgres/backup/restore-plan.ts'
import { fitting, installedTools, noTools, type Tools } from '../../postgres/backup/tools.ts'
import { connectBeside, missingPrivilege } from '../../postgres/databases/databases.ts'
import { refuseTied } from '../../postgres/databases/ties.ts'
import { connect } from '../../postgres/driver/connect.ts'
import { placeOf, type Server, spokenPlace } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { type History, readHistory } from '../../postgres/tracking/history.ts'
import { openBackups, temporaryIn } from '../../project/backups/folder.ts'
import { findBackup } from '../../project/backups/list.ts'
import type { RestoreResult } from './backup-results.ts'
import { goingLine } from './brief.ts'
import { describeBackup, whatIsReplaced } from './brief-restore.ts'
import { type Context, refuseOtherEnvironment, refuseReadOnly, resolveServer } from './context.ts'
import { copyFirst } from './copy-first.ts'
import { mayEndConnections } from './end-sessions.ts'
import { checkBackup, newestBackup } from './fitting-backup.ts'
import { pruneKeptLine } from './kept-databases.ts'
import { missingRoles } from './missing-roles.ts'
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
  const { environment, backupsDir, keepsUndoCopies } = context.settings
  const found = await lookAtBackup(context, flags)
  const { server, backup } = found
  // What production has now is kept as a backup too; whether that is possible shows before anything is asked.
  const means = environment === 'production' && !undoesUpdate ? await findBackupMeans(context) : null
  await openBackups(backupsDir)
  const plan = { ...(await planOf(context, flags, found)), undoesUpdate }
  const approved = await askFor(context, found, plan, means !== null)
  if (means !== null) {
    const options = { kind: 'full', lockWaitMs: flags.lockWaitMs, endConnections: false } as const
    const taken = await takeBackup(context, options, means)
    context.tell(`Backed up the current database first: ${relative(context.settings.cwd, taken.path)}`)
  }
  if (flags.inPlace && environment === 'local' && keepsUndoCopies && !undoesUpdate) {
    await copyFirst(context, server, 'db restore --in-place')
  }
  const { kept } = await restoreApproved(server, approved, {
    environment,
    serverMajor: found.serverMajor,
    stamp: stampOf(new Date().toISOString()),
    dumpTools: found.dumpTools,
    temporary: temporaryIn(backupsDir),
    listFile: temporaryIn(backupsDir),
    lockWaitMs: flags.lockWaitMs,
    tell: context.tell,
    progress: (what) => context.progress(what),
    signal: context.signal,
  })
  return {
    kind: 'restore',
    database: placeOf(server),
    file: backup.name,
    inPlace: flags.inPlace,
    kept,
    pruneLine: pruneKeptLine(context),
    durationMs: context.now() - began,
  }
}

/** A backup, the database that it is to replace, and what they need. */
interface Found {
  readonly server: Server
  readonly history: History
  readonly serverMajor: number
  readonly backup: Backup
  /** What is in it; null for a copy. */
  readonly archive: Archive | null
  /** What dumps the server's own schema, for a backup of the data alone; otherwise null. */
  readonly dumpTools: Tools | null
}

/** @throws NselfError where the database may not be replaced, and where the backup is damaged or does not fit. */
async function lookAtBackup(context: Context, { file }: RestoreFlags): Promise<Found> {
  const { environment, backupsDir, cwd } = context.settings
  const server = await resolveServer(context)
  const history = await withConnection(connect(server, 'nself'), context.signal, readHistory)
  refuseOtherEnvironment(server, history.facts, environment)
  refuseReadOnly(server, history)
  const serverMajor = Math.floor(history.facts.version / 10_000)
  const backup = file === null ? await newestBackup(context, server) : await findBackup(backupsDir, cwd, file)
  const archive = await checkBackup(context, backup, serverMajor)
  const dumpTools = backup.manifest?.kind === 'data' ? await toolsFor(context, serverMajor) : null
  return { server, history, serverMajor, backup, archive, dumpTools }
}

/** @param isBackedUp what is there now is kept as a backup first. @throws NselfError `not-confirmed`. */
async function askFor(
  context: Context,
  { server, history, backup }: Found,
  plan: RestorePlan,
  isBackedUp: boolean,
): Promise<Approved<RestorePlan>> {
  const { environment } = context.settings
  const summary = `replace ${spokenPlace(server)} (${history.facts.markedAs ?? environment}) by ${describeBackup(backup)}`
  const lost = plan.undoesUpdate ? null : await whatIsReplaced(context, server, backup, isBackedUp)
  const intent = { action: 'restore', what: plan, summary, ...(lost ? { briefing: lost } : {}) } as const
  if (lost && !wouldAsk(intent, environment, context.answers, context.ask)) {
    for (const line of lost.steps.flatMap(goingLine)) context.tell(line)
  }
  return approve(intent, environment, context.answers, context.ask)
}

async function planOf(context: Context, flags: RestoreFlags, { server, backup, archive }: Found): Promise<RestorePlan> {
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
