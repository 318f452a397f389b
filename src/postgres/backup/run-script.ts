import type { Writable } from 'node:stream'
import { restoreApplication } from '../databases/databases.ts'
import { connect } from '../driver/connect.ts'
import type { Client } from '../driver/pg.ts'
import { copyIn, type Outcome, send } from '../driver/send.ts'
import type { Server } from '../driver/server.ts'
import { withConnection } from '../driver/with-connection.ts'
import { scriptLines } from './restore-script.ts'
import { chunksOf } from './script-chunks.ts'
import { failureOf, runTool } from './tool.ts'
import type { Tools } from './tools.ts'

interface ScriptOptions {
  /** In which functions find others; pg_restore's own is empty. */
  readonly searchPath: string
  readonly signal: AbortSignal
  readonly progress: (what: string) => void
  /** Writes the dump, where it is in no file. */
  readonly write?: (stdin: Writable) => Promise<void>
}

/**
 * Restores by a script of pg_restore, in the transaction that is open.
 * @param args what pg_restore is told besides.
 * @throws what the server says; NselfError `restore-failed`, `interrupted`.
 */
export async function runScript(
  client: Client,
  tools: Tools,
  args: readonly string[],
  { searchPath, signal, progress, write }: ScriptOptions,
): Promise<void> {
  // No --single-transaction would have it end ours in the middle; with it, it is ended once, after all.
  const all = ['--single-transaction', '--file=-', ...args]
  const read = (stdout: AsyncIterable<Buffer>) => run(client, scriptLines(stdout, searchPath), progress)
  const ended = await runTool(tools.pgRestore, all, { signal, read, ...(write === undefined ? {} : { write }) })
  if (ended.code !== 0) throw failureOf('restore', 'pg_restore', ended, 'the database is unchanged')
}

async function run(client: Client, lines: AsyncIterable<string>, progress: (what: string) => void): Promise<void> {
  let copying: ReturnType<typeof copyIn> | null = null
  for await (const chunk of chunksOf(lines)) {
    if (chunk.kind === 'data') await copying?.write(Buffer.from(chunk.text))
    else if (chunk.kind === 'end-of-data') {
      if (copying !== null) judge(await copying.end())
    } else if (chunk.kind === 'copy') {
      progress(`restoring ${/^COPY (\S+)/.exec(chunk.sql)?.[1]}`)
      copying = copyIn(client, chunk.sql)
    } else await sendStatement(client, chunk.sql)
  }
}

/** Sends one statement. @throws what the server says, as it is: whoever restores knows what it means. */
export async function sendStatement(client: Client, sql: string): Promise<void> {
  judge(await send(client, sql))
}

function judge({ error }: Outcome): void {
  if (error !== null) throw error
}

/** The search_path that sessions of this role have in the database. */
export async function readSearchPath(client: Client): Promise<string> {
  return (await client.query<{ search_path: string }>('SHOW search_path')).rows[0]?.search_path ?? ''
}

/** The same in a transaction of its own. @throws as runScript. */
export function runScriptAlone(
  server: Server,
  tools: Tools,
  args: readonly string[],
  options: ScriptOptions,
): Promise<void> {
  return withConnection(connect(server, restoreApplication), options.signal, async (client) => {
    await sendStatement(client, 'BEGIN')
    await runScript(client, tools, args, options)
    await sendStatement(client, 'COMMIT')
  })
}
