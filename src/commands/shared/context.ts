import { join } from 'node:path'
import { type Environment, isStricter } from '../../core/environment.ts'
import { NselfError } from '../../core/errors.ts'
import type { Answers, Ask } from '../../core/guard/guard.ts'
import { compare, type State } from '../../core/migration/state.ts'
import { type Connection, connect } from '../../postgres/driver/connect.ts'
import { type Server, spokenPlace } from '../../postgres/driver/server.ts'
import { withConnection } from '../../postgres/driver/with-connection.ts'
import { type History, lookAtHistoryOf, readHistory } from '../../postgres/tracking/history.ts'
import { readLostRows } from '../../postgres/tracking/lost-rows.ts'
import { parseFiles, readFiles } from '../../project/migrations.ts'
import { readRepeatables } from '../../project/repeatables.ts'
import type { Settings } from '../../project/settings.ts'

/** What every command is given besides its own options. */
export interface Context {
  readonly settings: Settings
  /** Those of another environment, for a comparison, or of the same with another server. */
  readonly settingsOf: (environment: Environment, url: string | null) => Settings
  readonly answers: Answers
  readonly ask: Ask
  /** Lets a person pick some of several; null where there is no terminal. Resolves to their places in the list. */
  readonly choose: ((message: string, options: readonly string[]) => Promise<number[]>) | null
  readonly signal: AbortSignal
  /** Leaves Ctrl-C to a program that has the terminal while it runs. */
  readonly handOver: <T>(work: () => Promise<T>) => Promise<T>
  /** A short sentence on what happens, for stderr. */
  readonly tell: (sentence: string) => void
  /** What goes on at this moment, for whoever watches a long run. */
  readonly progress: (what: string) => void
  /** The time in ms, for durations: it stands still while a person thinks. */
  readonly now: () => number
}

/** Where to connect: the configured server, or the embedded one, which is started when it does not run. */
export async function resolveServer({ settings, tell }: Context): Promise<Server> {
  const { target } = settings
  if (target.kind === 'server') return target
  const { embeddedStatus } = await import('../../postgres/embedded/status.ts')
  const status = embeddedStatus(target.home)
  if (status.state === 'running') return status.server
  const { startEmbedded } = await import('../../postgres/embedded/embedded.ts')
  return startEmbedded({ home: target.home, onProgress: tell })
}

/** The configured server; of the embedded one only where it runs: nothing is started for a look. */
export async function runningServer({ settings: { target } }: Context): Promise<Server | null> {
  if (target.kind === 'server') return target
  const { embeddedStatus } = await import('../../postgres/embedded/status.ts')
  const status = embeddedStatus(target.home)
  return status.state === 'running' ? status.server : null
}

/** The folder of this project's embedded server. */
export const embeddedHome = ({ settings }: Context): string => join(settings.root, '.nself')

export interface Look {
  readonly server: Server
  readonly history: History
  readonly state: State
}

/**
 * Files and history as they are now, without any lock; the files are read while the connection is made.
 * @param use is given the connection before it is closed.
 * @param resolve another server than that of the environment.
 * @param parse what is made of the files, where some of them may be wrong.
 */
export async function look(context: Context): Promise<Look>
export async function look<T>(
  context: Context,
  use: (connection: Connection, look: Look) => Promise<T>,
  resolve?: () => Promise<Server>,
  parse?: typeof parseFiles,
): Promise<T>
export async function look(
  context: Context,
  use: (connection: Connection, look: Look) => Promise<unknown> = async (_, found) => found,
  resolve: (() => Promise<Server>) | null = null,
  parse: typeof parseFiles = parseFiles,
): Promise<unknown> {
  const { migrationsDir, repeatableDir, cwd } = context.settings
  const reading = readFiles(migrationsDir, cwd)
  reading.catch(() => {})
  const server = await (resolve ?? (() => resolveServer(context)))()
  return withConnection(connect(server, 'nself'), null, async (client, connection) => {
    const asking = readLostRows(client)
    asking.catch(() => {})
    // A server that is named is only looked at.
    const history = await (resolve === null ? readHistory(client) : lookAtHistoryOf(client))
    const files = parse(await reading, history.rows)
    const repeatables = { files: readRepeatables(repeatableDir, cwd), rows: history.repeatables }
    return use(connection, { server, history, state: compare(files, history.rows, await asking, repeatables) })
  })
}

/** The server and its history, for what must work although the files contradict each other. */
export async function lookAtHistory(context: Context): Promise<Pick<Look, 'server' | 'history'>> {
  const server = await resolveServer(context)
  return { server, history: await withConnection(connect(server, 'nself'), null, readHistory) }
}

/** What a database remembers of its environment. */
export type Mark = Pick<History['facts'], 'markedAs' | 'markLost'>

/**
 * A database remembers its environment; a command that believes in a laxer one is refused, whatever the flags.
 * @throws NselfError `refused`.
 */
export function refuseOtherEnvironment(server: Server, { markedAs, markLost }: Mark, environment: Environment): void {
  if (markedAs === null || !isStricter(markedAs, environment)) return
  const change = `nself db migrate repair --env ${markedAs} --mark-environment ${environment}`
  if (markLost) {
    throw new NselfError(
      'refused',
      `${spokenPlace(server)} has migrations but no environment mark, and counts as production until it has one`,
      { hint: `if it is production, add --env production; if it is ${environment}: ${change}` },
    )
  }
  throw new NselfError(
    'refused',
    `${spokenPlace(server)} is marked ${markedAs}, but this command runs for ${environment}`,
    { hint: `if it is ${markedAs}, add --env ${markedAs}; if the mark is wrong: ${change}` },
  )
}

/**
 * @param flags that name the database where it is not the command's own, such as ` --env production`.
 * @throws NselfError `refused` when the table of migrations was dropped: everything would run a second time; or the journal.
 */
export function refuseLost(server: Server, history: History, flags = ''): void {
  if (history.facts.movedTo !== null) {
    throw new NselfError(
      'refused',
      `the schema nself of ${spokenPlace(server)} was renamed to ${history.facts.movedTo}`,
      {
        hint: `to rename it back: nself db migrate repair${flags} --restore-tables; nothing was run`,
      },
    )
  }
  if (history.facts.unjournaled) {
    throw new NselfError('refused', `${spokenPlace(server)} has lost its table nself.journal`, {
      hint: `to create it again: nself db migrate repair${flags} --restore-tables; nothing was run`,
    })
  }
  if (!history.facts.lost) return
  throw new NselfError(
    'refused',
    `${spokenPlace(server)} has lost its table nself.migrations; the journal is still there`,
    {
      hint: `to rebuild it from the journal: nself db migrate repair${flags} --rebuild; nothing was run`,
    },
  )
}

/** @throws NselfError `refused` on what a fresh run that was killed has left of a database. */
export function refuseHalfDropped(server: Server, history: History): void {
  if (!history.facts.halfDropped) return
  throw new NselfError('refused', `${spokenPlace(server)} is partly dropped: an earlier fresh was interrupted`, {
    hint: 'run it again: nself db migrate fresh; nothing was run',
  })
}

/** @throws NselfError `connection` for a standby or a read-only session, before anything is asked or run. */
export function refuseReadOnly(server: Server, history: History): void {
  if (!history.facts.readOnly) return
  throw new NselfError(
    'connection',
    `${spokenPlace(server)} is read-only: a standby, or default_transaction_read_only is on`,
    {
      hint: 'connect to the primary, or let an administrator set default_transaction_read_only to off for this role and database',
    },
  )
}
