import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { backUp, connectAs, databaseOf, databasesOf, filesIn, restored, usePgDumpFrom } from '../helpers/backups.ts'
import { keys } from '../helpers/cli.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
const files = { '001_a.sql': '-- UP\nCREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\n' }

/** A project that is migrated, on a machine without pg_dump. */
async function withoutPgDump(): Promise<Project> {
  const project = await server.project(files)
  usePgDumpFrom(project)
  await project.up()
  return project
}

describe('without a pg_dump that fits', () => {
  test('a local backup is a copy on the server, which it says, and which nobody can connect to', async () => {
    const project = await withoutPgDump()
    const { stdout, stderr, code } = await project.nself('db', 'backup')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('the backup is a copy of the database on the same server')
    const [, copy] = await databasesOf(project)
    expect(stdout).toContain(`the database ${copy} on 127.0.0.1:`)
    await expect(connectAs(project, 'curious', project.url.replace(/[^/]*$/, copy as string))).rejects.toThrow()
    expect(await project.ok('db', 'backup', 'list')).toMatch(/nself_full_\d{8}_\d{6}\.copy .* local .* 001_a .* yes/)
  })

  test('restore puts the copy in the place of the database, keeps the old one and keeps the copy', async () => {
    const project = await withoutPgDump()
    const { manifest } = await backUp(project)
    await project.query('INSERT INTO a VALUES (2)')
    const kept = await restored(project)
    expect(await project.query('SELECT id FROM a')).toEqual([[1]])
    expect(kept).toMatch(new RegExp(`^${databaseOf(project)}_before_`))
    expect(await databasesOf(project)).toEqual([databaseOf(project), manifest.copy, kept])
    await project.query('DELETE FROM a')
    expect(await restored(project, '--drop-old')).toBeNull()
    expect(await project.query('SELECT id FROM a')).toEqual([[1]])
    expect(await databasesOf(project)).toEqual([databaseOf(project), manifest.copy, kept])
    expect(await project.query("SELECT action FROM nself.journal WHERE action = 'restore'")).toEqual([['restore']])
  })

  test('two at the same moment are two', async () => {
    const project = await withoutPgDump()
    const taken = await Promise.all([project.nself('db', 'backup'), project.nself('db', 'backup')])
    for (const { code, stderr } of taken) expect(code, stderr).toBe(0)
    expect(await databasesOf(project)).toHaveLength(3)
    expect(filesIn(project).filter((name) => name.endsWith('.json'))).toHaveLength(2)
  })

  test('properties of the database survive', async () => {
    const project = await withoutPgDump()
    const name = databaseOf(project)
    for (const sql of [
      `CREATE ROLE ${name}_reader`,
      `ALTER DATABASE ${name} SET search_path TO app, "$user", "Odd, name"`,
      `ALTER DATABASE ${name} SET statement_timeout TO '7s'`,
      `ALTER DATABASE ${name} SET "my.setting" TO 'it''s'`,
      `ALTER ROLE ${name}_reader IN DATABASE ${name} SET work_mem TO '9MB'`,
      `COMMENT ON DATABASE ${name} IS 'the shop''s'`,
      `REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`,
      `GRANT CONNECT ON DATABASE ${name} TO ${name}_reader WITH GRANT OPTION`,
      `ALTER DATABASE ${name} CONNECTION LIMIT 42`,
      `ALTER DATABASE ${name} OWNER TO ${name}_reader`,
    ]) {
      await project.query(sql)
    }
    const properties = () =>
      project.query(
        `SELECT to_jsonb(d) - 'oid' - 'datfrozenxid' - 'datminmxid' - 'datacl', shobj_description(oid, 'pg_database'),
          ARRAY(SELECT a::text FROM unnest(datacl) a ORDER BY 1),
          ARRAY(SELECT setrole::regrole::text || setconfig::text FROM pg_db_role_setting WHERE setdatabase = oid ORDER BY 1)
         FROM pg_database d WHERE datname = '${name}'`,
      )
    const before = await properties()
    await backUp(project)
    await restored(project)
    expect(await properties()).toEqual(before)
  })

  test('prune drops the copies that it removes', async () => {
    const project = await withoutPgDump()
    const taken = [await backUp(project), await backUp(project), await backUp(project, '--keep', '2')]
    expect(await databasesOf(project)).toEqual([databaseOf(project), taken[1]?.manifest.copy, taken[2]?.manifest.copy])
    expect(filesIn(project)).toEqual([`${taken[1]?.file}.json`, `${taken[2]?.file}.json`])
    await project.ok('db', 'backup', 'prune', '1')
    expect(await databasesOf(project)).toEqual([databaseOf(project), taken[2]?.manifest.copy])
  })

  test.each(['staging', 'production'])('a backup in %s is refused before anything runs', async (environment) => {
    const project = await withoutPgDump()
    const { code, stderr } = await project.nself('db', 'backup', '--env', environment)
    expect(code).toBe(2)
    expect(stderr).toContain('needs pg_dump 18 or newer; none is installed')
    expect(stderr).toContain('postgresql-client-18')
    expect(await databasesOf(project)).toEqual([databaseOf(project)])
  })

  test('a local command takes no copy of a database that is marked production', async () => {
    const project = await server.project(files)
    usePgDumpFrom(project)
    await project.ok('db', 'migrate', 'up', '--env', 'production', '--yes', '--no-backup')
    expect((await project.nself('db', 'backup')).code).toBe(2)
    expect(await databasesOf(project)).toEqual([databaseOf(project)])
  })

  test('restore says so of a copy that was dropped, and changes nothing', async () => {
    const project = await withoutPgDump()
    const { manifest } = await backUp(project)
    await project.query(`DROP DATABASE ${manifest.copy}`)
    const { code, stderr } = await project.nself('db', 'restore')
    expect(code).toBe(3)
    expect(stderr).toContain(`the copy ${manifest.copy} is not on this server`)
    expect(await databasesOf(project)).toEqual([databaseOf(project)])
    expect(await project.query('SELECT id FROM a')).toEqual([[1]])
  })
})

describe('with others connected', () => {
  test('neither backup nor restore ends them without consent, and both name them', async () => {
    const project = await withoutPgDump()
    await backUp(project)
    const shop = await connectAs(project, 'shop web')
    const { rows } = await shop.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    for (const command of ['backup', 'restore']) {
      const { code, stderr } = await project.nself('db', command)
      expect(code).toBe(3)
      expect(stderr).toContain(`pid ${rows[0]?.pid} (shop web, user postgres`)
      expect(stderr).toContain('--end-connections')
    }
    expect((await shop.query('SELECT id FROM a')).rows).toEqual([{ id: 1 }])
    expect(filesIn(project)).toHaveLength(1)
    expect(await databasesOf(project)).toHaveLength(2)
  })

  test('--end-connections ends them', async () => {
    const project = await withoutPgDump()
    const first = await connectAs(project, 'shop web')
    await backUp(project, '--end-connections')
    await expect(first.query('SELECT 1')).rejects.toThrow()
    const second = await connectAs(project, 'shop web')
    await second.query('INSERT INTO a VALUES (2)')
    await restored(project, '--end-connections')
    await expect(second.query('SELECT 1')).rejects.toThrow()
    expect(await project.query('SELECT id FROM a')).toEqual([[1]])
  })

  test('at a terminal it asks: n leaves them, y ends them', async () => {
    const project = await withoutPgDump()
    await backUp(project)
    const shop = await connectAs(project, 'shop web')
    await shop.query('INSERT INTO a VALUES (2)')
    for (const [answer, status, rows] of [
      ['n', 3, 2],
      ['y', 0, 1],
    ] as const) {
      const terminal = project.atTerminal('db', 'restore')
      await terminal.shows('(shop web, user postgres')
      terminal.type(answer + keys.enter)
      const { code, screen } = await terminal.finished
      expect(code, screen).toBe(status)
      expect(await project.query('SELECT id FROM a')).toHaveLength(rows)
    }
  })
})

describe('the backups folder', () => {
  test('is closed to git, and listing an empty one is no error', async () => {
    const project = await withoutPgDump()
    expect(await project.ok('db', 'backup', 'list')).toContain('No backups yet')
    await backUp(project)
    expect(readFileSync(join(project.root, '_backups', '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('can be moved, and what cannot be written to is an error before anything runs', async () => {
    const project = await withoutPgDump()
    const elsewhere = join(project.root, 'elsewhere')
    const moved = await project.run(['db', 'backup'], { env: { NSELF_BACKUPS_DIR: elsewhere } })
    expect(moved.code, moved.stderr).toBe(0)
    expect(filesIn(project)).toEqual([])
    const inFile = join(project.root, '.env')
    const { code, stderr } = await project.run(['db', 'backup'], { env: { NSELF_BACKUPS_DIR: inFile } })
    expect(code).toBe(2)
    expect(stderr).toContain(`cannot write to the backups folder ${inFile}`)
    const takesNone = await project.run(['db', 'backup'], { env: { NSELF_BACKUPS_DIR: '/proc/nope' } })
    expect(takesNone.code).toBe(2)
    expect(takesNone.stderr).toContain('cannot write to the backups folder /proc/nope')
    expect(await databasesOf(project)).toHaveLength(2)
  })
})

test('restore without a backup says how to take one', async () => {
  const project = await withoutPgDump()
  const { code, stderr } = await project.nself('db', 'restore')
  expect(code).toBe(2)
  expect(stderr).toContain('nself db backup')
})
