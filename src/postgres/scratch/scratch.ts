import { randomBytes } from 'node:crypto'
import { NselfError } from '../../core/errors.ts'
import { interruption } from '../../core/interruption.ts'
import { connectBeside } from '../databases/databases.ts'
import { ownersIn } from '../databases/roles.ts'
import { type Connection, cancel, connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import { send } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { ConfinedRole } from './confined-role.ts'
import { cloneDatabase, copyDatabase } from './copy-database.ts'
import { createScratchSql, differenceFrom, type Likeness, settingsSql } from './likeness.ts'
import { refuseWithoutRight } from './scratch-right.ts'
import { drop, dropAll, scratchPrefix, sweep } from './sweep.ts'
import { dropOldTemplates, firstTemplate, templateName } from './templates.ts'

declare const madeForScratch: unique symbol

/**
 * A server whose database was made to be looked at and dropped. Only this file makes one, so that what runs without
 * asking can be given nothing else.
 */
export type ScratchServer = Server & { readonly [madeForScratch]: true }

/** Where scratch databases are made. */
export interface ScratchPlace {
  /** As a role that may create databases there. */
  readonly server: Server
  /**
   * Where the database is; the same, as a role without rights, for the copy of a superuser's; a cluster that serves replays
   * alone, where they run as such a role too; a server that a person named.
   */
  readonly kind: 'beside' | 'beside-confined' | 'own-cluster' | 'elsewhere'
  /** The database that they are to be like; null for one that is not known. */
  readonly like: Likeness | null
}

/** Databases for the time of one command, on a server where the role may create them. */
export interface Scratch {
  /** Why what is made here may differ from what the same makes in the real database; null when nothing does. */
  readonly unlike: string | null
  /** A statement that does what this one does although only a superuser may; the same where nobody is confined. */
  elevate(sql: string): string
  /** The statement that was elevated; the same for any other. */
  original(sql: string): string
  /** Sees to it that roles, tablespaces of these names are there, where the cluster is ours. True when they are. */
  provide(names: { readonly roles: readonly string[]; readonly tablespaces: readonly string[] }): Promise<boolean>
  /** A new database, empty or a copy of another one that nobody is connected to. @throws what the server says. */
  create(from?: ScratchServer): Promise<ScratchServer>
  /**
   * A copy of a database of the server that is none of ours, rows and all.
   * @param endsOthers consent to end the sessions of others on it.
   * @throws what the server says: nobody may be connected.
   */
  copyOf(database: string, endsOthers: boolean): Promise<ScratchServer>
  /** Lends a database that was made here to what fills it, as the role that made it; several times where it takes several steps. */
  fill(server: ScratchServer, use: (server: Server) => Promise<void>): Promise<void>
  /** Drops one that is not needed any more, before all are. */
  drop(server: ScratchServer): Promise<void>
  /** The first of these keys for which there is a template. */
  findTemplate(keys: readonly string[]): Promise<{ key: string; server: ScratchServer } | null>
  /** Keeps a copy of a database for later commands. */
  saveTemplate(key: string, from: ScratchServer): Promise<void>
}

export interface ScratchOptions {
  readonly signal: AbortSignal
}

/**
 * Lends databases that are gone afterwards, whatever happens: those of a command that was killed are dropped by the next
 * one. Who owns them is told by a connection that stays open and bears their token as its name.
 * @throws NselfError `refused` when the role may not create databases, `connection`; what `use` throws.
 */
export async function withScratch<T>(
  place: ScratchPlace,
  options: ScratchOptions,
  use: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const token = randomBytes(4).toString('hex')
  const connecting = connectBeside(place.server, `${scratchPrefix}${token}`)
  return withConnection(connecting, null, (_, owner) => scratching({ place, owner, token }, options, use))
}

interface Scratching {
  readonly place: ScratchPlace
  readonly owner: Connection
  readonly token: string
}

/** What is made is dropped by the connection that made it, after an interruption too. */
async function scratching<T>(
  { place, owner, token }: Scratching,
  { signal }: ScratchOptions,
  use: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const { server } = place
  const stop = () => void cancel(owner)
  signal.addEventListener('abort', stop)
  const role = confinedRole(owner.client, place, `${scratchPrefix}${token}`)
  try {
    await refuseWithoutRight(owner, server)
    await sweep(owner.client, server)
    await role?.make()
    const unlike = await unlikeness(owner.client, place, `${scratchPrefix}${token}_0`)
    return await use(scratchOn(owner.client, place, { token, role, unlike }))
  } catch (error) {
    if (signal.aborted && !(error instanceof NselfError)) {
      throw new NselfError(interruption(signal), 'interrupted; nothing was written, and the scratch databases are gone')
    }
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await dropAll(owner.client, server, `${scratchPrefix}${token}_`)
    await role?.drop()
  }
}

function confinedRole(client: Client, { kind, like }: ScratchPlace, login: string): ConfinedRole | null {
  if (kind === 'own-cluster') {
    const real = { name: like?.role ?? 'postgres', seesAllRows: like?.rights.seesAllRows ?? true }
    return new ConfinedRole(client, real, login)
  }
  return kind === 'beside-confined' ? new ConfinedRole(client, null, login) : null
}

/** Also when such a database cannot be made there: its locale can be missing. */
async function unlikeness(client: Client, { kind, like }: ScratchPlace, name: string): Promise<string | null> {
  if (like === null) return 'the database is not known'
  if (kind === 'beside' || kind === 'beside-confined') return null
  const different = await differenceFrom(client, like)
  if (different !== null) return different
  const { error } = await send(client, createScratchSql(name, like, null))
  await drop(client, null, name)
  return error === null ? null : error.message
}

interface Means {
  readonly token: string
  readonly role: ConfinedRole | null
  readonly unlike: string | null
}

function scratchOn(client: Client, place: ScratchPlace, { token, role, unlike }: Means): Scratch {
  const { server, like } = place
  let count = 0
  // The mark is for the compiler alone, so it has to be claimed.
  const at = (database: string) => {
    const there = { ...server, database }
    return (role === null ? there : role.enter(there)) as ScratchServer
  }
  const prepared = async (database: string) => {
    // One that cannot be set there, as a superuser's, has no say in what is made.
    for (const sql of like === null ? [] : settingsSql(database, like)) await send(client, sql)
    await role?.prepare({ ...server, database })
    return at(database)
  }
  return {
    unlike,
    elevate: (sql) => role?.elevate(sql) ?? sql,
    original: (sql) => role?.original(sql) ?? sql,
    async provide({ roles, tablespaces }) {
      await role?.makeRoles(roles)
      await role?.makeTablespaces(tablespaces)
      return role !== null
    },
    async create(from) {
      const database = `${scratchPrefix}${token}_${++count}`
      const fresh = createScratchSql(database, unlike === null ? like : null, role?.owner ?? null)
      if (from) await copyDatabase(client, server, { from: from.database, to: database, role })
      else await client.query(fresh)
      return prepared(database)
    },
    async copyOf(from, endsOthers) {
      const database = `${scratchPrefix}${token}_${++count}`
      await cloneDatabase(client, server, { from, to: database, role }, endsOthers)
      if (role !== null) await borrowOwners(role, { ...server, database }, like?.role ?? server.user)
      const made = await prepared(database)
      await role?.unplug({ ...server, database })
      return made
    },
    async fill({ database }, use) {
      await use({ ...server, database })
      await role?.unplug({ ...server, database })
    },
    drop: ({ database }) => drop(client, server, database),
    ...templatesOn(client, place, role, at),
  }
}

/** Gives the replaying role the rights of all who own something in a copy. */
async function borrowOwners(role: ConfinedRole, copy: Server, owner: string): Promise<void> {
  const owners = await withConnection(connect(copy, 'nself'), null, ownersIn)
  await role.borrowRoles([owner, ...owners])
}

/** The databases that are kept from one command to the next. @param at marks one as made for scratch. */
function templatesOn(
  client: Client,
  { server, like }: ScratchPlace,
  role: ConfinedRole | null,
  at: (database: string) => ScratchServer,
): Pick<Scratch, 'findTemplate' | 'saveTemplate'> {
  const templateOf = (key: string) => templateName(key, like, role !== null)
  return {
    async findTemplate(keys) {
      const name = await firstTemplate(client, keys.map(templateOf))
      const key = keys.find((one) => templateOf(one) === name)
      return key === undefined ? null : { key, server: at(templateOf(key)) }
    },
    async saveTemplate(key, { database }) {
      // Another command may have made it meanwhile.
      await copyDatabase(client, server, { from: database, to: templateOf(key), role }).catch(() => {})
      await dropOldTemplates(client, server)
    },
  }
}
