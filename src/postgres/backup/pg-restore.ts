import { restoreApplication } from '../databases/databases.ts'
import type { Server } from '../driver/server.ts'
import { type Ended, environmentFor, failureOf, runTool } from './tool.ts'
import type { Tools } from './tools.ts'

export interface PgRestore {
  readonly tools: Tools
  readonly path: string
  readonly serverMajor: number
  readonly progress: (what: string) => void
  readonly signal: AbortSignal
}

/**
 * Restores a dump, or sections of it, into a database.
 * @throws NselfError `restore-failed`, `connection`, `interrupted`.
 */
export async function pgRestore(server: Server, args: readonly string[], options: PgRestore): Promise<void> {
  const { tools, path, serverMajor, progress, signal } = options
  const database = `dbname='${server.database.replace(/[\\']/g, '\\$&')}'`
  // From 17 on pg_restore sets transaction_timeout, which an older server does not know: that one error is let pass.
  const lenient = tools.major >= 17 && serverMajor < 17
  const strict = lenient ? [] : ['--exit-on-error']
  const errors: string[] = []
  const ended = await runTool(
    tools.pgRestore,
    ['--verbose', '--no-password', `--dbname=${database}`, ...strict, ...args, path],
    {
      env: environmentFor(server, restoreApplication, tools.major),
      signal,
      onLine: (line) => {
        const item = /(?:processing data for table|creating|launching item \d+) (.*)$/.exec(line)?.[1]
        if (item !== undefined) progress(item.replaceAll('"', ''))
        if (/pg_restore: error: /.test(line)) errors.push(line)
      },
    },
  )
  if (ended.code === 0) return
  const forgiven = lenient && ended.code === 1 && errors.every((line) => line.includes('"transaction_timeout"'))
  if (!forgiven) throw failureOf('restore', 'pg_restore', ended, `${hintFor(ended)}; the old database is unchanged`)
}

function hintFor({ stderr }: Ended): string {
  const said = stderr.join('\n')
  const role = /role "(.*)" does not exist/.exec(said)?.[1]
  if (role !== undefined) return `create the role first: CREATE ROLE ${role}`
  const extension = /extension "(.*)" is not available/.exec(said)?.[1]
  if (extension !== undefined) return `install the extension ${extension} on the server`
  if (/No space left/.test(said)) return "the server's disk is full"
  if (/must be (owner|superuser|able to)|permission denied/.test(said)) {
    return 'the role lacks a right: connect as the owner of what the backup holds, or as a superuser'
  }
  return 'fix the cause and run the command again'
}
