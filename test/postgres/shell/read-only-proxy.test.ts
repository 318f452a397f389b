import { connect as connectSocket } from 'node:net'
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import type { Server } from '../../../src/postgres/driver/server.ts'
import { type ReadOnlyProxy, startReadOnlyProxy } from '../../../src/postgres/shell/read-only-proxy.ts'
import { postgres14 } from '../../helpers/postgres-14.ts'
import { type Project, useServer } from '../../helpers/project.ts'
import { serverOf } from '../../helpers/server-of.ts'

const closings: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close()
})

async function proxied(project: Project): Promise<{ proxy: ReadOnlyProxy; client: pg.Client }> {
  await project.query('CREATE TABLE t AS SELECT 1 AS id; CREATE SEQUENCE s')
  const proxy = await startReadOnlyProxy(serverOf(project))
  closings.push(() => proxy.close())
  return { proxy, client: await enter(proxy.server) }
}

async function enter(server: Server): Promise<pg.Client> {
  const client = new pg.Client({ ...server, password: server.password ?? '', ssl: false })
  client.on('error', () => {})
  await client.connect()
  closings.push(() => client.end())
  return client
}

const writes = [
  'DELETE FROM t',
  'SET default_transaction_read_only = off; DELETE FROM t',
  'SET transaction_read_only = off',
  'BEGIN READ WRITE; DELETE FROM t; COMMIT',
  'BEGIN; SET TRANSACTION READ WRITE; DELETE FROM t; COMMIT',
  'BEGIN; SAVEPOINT a; ROLLBACK TO a; RELEASE a; SET TRANSACTION READ WRITE; DELETE FROM t; COMMIT',
  'COMMIT; DELETE FROM t',
  '/* a comment */ -- and one more\nEND; DELETE FROM t; COMMIT',
  'ROLLBACK AND CHAIN; DELETE FROM t',
  "PREPARE TRANSACTION 'p'; DELETE FROM t",
  "SET standard_conforming_strings = off; SELECT '\\'; COMMIT; DELETE FROM t; --'",
  "DO $$ BEGIN PERFORM set_config('transaction_read_only', 'off', false); DELETE FROM t; END $$",
  'DO $$ BEGIN COMMIT; DELETE FROM t; COMMIT; END $$',
  'SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DISCARD ALL; DELETE FROM t',
  "SELECT nextval('s')",
  'CREATE TABLE u ()',
  'VACUUM t',
  "ALTER SYSTEM SET work_mem = '1MB'",
  'PREPARE w AS DELETE FROM t; EXECUTE w',
  'COPY t FROM stdin',
]

describe.each([
  ['this version', useServer()],
  ['PostgreSQL 14', useServer(postgres14)],
])('on %s', (_, server) => {
  test('nothing that is asked for can write', async () => {
    const project = await server.project({})
    const { client } = await proxied(project)
    for (const sql of writes) {
      await expect(client.query(sql), sql).rejects.toThrow()
      await client.query('ROLLBACK')
    }
    // Version 14 lets a read-only transaction make large objects: the rollback takes them.
    await client.query('SELECT lo_create(0)').catch(() => {})
    expect(await project.query('SELECT id, (SELECT count(*)::int FROM pg_largeobject_metadata) FROM t')).toEqual([
      [1, 0],
    ])
    expect(await project.query("SELECT to_regclass('u'), is_called FROM s")).toEqual([[null, false]])
    expect((await client.query('SELECT id FROM t')).rows).toEqual([{ id: 1 }])
  })
})

describe('reading', () => {
  const server = useServer()

  test('works as usual: settings stay, blocks see one state, results of any size pass', async () => {
    const project = await server.project({})
    const { client } = await proxied(project)
    await client.query('SET search_path = pg_catalog')
    expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: 'pg_catalog' }])
    await client.query('RESET search_path')
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const count = async () => (await client.query('SELECT count(*)::int FROM t')).rows[0].count
    expect(await count()).toBe(1)
    await project.query('INSERT INTO t VALUES (2)')
    expect(await count()).toBe(1)
    await client.query('COMMIT')
    expect(await count()).toBe(2)
    const { rows } = await client.query("SELECT repeat('x', 100000) AS x FROM generate_series(1, 200)")
    expect(rows.reduce((sum, row) => sum + row.x.length, 0)).toBe(20_000_000)
  })

  test('tells errors where they are, and continues after them', async () => {
    const { client } = await proxied(await server.project({}))
    await expect(client.query("/* 😀 */ SELECT '😀', nowhere")).rejects.toMatchObject({ code: '42703', position: '21' })
    await expect(client.query("SELECT 'open")).rejects.toMatchObject({ code: '42601' })
    await expect(client.query('SELECT $1::int', [1])).rejects.toThrow('plain queries only')
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
  })

  test('can be cancelled, and ends with the connection', async () => {
    const project = await server.project({})
    const { proxy, client } = await proxied(project)
    const known = client as pg.Client & { processID: number; secretKey: number }
    const sleeping = client.query("SELECT 'marked', pg_sleep(60)")
    sleeping.catch(() => {})
    const runs = `EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%''marked''%' AND state = 'active' AND pid <> pg_backend_pid())`
    await project.until(runs)
    const request = Buffer.alloc(16)
    for (const [i, word] of [16, 80877102, known.processID, known.secretKey].entries())
      request.writeInt32BE(word, 4 * i)
    connectSocket(proxy.server.port, '127.0.0.1').end(request)
    await expect(sleeping).rejects.toMatchObject({ code: '57014' })
    const cut = await enter(proxy.server)
    cut.query("SELECT 'marked', pg_sleep(60)").catch(() => {})
    await project.until(runs)
    ;(cut as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
    await project.until(`NOT ${runs}`)
  })

  test('is for nobody else on this machine: the password is our own, and the user stays', async () => {
    const { proxy } = await proxied(await server.project({}))
    await expect(enter({ ...proxy.server, password: 'guess' })).rejects.toThrow('wrong password')
    await expect(enter({ ...proxy.server, user: 'somebody' })).rejects.toThrow('keeps the user')
    await expect(enter({ ...proxy.server, database: 'nowhere' })).rejects.toThrow('nowhere')
  })
})
