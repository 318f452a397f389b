import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { freePort } from '../../src/postgres/embedded/port.ts'

/** When a server goes back to the pool. */
export type PoolMode = 'transaction' | 'session'

/**
 * Starts a PgBouncer before a database, for one test; resolves to the URL through it.
 * @param alone it knows no other database of the server.
 */
export async function startPooler(databaseUrl: string, mode: PoolMode, size: number, alone = false): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl)
  const folder = mkdtempSync(join(tmpdir(), 'nself-pgbouncer-'))
  const listening = await freePort()
  chmodSync(folder, 0o755)
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
${alone ? `${pathname.slice(1)} = dbname=${pathname.slice(1)}` : '* ='} host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listening}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${size}
server_round_robin = 1
`,
  )
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const pooler = spawn('pgbouncer', [...user, join(folder, 'pgbouncer.ini')], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  })
  const ended = new Promise<never>((_, reject) => {
    pooler.on('error', reject)
    pooler.on('exit', (code) => reject(new Error(`pgbouncer ended with ${code}`)))
  })
  ended.catch(() => {})
  onTestFinished(async () => {
    pooler.kill()
    await ended.catch(() => {})
    rmSync(folder, { recursive: true })
  })
  const url = `postgresql://anyone@127.0.0.1:${listening}${pathname}`
  await Promise.race([ended, answer(url)])
  return url
}

async function answer(url: string): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    const isUp = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end()
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
