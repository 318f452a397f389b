import { type Backup, type BackupKind, type Manifest, stampOf } from '../../core/backup.ts'
import type { Environment } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import { readArchive, readWhole } from '../../postgres/backup/archive.ts'
import { dump, readSnapshot, type Snapshot } from '../../postgres/backup/dump.ts'
import { fitting, installedTools, noTools, type Tools } from '../../postgres/backup/tools.ts'
import { copyDatabase } from '../../postgres/databases/copy.ts'
import { connect } from '../../postgres/driver/connect.ts'
import { hostAndPort, type Server } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { readHistory } from '../../postgres/tracking/history.ts'
import { discard, openBackups, temporaryIn } from '../../project/backups/folder.ts'
import { noteCopy } from '../../project/backups/noted-copy.ts'
import { publish } from '../../project/backups/publish.ts'
import { writeFailure } from '../../project/backups/write-failure.ts'
import { sha256OfFile, sizeOf } from '../../project/durable-file.ts'
import { type Context, resolveServer } from './context.ts'
import { mayEndConnections } from './end-sessions.ts'
import { sweepBackups } from './sweep-backups.ts'

export interface BackupOptions {
  readonly kind: BackupKind
  /** How long to wait for locks that others hold on tables. */
  readonly lockWaitMs: number
  /** Consent to end the sessions of others, where the backup is a copy of the database. */
  readonly endConnections: boolean
}

/** Everything that a backup needs, found before anything runs. */
export interface BackupMeans {
  readonly server: Server
  /** Null where the backup is a copy on the same server. */
  readonly tools: Tools | null
  readonly environment: Environment
}

export interface TakenBackup extends Backup {
  readonly manifest: Manifest
}

/**
 * Finds what a backup needs, and sees that the folder can be written to.
 * @throws NselfError `configuration` when a pg_dump that fits is missing in staging or production, `connection`.
 */
export async function findBackupMeans(context: Context): Promise<BackupMeans> {
  const { settings } = context
  const server = await resolveServer(context)
  return withConnection(connect(server, 'nself backup'), null, async (client) => {
    const { facts } = await readHistory(client)
    // A database that says it is production is that, whatever this command believes.
    const environment = facts.markedAs ?? settings.environment
    const major = Math.floor(facts.version / 10_000)
    const all = await installedTools(settings.pgBinDir)
    const tools = fitting(all, major)
    if (tools === null && (environment !== 'local' || settings.environment !== 'local')) throw noTools(all, major)
    await openBackups(settings.backupsDir)
    return { server, tools, environment }
  })
}

/**
 * Takes a backup of the database and returns it with its manifest, whole and on disk. Other commands call it before
 * they change something; to fail before a question is asked, they call `findBackupMeans` first and hand it over.
 * @throws NselfError `configuration`, `backup-failed`, `connection`, `locked`, `not-confirmed`, `refused`, `interrupted`;
 * no file is left under a final name then.
 */
export async function takeBackup(context: Context, options: BackupOptions, found?: BackupMeans): Promise<TakenBackup> {
  const means = found ?? (await findBackupMeans(context))
  await sweepBackups(context, means.server)
  const { tools } = means
  return tools === null ? takeCopy(context, options, means) : takeDump(context, options, { ...means, tools })
}

async function takeDump(
  context: Context,
  options: BackupOptions,
  { server, tools, environment }: BackupMeans & { tools: Tools },
): Promise<TakenBackup> {
  const { backupsDir, pgBinDir } = context.settings
  const took = stopwatch()
  const temporary = temporaryIn(backupsDir)
  try {
    const progress = (what: string) => context.progress(`backing up ${server.database}: ${what}`)
    const snapshot = await dump(server, tools, temporary, { ...options, progress, signal: context.signal })
    progress('checking that it is complete')
    const archive = await readArchive(temporary, tools.major, pgBinDir)
    await readWhole(temporary, archive.tools, context.signal)
    const manifest = {
      ...facts(server, snapshot, options.kind, environment, took()),
      method: 'dump' as const,
      pgDumpVersion: tools.version,
      size: await sizeOf(temporary),
      sha256: await sha256OfFile(temporary),
      verified: true,
      copy: null,
    }
    return { ...(await publish(backupsDir, temporary, manifest)), manifest }
  } catch (error) {
    throw writeFailure(error, backupsDir)
  } finally {
    await discard(temporary)
  }
}

async function takeCopy(
  context: Context,
  options: BackupOptions,
  { server, environment }: BackupMeans,
): Promise<TakenBackup> {
  if (options.kind !== 'full') {
    throw new NselfError('configuration', `a ${options.kind}-only backup needs pg_dump`, {
      hint: 'install a pg_dump that matches the server, or take a full backup; nothing was run',
    })
  }
  context.tell('No pg_dump here matches the server: the backup is a copy of the database on the same server')
  const endConnections = await mayEndConnections(context, server, options.endConnections, 'copied')
  const took = stopwatch()
  // Until it has a manifest, this says whose the copy is.
  const note = temporaryIn(context.settings.backupsDir)
  try {
    const snapshot = await withConnection(connect(server, 'nself backup'), context.signal, readSnapshot)
    const { name, size } = await copyDatabase(server, {
      purpose: 'backup',
      stamp: stampOf(took().takenAt),
      endConnections,
      signal: context.signal,
      onName: (copy) => noteCopy(note, copy),
    })
    const base = facts(server, snapshot, options.kind, environment, took())
    const method = 'copy' as const
    const manifest = { ...base, method, pgDumpVersion: null, size, sha256: null, verified: true, copy: name }
    return { ...(await publish(context.settings.backupsDir, null, manifest)), manifest }
  } catch (error) {
    throw writeFailure(error, context.settings.backupsDir)
  } finally {
    await discard(note)
  }
}

function facts(server: Server, snapshot: Snapshot, kind: BackupKind, environment: Environment, took: Took) {
  const place = { database: server.database, server: hostAndPort(server) }
  return { kind, ...place, environment, ...snapshot, ...took }
}

interface Took {
  readonly takenAt: string
  readonly durationMs: number
}

function stopwatch(): () => Took {
  const began = Date.now()
  return () => ({ takenAt: new Date(began).toISOString(), durationMs: Date.now() - began })
}
