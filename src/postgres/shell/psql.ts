import { spawn } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { NselfError } from '../../core/errors.ts'
import type { Server } from '../driver/connect.ts'
import { inheritedEnvironment } from '../driver/inherited-environment.ts'
import { libpqEnvironment } from '../driver/libpq-environment.ts'

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
  throw new NselfError('configuration', 'psql is not installed here, nor in the folders where packages put it', {
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
  const end = () => child.kill(signal.reason)
  signal.addEventListener('abort', end, { once: true })
  return new Promise((resolve, reject) => {
    child.on('error', (cause) =>
      reject(
        new NselfError('configuration', `cannot start ${path}: ${cause.message}`, { hint: 'check its rights', cause }),
      ),
    )
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', end)
      resolve(code ?? (killedBy === 'SIGTERM' ? 143 : killedBy === 'SIGHUP' ? 129 : 130))
    })
  })
}
