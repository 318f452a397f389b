import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { isatty } from 'node:tty'
import { NselfError } from '../../core/errors.ts'
import { leavesConnection } from '../../core/psql-command.ts'
import { inheritedEnvironment } from '../driver/inherited-environment.ts'
import { libpqEnvironment } from '../driver/libpq-environment.ts'
import type { Server } from '../driver/server.ts'

/** Folders of installed versions; each has a bin/. */
const homes = [
  '/usr/lib/postgresql',
  '/Library/PostgreSQL',
  'C:\\Program Files\\PostgreSQL',
  '/Applications/Postgres.app/Contents/Versions',
]
const folders = [
  '/usr/local/pgsql/bin',
  '/opt/homebrew/opt/libpq/bin',
  '/usr/local/opt/libpq/bin',
  ...[18, 17, 16, 15, 14].map((major) => `/usr/pgsql-${major}/bin`),
]

const usual = () => [
  ...homes.flatMap((home) => versionsIn(home).map((version) => join(home, version, 'bin'))),
  ...folders,
]

/** The psql of PATH, else of the folders where packages put it. @throws NselfError `configuration` when there is none. */
export function findPsql(path = inheritedEnvironment().PATH ?? '', places: readonly string[] = usual()): string {
  const program = process.platform === 'win32' ? 'psql.exe' : 'psql'
  for (const folder of [...path.split(delimiter).filter((item) => item !== ''), ...places]) {
    if (isProgram(join(folder, program))) return join(folder, program)
  }
  throw new NselfError('configuration', 'psql was not found in PATH or in the folders where packages install it', {
    hint: "install PostgreSQL's client (apt-get install postgresql-client, brew install libpq), or run one query: nself db query 'SELECT 1'",
  })
}

function versionsIn(home: string): string[] {
  try {
    return readdirSync(home).sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a))
  } catch {
    return []
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs psql on this terminal until it ends; its exit status. The password is in its environment, never in its arguments. */
export function runPsql(path: string, server: Server, signal: AbortSignal): Promise<number> {
  const child = spawn(path, [], { stdio: 'inherit', env: libpqEnvironment(server, 'nself shell') })
  return ended(child, path, signal)
}

/**
 * The same for a session that must not leave its connection: without .psqlrc, and of what is piped in without the lines
 * that could lead elsewhere. Those are told; the exit status is then 3 where it would be 0.
 */
export async function runConfinedPsql(
  path: string,
  server: Server,
  signal: AbortSignal,
  tell: (sentence: string) => void,
): Promise<number> {
  const stdin = isatty(0) ? 'inherit' : 'pipe'
  const env = { ...libpqEnvironment(server, 'nself shell'), ...atKeyboard }
  const child = spawn(path, ['-X'], { stdio: [stdin, 'inherit', 'inherit'], env })
  let refused = 0
  if (child.stdin !== null) {
    const filter = async function* (lines: AsyncIterable<string>): AsyncGenerator<string> {
      for await (const line of lines) {
        if (!leavesConnection(line)) yield `${line}\n`
        else if (refused++ < toldLines)
          tell(`Refused in a read-only shell, because it could change the connection: ${line}`)
      }
    }
    // psql may end before its input does.
    pipeline(createInterface({ input: process.stdin }), filter, child.stdin).catch(() => {})
  }
  const status = await ended(child, path, signal)
  process.stdin.unref?.()
  return status === 0 && refused > 0 ? 3 : status
}

/**
 * What is typed at a terminal goes to psql itself. Where `\c` leads past our proxy, it leads no further than to this
 * machine, to a server that lets in as the proxy does (psql 16 and later), and into a session that is read-only.
 */
const atKeyboard = {
  PGHOSTADDR: '127.0.0.1',
  PGREQUIREAUTH: 'password',
  PGOPTIONS: '-c default_transaction_read_only=on',
}

/** How many of the refused lines are shown. */
const toldLines = 10

function ended(child: ChildProcess, path: string, signal: AbortSignal): Promise<number> {
  const end = () => child.kill(signal.reason)
  signal.addEventListener('abort', end, { once: true })
  return new Promise((resolve, reject) => {
    child.on('error', (cause) =>
      reject(
        new NselfError('configuration', `cannot start ${path}: ${cause.message}`, {
          hint: 'check its permissions',
          cause,
        }),
      ),
    )
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', end)
      resolve(code ?? (killedBy === 'SIGTERM' ? 143 : killedBy === 'SIGHUP' ? 129 : 130))
    })
  })
}
