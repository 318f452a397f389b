import { spawnSync } from 'node:child_process'
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startEmbedded, stopEmbedded } from '../../src/postgres/embedded/embedded.ts'
import { untilIdle } from '../helpers/kill.ts'
import { type Project, useServer, useServerFrom } from '../helpers/project.ts'

const up = ['db', 'migrate', 'up'] as const
const pair = {
  '001_a.sql': '-- UP\nCREATE TABLE a (n int);\n-- DOWN\nDROP TABLE a;\n',
  '002_b.sql': '-- UP\nCREATE TABLE b (n int);\n-- DOWN\nDROP TABLE b;\n',
}

describe('a server without a free connection', () => {
  const server = useServer()

  /** Connects until the server takes no more, and lets go of so many. */
  async function fill(project: Project, free: number): Promise<() => Promise<void>> {
    const clients: pg.Client[] = []
    for (let isFull = false; !isFull; ) {
      const client = new pg.Client({ connectionString: project.url })
      client.on('error', () => {})
      await client.connect().then(
        () => clients.push(client),
        (error: { code?: string }) => {
          expect(error.code).toBe('53300')
          isFull = true
        },
      )
    }
    const end = async (some: pg.Client[]) => void (await Promise.all(some.map((client) => client.end())))
    await end(clients.splice(0, free))
    return () => end(clients)
  }

  test.each([
    ['at all: the run does not begin', 0],
    ['but for one: the lock is let go again', 1],
  ])('%s', async (_, free) => {
    const project = await server.project(pair)
    const empty = await fill(project, free)
    onTestFinished(empty)
    const { code, stderr } = await project.nself(...up)
    expect(code, stderr).toBe(5)
    expect(stderr).toContain('raise max_connections')
    await empty()
    await untilIdle(project)
    expect(await project.tables()).toEqual([])
    await project.ok(...up)
    expect(await project.tables()).toEqual(['a', 'b'])
  })

  test('but for two has enough', async () => {
    const project = await server.project(pair)
    onTestFinished(await fill(project, 2))
    const { code, stderr } = await project.nself(...up)
    expect(code, stderr).toBe(0)
  })
})

describe('a disk that is full', () => {
  let disk = ''
  let size = 160
  const mount = (...args: string[]) => {
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', ...args], { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
  }
  const start = () => startEmbedded({ home: join(disk, '.nself') })
  const server = useServerFrom(async (folder) => {
    disk = join(folder, 'disk')
    mkdirSync(disk)
    mount('-o', `size=${size}m,mode=755`, 'none', disk)
    const { url } = await start()
    const stop = async () => {
      await stopEmbedded(join(disk, '.nself'))
      spawnSync('umount', [disk])
    }
    return { url, stop }
  })
  const room = () => {
    const { bavail, bsize } = statfsSync(disk)
    return bavail * bsize
  }

  /** A server that went down comes back by itself once there is room. */
  async function answers(project: Project): Promise<void> {
    const isBack = () =>
      project.query('SELECT 1').then(
        () => true,
        () => false,
      )
    while (!(await isBack())) await new Promise((resolve) => setTimeout(resolve, 100))
  }

  test.each([
    ['in a transaction', ''],
    ['outside one', '-- nself: no-transaction\n'],
  ])('leaves nothing of the migration %s, and with room again the next up finishes', async (_, header) => {
    const project = await server.project({
      ...pair,
      '003_big.sql': `${header}CREATE TABLE big AS SELECT repeat('x', 900) AS t FROM generate_series(1, 60000);\n`,
      '004_c.sql': 'CREATE TABLE c (n int);',
    })
    writeFileSync(
      join(disk, `filler${new URL(project.url).pathname.slice(1)}`),
      Buffer.alloc(Math.max(0, room() - 30_000_000)),
    )
    const { code, stderr } = await project.nself(...up)
    // Without room for its log the server itself goes down.
    expect([4, 5], stderr).toContain(code)
    if (code === 4) expect(stderr).toMatch(/No space left on device.*make room/s)
    size += 300
    mount('-o', `remount,size=${size}m`, 'none', disk)
    await start()
    await answers(project)
    expect(await project.tables()).toEqual(['a', 'b'])
    await project.ok(...up)
    expect(await project.tables()).toEqual(['a', 'b', 'big', 'c'])
    expect(await project.query('SELECT count(*)::int FROM big')).toEqual([[60000]])
    await untilIdle(project)
  })
})

describe('a server that may only be read', () => {
  const server = useServer()
  const writes = [
    ['up', ['db', 'migrate', 'up']],
    ['down', ['db', 'migrate', 'down']],
    ['fresh', ['db', 'migrate', 'fresh']],
    ['repair', ['db', 'migrate', 'repair', '--mark-applied', '2']],
    ['update', ['db', 'update']],
    ['seed', ['db', 'seed']],
  ] as const

  async function half(): Promise<Project> {
    const project = await server.project(pair)
    mkdirSync(join(project.root, 'nself', 'seeds', 'common'), { recursive: true })
    writeFileSync(join(project.root, 'nself', 'seeds', 'common', '001_a.sql'), 'INSERT INTO a VALUES (1);')
    await project.ok(...up, '1')
    return project
  }

  async function refuseAll(project: Project) {
    for (const [name, args] of writes) {
      const { code, stderr } = await project.nself(...args)
      expect(code, `${name}: ${stderr}`).toBe(5)
      expect(stderr, name).toContain('is read-only')
      expect(stderr, name).toContain('connect to the primary')
    }
    expect(await project.statuses()).toEqual(['001_a applied', '002_b pending'])
    await untilIdle(project)
  }

  test('because of default_transaction_read_only gets no write; status works', async () => {
    const project = await half()
    const [[name] = []] = await project.query('SELECT current_database()')
    await project.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    await refuseAll(project)
    await project.query(`BEGIN READ WRITE; ALTER DATABASE ${name} RESET ALL; COMMIT`)
    await project.ok(...up)
    expect(await project.tables()).toEqual(['a', 'b'])
  })

  test('because it is a hot standby gets no write; once promoted, up finishes', async () => {
    const project = await half()
    await server.becomeStandby()
    await refuseAll(project)
    await project.query('SELECT pg_promote()')
    await project.ok(...up)
    expect(await project.tables()).toEqual(['a', 'b'])
  })
})
