import { NselfError } from '../../../core/errors.ts'
import { sizeText } from '../../../core/quantities.ts'
import { messageOf, systemCodeOf } from '../../../core/system-error.ts'
import { readSnapshot } from '../../../postgres/backup/dump.ts'
import { pgRestore } from '../../../postgres/backup/pg-restore.ts'
import { fillResolved } from '../../../postgres/backup/resolved.ts'
import { readSearchPath, runScriptAlone } from '../../../postgres/backup/run-script.ts'
import { fitting, howToInstall, installedTools, noTools, type Tools } from '../../../postgres/backup/tools.ts'
import { type FillIn, type Transfer, transfer } from '../../../postgres/backup/transfer.ts'
import { connect } from '../../../postgres/driver/connect.ts'
import { type Server, spokenPlace } from '../../../postgres/driver/server.ts'
import { withConnection } from '../../../postgres/driver/with-connection.ts'
import {
  gatherStatistics,
  type Hindrance,
  lackOfRoom,
  type NamedRoles,
  whyNoTemplate,
} from '../../../postgres/rehearse/source.ts'
import { likenessOf } from '../../../postgres/scratch/likeness.ts'
import type { ScratchServer } from '../../../postgres/scratch/scratch.ts'
import type { Context } from '../context.ts'
import { mayEndConnections } from '../end-sessions.ts'
import type { CopyKind } from '../rehearse-results.ts'
import { type ScratchWork, type Where, withScratchFor } from '../scratch-server.ts'
import type { RehearsalSource } from './source.ts'

/** A copy to run on, which is gone afterwards. */
export interface Copied {
  readonly copy: ScratchServer
  readonly work: ScratchWork
  readonly how: CopyKind
}

export interface CopyWishes {
  /** Without rows. */
  readonly schemaOnly: boolean
  readonly named: NamedRoles
  /** Consent to end the sessions of others on a local database. */
  readonly endConnections: boolean
}

const strict = 'the migrations cannot be rehearsed'

/**
 * Lends a copy of what is to be rehearsed on. Of a local database it is made beside it by CREATE DATABASE … TEMPLATE where
 * nobody is connected; otherwise what pg_dump reads goes to another server of the same major.
 * @throws NselfError `refused`, `configuration`, `disk-full`, `connection`, `interrupted`; what `use` throws.
 */
export async function withCopy<T>(
  context: Context,
  source: RehearsalSource,
  wishes: CopyWishes,
  use: (copied: Copied) => Promise<T>,
): Promise<T> {
  const { server, backup, isLocal } = source
  const database = backup === null ? server.database : (backup.backup.manifest?.copy ?? null)
  const mayBeTemplate = isLocal && !wishes.schemaOnly && database !== null && context.settings.shadow === null
  const found = mayBeTemplate ? await hindranceOf(context, source, wishes.named) : null
  const endsOthers = found?.isInUse === true && (await endsSessions(context, source, wishes.endConnections))
  const hindrance = endsOthers ? null : found
  const reason = hindrance?.reason ?? null
  if (mayBeTemplate && hindrance === null) {
    const made = await onTemplate(context, source, { database, endsOthers }, use)
    if (made !== 'in-use') return made.result
  }
  if (backup?.archive === null)
    throw new NselfError('refused', `the copy ${backup.backup.name} cannot be copied: ${reason ?? 'it is in use'}`, {
      hint: 'rehearse on a backup by pg_dump, or on the database as it is: nself db rehearse',
    })
  const tools = backup?.archive?.tools ?? (await toolsFor(context, source, reason))
  if (reason !== null)
    context.tell(`Note: copied by ${backup === null ? 'pg_dump' : 'pg_restore'}, not as a template: ${reason}`)
  return onOther(context, source, { ...wishes, tools, staysApart: hindrance?.staysApart === true }, use)
}

async function hindranceOf(
  { signal }: Context,
  { server, backup }: RehearsalSource,
  named: NamedRoles,
): Promise<Hindrance | null> {
  const like = await likenessOf(server)
  if (!like.rights.createsDatabases) return { reason: `${server.user} may not create databases`, staysApart: true }
  const found = await whyNoTemplate(server, like, named, signal)
  // To a copy that is a backup nobody can connect.
  return found?.isInUse === true && backup !== null ? null : found
}

/**
 * Whether those who are connected to a local database make way: by a flag, or where pg_dump cannot copy it and a person agrees.
 * @throws NselfError `refused` without a terminal, `not-confirmed`.
 */
async function endsSessions(context: Context, { server, major }: RehearsalSource, consent: boolean): Promise<boolean> {
  const canDump = fitting(await installedTools(context.settings.pgBinDir), major) !== null
  return (consent || !canDump) && mayEndConnections(context, server, consent, 'copied')
}

/** `in-use` where somebody has connected meanwhile. */
async function onTemplate<T>(
  context: Context,
  source: RehearsalSource,
  { database, endsOthers }: { readonly database: string; readonly endsOthers: boolean },
  use: (copied: Copied) => Promise<T>,
): Promise<{ readonly result: T } | 'in-use'> {
  const { server, words, command } = source
  return withScratchFor(context, { live: server, strict, place: 'beside' }, async (work) => {
    await refuseWithoutRoom(context, source, server)
    context.progress(`copying ${words}`)
    const copy = await work.scratch.copyOf(database, endsOthers).catch((error: unknown) => {
      if (systemCodeOf(error) === '55006') return null
      if (context.signal.aborted || error instanceof NselfError) throw error
      throw new NselfError('refused', `${spokenPlace(server)} cannot be copied: ${messageOf(error)}`, {
        hint: `to rehearse on the schema alone: ${command} --schema-only`,
        cause: error,
      })
    })
    return copy === null ? 'in-use' : { result: await use({ copy, work, how: 'template' }) }
  })
}

/** A copy by pg_dump and pg_restore, on another server but where the role can do nothing to its own. */
async function onOther<T>(
  context: Context,
  source: RehearsalSource,
  { schemaOnly, tools, staysApart }: CopyWishes & { readonly tools: Tools; readonly staysApart: boolean },
  use: (copied: Copied) => Promise<T>,
): Promise<T> {
  const { server, isLocal, backup, words } = source
  const where: Where = isLocal && !staysApart ? { live: server, strict } : { live: server, strict, place: 'apart' }
  return withScratchFor(context, where, async (work) => {
    const { scratch } = work
    const roles = backup === null ? await rolesOf(source) : (backup.backup.manifest?.roles ?? [])
    const isConfined = await scratch.provide({ roles, tablespaces: [] })
    const withoutOwners = !isConfined || (backup !== null && backup.backup.manifest === null)
    const progress = (what: string) => context.progress(`copying ${words}: ${what}`)
    const { signal, tell } = context
    const how = { tools, schemaOnly, withoutOwners, progress, signal }
    const searchPath = async () => backup?.backup.manifest?.searchPath ?? (await searchPathOf(source))
    const fillCopy = async (path: string | null) => {
      const copy = await scratch.create()
      const fill = (step: Parameters<typeof scratch.fill>[1]) => scratch.fill(copy, step)
      try {
        if (backup === null && !schemaOnly) await fill((to) => refuseWithoutRoom(context, source, to))
        await fillFrom(source, fill, { ...how, searchPath: path })
      } catch (error) {
        await scratch.drop(copy)
        throw error
      }
      context.progress('gathering statistics')
      await fill((to) => gatherStatistics(to, signal))
      return copy
    }
    const copy = await fillResolved(fillCopy, { searchPath, tell, signal })
    return use({ copy, work, how: backup === null ? 'dump' : 'backup' })
  })
}

type Filling = Omit<Transfer, 'lockWaitMs'>

async function fillFrom({ server, backup, major }: RehearsalSource, fill: FillIn, how: Filling): Promise<void> {
  if (backup === null) return transfer(server, fill, { ...how, lockWaitMs: 5000 })
  const { tools, withoutOwners, searchPath, progress, signal } = how
  const owners = withoutOwners ? ['--no-owner', '--no-acl'] : []
  const { path } = backup.backup
  for (const sections of [['--section=pre-data'], ['--section=data', '--section=post-data']]) {
    const args = ['--no-subscriptions', '--no-publications', ...owners, ...sections]
    await fill((to) =>
      searchPath === null
        ? pgRestore(to, args, { tools, path, serverMajor: major, progress, signal })
        : runScriptAlone(to, tools, [...args, path], { searchPath, signal, progress }),
    )
  }
}

/** @param reason why it cannot be copied as a template, where that was to be done. */
async function toolsFor(
  { settings }: Context,
  { major, server }: RehearsalSource,
  reason: string | null,
): Promise<Tools> {
  const all = await installedTools(settings.pgBinDir)
  const tools = fitting(all, major)
  if (tools !== null) return tools
  if (reason === null) throw noTools(all, major, 'a copy of the database needs pg_dump')
  throw new NselfError('refused', `${spokenPlace(server)} cannot be copied on its server: ${reason}`, {
    hint: `change that; or, for a copy by pg_dump, ${howToInstall(major)}; nothing was changed`,
  })
}

async function rolesOf({ server }: RehearsalSource): Promise<readonly string[]> {
  return (await withConnection(connect(server, 'nself'), null, readSnapshot)).roles
}

/** The search_path that sessions of this role have there. */
async function searchPathOf({ server }: RehearsalSource): Promise<string> {
  return withConnection(connect(server, 'nself'), null, readSearchPath)
}

async function refuseWithoutRoom({ signal }: Context, { server, command }: RehearsalSource, to: Server): Promise<void> {
  const lack = await lackOfRoom(server, to, signal)
  if (lack === null) return
  const { needed, free } = lack
  throw new NselfError(
    'disk-full',
    `a copy of ${spokenPlace(server)} needs ${sizeText(needed)}, and ${sizeText(free)} are free where it would be made`,
    { hint: `make room, or rehearse without rows: ${command} --schema-only; nothing was changed` },
  )
}
