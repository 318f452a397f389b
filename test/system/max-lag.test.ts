import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { start } from '../helpers/cli.ts'
import { type DebianServer, startDebian, startStandby } from '../helpers/debian-server.ts'
import { connected } from '../helpers/project.ts'

let primary: DebianServer
let standby: DebianServer
let root: string

const urlOf = ({ folder, port }: DebianServer, user = 'postgres') =>
  `postgresql://${user}@localhost/postgres?host=${encodeURIComponent(folder)}&port=${port}`
const on = (server: DebianServer, sql: string) =>
  connected(urlOf(server), async (client) => (await client.query<{ found: unknown }>(sql)).rows[0]?.found)
const up = (user: string, ...args: string[]) => start(root, ['up', ...args], { DATABASE_URL: urlOf(primary, user) })

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nself-lag-'))
  mkdirSync(join(root, 'nself', 'migrations'), { recursive: true })
  primary = await startDebian({ tls: false, hba: ['local all all trust', 'local replication all trust'] })
  standby = await startStandby(primary)
  await on(primary, 'CREATE ROLE owner LOGIN')
  await on(primary, 'GRANT ALL ON DATABASE postgres TO owner')
  await on(primary, 'CREATE SCHEMA AUTHORIZATION owner')
  writeFileSync(
    join(root, 'nself/migrations/001_a.sql'),
    'CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL); INSERT INTO a SELECT g, 0 FROM generate_series(1, 600) AS g;',
  )
  writeFileSync(
    join(root, 'nself/migrations/002_b.sql'),
    '-- nself: batch a by id, size 20, pause 50ms\nUPDATE a SET n = n + 1 WHERE id BETWEEN :from AND :to;',
  )
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('--max-lag needs a role that may see the replicas, and lets batches wait for one that is behind', async () => {
  expect((await up('owner', '1').finished).code).toBe(0)
  const blind = await up('owner', '--max-lag', '1s').finished
  expect(blind.code).toBe(3)
  expect(blind.stderr).toContain('this role may not see how far the replicas are behind, so --max-lag cannot be kept')
  await on(primary, 'GRANT pg_monitor TO owner')
  await on(standby, "ALTER SYSTEM SET recovery_min_apply_delay = '1h'")
  await on(standby, 'SELECT pg_reload_conf() AS found')
  const running = up('owner', '--max-lag', '300ms')
  await running.says('002_b waits: ')
  expect(await on(primary, 'SELECT min(n) = 0 AS found FROM owner.a')).toBe(true)
  // Nobody can look for a while, and what was seen before says nothing.
  const watcher = "FROM pg_stat_activity WHERE application_name = 'nself watch'"
  await on(primary, 'ALTER ROLE owner CONNECTION LIMIT 0')
  await on(primary, `SELECT pg_terminate_backend(pid) ${watcher}`)
  await running.says('002_b waits: it cannot see how far the replicas are behind (--max-lag 300 ms): ')
  await on(primary, 'ALTER ROLE owner CONNECTION LIMIT -1')
  await on(standby, 'ALTER SYSTEM RESET recovery_min_apply_delay')
  await on(standby, 'SELECT pg_reload_conf() AS found')
  const { code, stderr } = await running.finished
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/ is \d+ ms behind \(--max-lag 300 ms\)/) })
  expect(await on(primary, 'SELECT min(n) = 1 AND max(n) = 1 AS found FROM owner.a')).toBe(true)
})
