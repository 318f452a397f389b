import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Env, type Finished, start } from '../helpers/cli.ts'
import { type DebianServer, startDebian, startStandby } from '../helpers/debian-server.ts'
import { connected } from '../helpers/project.ts'

let primary: DebianServer
let standby: DebianServer
let root: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nself-connections-'))
  mkdirSync(join(root, 'nself', 'migrations'), { recursive: true })
  primary = await startDebian({
    tls: true,
    hba: [
      'local all all trust',
      'local replication all trust',
      'hostssl tls_only all 127.0.0.1/32 scram-sha-256',
      'hostnossl plain_only all 127.0.0.1/32 scram-sha-256',
      'host postgres all 127.0.0.1/32 scram-sha-256',
    ],
  })
  for (const name of ['tls_only', 'plain_only', 'work']) await onSocket(`CREATE DATABASE ${name}`)
  standby = await startStandby(primary)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const socketUrl = (database: string) =>
  `postgresql://postgres@/${database}?host=${encodeURIComponent(primary.folder)}&port=${primary.port}`
const onSocket = (sql: string, database = 'postgres') =>
  connected(`${socketUrl(database).replace('@/', '@localhost/')}`, (client) => client.query(sql))

const query = (url: string, sql: string, env: Env = {}): Promise<Finished> =>
  start(root, ['db', 'query', sql, '--json'], { DATABASE_URL: url, ...env }).finished
const failure = async (url: string) => {
  const { code, stderr } = await start(root, ['db', 'migrate', 'status'], { DATABASE_URL: url }).finished
  expect(code, stderr).toBe(5)
  return stderr
}
const rowsOf = ({ code, stdout, stderr }: Finished) => {
  expect(code, stderr).toBe(0)
  return (JSON.parse(stdout).result.rows as Record<string, unknown>[]).map((row) => Object.values(row))
}
const isEncrypted = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'

describe('TLS', () => {
  const url = (host: string, database: string, query: string) =>
    `postgresql://postgres:secret@${host}:${primary.port}/${database}${query}`

  test.each<[string, string, string, boolean]>([
    ['127.0.0.1', 'postgres', '?sslmode=disable', false],
    ['127.0.0.1', 'postgres', '?sslmode=allow', false],
    ['127.0.0.1', 'tls_only', '?sslmode=allow', true],
    ['127.0.0.1', 'postgres', '?sslmode=prefer', true],
    ['127.0.0.1', 'plain_only', '?sslmode=prefer', false],
    ['127.0.0.1', 'tls_only', '', true],
    ['127.0.0.1', 'postgres', '?sslmode=require', true],
    ['127.0.0.1', 'postgres', '?sslmode=require&channel_binding=require', true],
    ['127.0.0.1', 'postgres', '?sslmode=verify-ca&sslrootcert=ROOT', true],
    ['localhost', 'postgres', '?sslmode=verify-full&sslrootcert=ROOT', true],
    ['localhost', 'postgres', '?sslmode=verify-full&sslrootcert=ROOT&hostaddr=127.0.0.1', true],
  ])('reaches %s/%s with %s', async (host, database, how, encrypted) => {
    const at = url(host, database, how.replace('ROOT', `${primary.folder}/root.crt`))
    expect(rowsOf(await query(at, isEncrypted))).toEqual([[encrypted]])
  })

  test.each<[string, string, string, string]>([
    ['tls_only', '127.0.0.1', '?sslmode=disable', 'sslmode=require'],
    ['plain_only', '127.0.0.1', '?sslmode=require', 'sslmode=disable'],
    ['postgres', '127.0.0.1', '?sslmode=verify-full&sslrootcert=ROOT/root.crt', 'sslmode=verify-ca'],
    ['postgres', 'localhost', '?sslmode=verify-ca&sslrootcert=ROOT/other.crt', 'sslrootcert'],
    ['postgres', '127.0.0.1', '?sslmode=require&sslrootcert=ROOT/other.crt', 'sslrootcert'],
    ['postgres', '127.0.0.1', '?sslmode=disable&channel_binding=require', 'channel_binding'],
  ])('is refused for %s at %s with %s, and the way out is named', async (database, host, how, hint) => {
    expect(await failure(url(host, database, how.replace('ROOT', primary.folder)))).toContain(hint)
  })
})

describe('a Unix socket', () => {
  test('takes Ctrl-C to the server', async () => {
    writeFileSync(join(root, 'nself/migrations/001_slow.sql'), 'CREATE TABLE slow (n int);\nSELECT pg_sleep(1000);')
    const running = start(root, ['db', 'migrate', 'up'], { DATABASE_URL: socketUrl('work') })
    const sleeps = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep') AS is"
    while (!(await onSocket(sleeps)).rows[0].is) await new Promise((resolve) => setTimeout(resolve, 20))
    running.kill('SIGINT')
    const { code, stderr } = await running.finished
    expect(code, stderr).toBe(130)
    expect((await onSocket(sleeps)).rows[0].is).toBe(false)
    rmSync(join(root, 'nself/migrations/001_slow.sql'))
  })
})

describe('two hosts', () => {
  const both = (how: string) =>
    `postgresql://postgres@/work?host=${encodeURIComponent(`${standby.folder},${primary.folder}`)}&port=${standby.port},${primary.port}${how}`
  const role = 'SELECT pg_is_in_recovery()'

  test.each([
    ['', true],
    ['&target_session_attrs=read-write', false],
    ['&target_session_attrs=primary', false],
    ['&target_session_attrs=standby', true],
    ['&target_session_attrs=prefer-standby', true],
    ['&target_session_attrs=read-only', true],
  ])('of which the first is a standby: with "%s" the right one is taken', async (how, answer) => {
    expect(rowsOf(await query(both(how), role))).toEqual([[answer]])
  })

  test('of which the standby comes first: up runs on the primary', async () => {
    writeFileSync(join(root, 'nself/migrations/001_a.sql'), 'CREATE TABLE hosts (n int);')
    const env = { DATABASE_URL: both('&target_session_attrs=read-write') }
    const { code, stderr } = await start(root, ['db', 'migrate', 'up'], env).finished
    expect(code, stderr).toBe(0)
    expect((await onSocket("SELECT to_regclass('hosts') AS made", 'work')).rows).toEqual([{ made: 'hosts' }])
  })

  test('of which one does not answer: the other is taken', async () => {
    const url = `postgresql://postgres@/work?host=${encodeURIComponent(`/nowhere,${primary.folder}`)}&port=1,${primary.port}`
    expect(rowsOf(await query(url, role))).toEqual([[false]])
  })

  test('none of which is what is wanted are an error that says so', async () => {
    expect(await failure(`${socketUrl('work')}&target_session_attrs=standby`)).toContain('target_session_attrs')
  })
})

test('what psql takes from the URL, service and password file, nself takes too', async () => {
  const passfile = join(root, 'pp')
  writeFileSync(passfile, `localhost:*:*:other:wrong\n127.0.0.1:${primary.port}:*:postgres:secret\n`, { mode: 0o600 })
  const services = join(root, 'services.conf')
  writeFileSync(services, `[main]\nhost=127.0.0.1\nport=${primary.port}\nuser=postgres\ndbname=postgres\n`)
  const env = { PGPASSFILE: passfile, PGSERVICEFILE: services }
  const sql = "SELECT current_database(), current_user, current_setting('search_path')"
  for (const url of [
    `postgresql://postgres@127.0.0.1:${primary.port}/postgres?options=-c%20search_path%3Dapp`,
    'postgresql:///?service=main&options=-csearch_path%3Da%2Cb',
    'postgresql:///postgres?service=main&user=postgres',
    `postgresql://postgres@nowhere.invalid:${primary.port}/postgres?hostaddr=127.0.0.1&passfile=${encodeURIComponent(passfile)}&password=secret`,
  ]) {
    const psql = execFileSync('psql', ['-XAt', '-F', '|', '-c', sql, url], {
      env: { ...process.env, ...env },
    }).toString()
    const [row = []] = rowsOf(await query(url, sql, env))
    expect(row.join('|')).toBe(psql.trim())
  }
})

test('a missing password is named in words', async () => {
  const said = await failure(`postgresql://postgres@127.0.0.1:${primary.port}/postgres`)
  expect(said).toContain('asks for a password for postgres, and none is set')
})
