import { execFileSync } from 'node:child_process'
import { appendFileSync, chownSync, mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** A PostgreSQL of the machine's own, on loopback, made for the measurement and removed after it. */
export interface Server {
  readonly port: number
  /** Runs SQL in a database with psql. Returns what it says. */
  readonly sql: (database: string, sql: string) => string
  /** Drops what nself has kept there for its next replays. */
  readonly dropTemplates: () => void
  readonly stop: () => void
}

/** @param fsync false for a server that loses its data when the machine goes down. */
export async function startServer(folder: string, fsync: boolean): Promise<Server> {
  const port = await freePort()
  const data = join(folder, 'data')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const account = accountFor(folder)
  // The caller's folder may be one that the account cannot enter.
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: '/', encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], ...account })
  run('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C')
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: fsync ? 'on' : 'off' }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`)
  appendFileSync(join(data, 'postgresql.conf'), lines.join(''))
  run('pg_ctl', '-D', data, '-l', join(folder, 'log'), '-w', 'start')
  return {
    port,
    sql: (database, sql) => psql(port, database, sql),
    dropTemplates: () => {
      const kept = psql(port, 'postgres', "SELECT datname FROM pg_database WHERE datname ^@ 'nself_template_'")
      for (const name of kept.split('\n')) if (name !== '') psql(port, 'postgres', `DROP DATABASE ${name}`)
    },
    stop: () => {
      run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function psql(port: number, database: string, sql: string): string {
  const place = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', database]
  const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', ...place, '-c', sql]
  return execFileSync('psql', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
}

/** PostgreSQL does not run as root: there it runs as the account `postgres`, which gets the folder. */
function accountFor(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const account = { uid: id('-u'), gid: id('-g') }
  chownSync(folder, account.uid, account.gid)
  return account
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as { port: number }
      listener.close(() => resolve(port))
    })
  })
}
